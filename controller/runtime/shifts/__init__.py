"""Change of shift (交接班): handed over by one person, taken over by another, with everything that is unfinished."""
