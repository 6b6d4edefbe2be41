"""A target's steps and proofs: pure step functions that turn an intent into writes."""
