"""Engines that check a translation: sentence encoders, dictionaries, an analyser of words."""
