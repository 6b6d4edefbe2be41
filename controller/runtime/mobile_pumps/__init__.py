"""Mobile pumps: what people report of them, kept and shown. No output, nothing is decided here."""
