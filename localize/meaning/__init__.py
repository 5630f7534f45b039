"""Whether a translation says what its line says: findings per line, from plain data (texts, vectors, words)."""
