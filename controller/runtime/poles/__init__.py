"""Smart poles as they run: SOS calls, warnings on displays, and what people ask of them."""
