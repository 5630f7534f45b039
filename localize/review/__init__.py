"""What people edit outside: XLIFF, subtitles and dialogue lists that come back."""
