"""Engines behind Protocols; `catalogue` makes each once a process. Nothing heavy is imported before it is used."""
