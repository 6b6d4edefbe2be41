"""What lies around the stations: asked of whoever knows it, told to water, recorded as it was told."""
