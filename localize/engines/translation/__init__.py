"""Engines that translate text, and what corrects them."""
