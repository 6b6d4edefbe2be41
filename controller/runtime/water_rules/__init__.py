"""The network's rules at work: guidance for every station, worked out anew every few minutes from what is believed."""
