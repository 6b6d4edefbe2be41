"""Benchmarks: ``python -m tests.bench NAME``; each module here registers those of one area."""
