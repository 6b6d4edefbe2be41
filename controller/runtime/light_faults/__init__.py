"""Faults of lighting while the controller runs: watched where something changed, alarmed, kept, shown."""
