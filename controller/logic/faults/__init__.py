"""Faults of lighting: what a cabinet's readings say of its lamps, cables and contacts. Pure, three-valued."""
