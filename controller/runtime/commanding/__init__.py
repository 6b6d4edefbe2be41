"""Commanding: direct orders, select → preview → operate, second persons, the emergency path."""
