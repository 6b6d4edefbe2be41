"""Plans at work: previewed, started by two, gone on with after any death, answered, paused, aborted."""
