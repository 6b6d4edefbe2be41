"""The tidal water outside: tide tables, how far they and the gauges are believed, and what river gates may do."""
