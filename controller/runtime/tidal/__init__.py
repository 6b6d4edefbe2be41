"""Tidal waters at run time: tables, gauges, trust, alarms, and what people see of them."""
