"""Wires to the field: one small protocol, one driver per kind of wire, one soft twin for tests."""
