"""Engines that find and read writing in a picture."""
