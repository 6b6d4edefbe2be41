"""What the devices move: lamps, contactors, water. Pure step functions."""
