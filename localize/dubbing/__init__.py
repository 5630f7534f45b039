"""The dub: who speaks a line, how it is said, fitted to its time, and listened back to."""
