"""Leases: how long orders live, how they are extended, warned of and ended."""
