"""Light of day and weather at work: photocells, dark weather, signals, measured values; and what tonight will bring."""
