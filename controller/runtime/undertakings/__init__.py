"""Undertakings: the life of every request, target by target, from RECEIVED to what the field proves."""
