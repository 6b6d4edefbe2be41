"""Alarms: the book of what stands, how it is folded, shelved, counted, and the desk where people answer it."""
