"""Subtitles that are drawn into the picture, read back as timed lines."""

from .read import read_burnt_in, read_picture
from .records import Band, BurntIn, BurntLine, Rect, ScreenText

__all__ = ["Band", "BurntIn", "BurntLine", "Rect", "ScreenText", "read_burnt_in", "read_picture"]
