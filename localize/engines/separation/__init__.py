"""Engines that part speech from music."""
