"""Whether a pulled model can run here, and what is missing if not."""

from __future__ import annotations

import importlib.util

from ..models.registry import Model, Registry

EXTRA = "make hf"


def unusable(registry: Registry, model: Model, *packages: str) -> str:
    """Empty where a pulled model may serve here; else its licence, the command that brings it, or what it needs."""
    if not model.commercial_use and not registry.allow_non_commercial:
        return f"{model.id} is not for commercial use ({model.licence})"
    if not registry.present(model.id):
        return f"localize models pull {model.id}"
    lacking = absent(*packages)
    return f"{model.id} needs {' and '.join(lacking)}: {EXTRA}" if lacking else ""


def absent(*packages: str) -> list[str]:
    """Those that cannot be imported here; none of them is."""
    return [p for p in packages if importlib.util.find_spec(p) is None]
