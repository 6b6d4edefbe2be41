"""Drafts of lighting programs, their proof over a year, and publishing by two people."""
