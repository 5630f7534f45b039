"""Benchmarks: what a dub, a translation engine and a whole run are worth, in figures."""
