"""Photos in and out: decoding, colour management, metadata, LUTs. No Qt, no torch."""
