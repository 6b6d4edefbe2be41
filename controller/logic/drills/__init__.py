"""Drills (演练): what is drilled, what is expected, and how what happened is judged. Pure."""
