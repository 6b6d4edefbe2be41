"""How the lights burned: sampled every five minutes, kept, and told."""
