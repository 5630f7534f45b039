"""What depends on a language and on nothing else: words, numbers read aloud, shorter wordings."""
