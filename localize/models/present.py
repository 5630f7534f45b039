"""A model's folder for an engine: as it lies here, or brought now.

Apart from pull.py, so that an engine whose model is here loads none of what brings one (an HTTP client, pip, npm).
"""

from __future__ import annotations

from pathlib import Path

from ..settings import Settings
from .registry import Registry


def ensure(registry: Registry, settings: Settings, model_id: str) -> Path:
    """The model's folder, fetched if it is not here, licence and bytes checked. Raises ModelError."""
    if not registry.present(model_id):
        from .pull import pull

        pull(registry, settings, model_id)
    return registry.require(model_id)
