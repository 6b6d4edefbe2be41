"""The optimiser at work: a worker process that solves, what it advises, and where people let it set targets."""
