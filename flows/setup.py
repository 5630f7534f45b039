"""Prefect as this project runs it: its own home, an embedded server on SQLite, and nothing that calls home.

Imported before prefect by every flow module; a value that the environment already sets is left alone.
"""

from __future__ import annotations

import os

from localize import config


def quiet() -> None:
    """Set Prefect's environment. Telemetry, update checks and the cloud are off."""
    settings = config.load()
    home = settings.home / "prefect"
    defaults = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_TASKS_REFRESH_CACHE": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    home.mkdir(parents=True, exist_ok=True)


quiet()
