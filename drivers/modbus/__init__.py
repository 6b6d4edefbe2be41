"""Modbus, with every reply checked."""
