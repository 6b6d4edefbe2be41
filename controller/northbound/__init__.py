"""Northbound: the city shown to an existing SCADA as an OPC UA server. It may look; it may change nothing."""
