"""Measures of what is installed: translation routes (`mt`) and finished dubs (`dub`)."""
