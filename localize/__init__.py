"""Localize short drama: dubbing, subtitles and delivery checks for many markets at a time.

The library never imports prefect; `flows/` wraps it. Times are int milliseconds everywhere.
"""

__version__ = "0.1.0"
