"""Forecasts at work: taken in by API and file, kept, compared with what came, handed to whoever decides; warnings."""
