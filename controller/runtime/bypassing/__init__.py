"""Interlocks as the running controller keeps them, and their bypasses by two people."""
