"""Engines behind HTTP endpoints of the common shapes: speech, and what translation shares with it."""
