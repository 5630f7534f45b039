"""Cues from lines: line breaks, reading speed, file formats, subtitles for the deaf."""
