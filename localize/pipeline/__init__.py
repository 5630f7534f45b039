"""The whole job: an episode admitted, every market made, failures kept apart."""
