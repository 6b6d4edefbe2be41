"""Diversion (引配水) at run time: programs, what bars them, alarms, and what people see of them."""
