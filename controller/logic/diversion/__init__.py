"""Clean water brought in (引配水): its programs, what pre-empts it, and a bidirectional station's turning."""
