"""Stations and waters not of our making: written from the profiles and a site's files alone, nothing of ``hil``."""
