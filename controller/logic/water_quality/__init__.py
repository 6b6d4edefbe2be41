"""Water quality: limits with hysteresis, trends, and whether a source is fit to draw from."""
