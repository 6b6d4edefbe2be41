"""The optimiser's reckoning: a network and its hours ahead as a mixed-integer programme, its answer read back. Pure."""
