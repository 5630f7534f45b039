"""Lines into a language: memory, routes, names locked, rewording."""
