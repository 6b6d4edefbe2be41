"""The network's rules: what the stations of a city's waters ask of each other while no optimiser speaks. All pure."""
