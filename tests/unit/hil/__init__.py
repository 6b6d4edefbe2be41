"""The simulated field."""
