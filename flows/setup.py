"""Prefect as this project runs it: its own home, an embedded server on SQLite, and nothing that calls home.

Imported before prefect by every flow module; a value that the environment already sets is left alone.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from localize.settings import Settings, load_settings

QUICK, NEW, BACK = "quick", "new", "back"  # the work pool's queues; flows.pools says what waits in which
WAITS = "localize.flow-run.waits"  # the last that a run's process says where the run waits for a person
GIVEN = frozenset(os.environ)  # what was set from outside, before the defaults below


def common(settings: Settings) -> dict[str, str]:
    """What every process that talks to Prefect runs with. Telemetry, update checks and the cloud are off."""
    home = Path(os.environ.get("PREFECT_HOME") or settings.home / "prefect")
    env = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # a server that is away is asked again for 8 minutes, doubling from 2 s; 5 would give it up after one
        "PREFECT_CLIENT_MAX_RETRIES": "8",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_RUNNER_HEARTBEAT_FREQUENCY": "30",
        # how often a worker looks for runs: a decision is done seconds after it was made
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    if settings.json_logs:
        env |= {
            "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
            "PREFECT_LOGGING_COLORS": "false",
        }
    return env


def quiet() -> None:
    """Set Prefect's environment for flows in this process."""
    settings = load_settings()
    defaults = {
        **common(settings),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_TASKS_REFRESH_CACHE": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    try:
        Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    except OSError:  # flows.server.check says it in a line, where Prefect says it in three
        warnings.filterwarnings("ignore", message="Failed to create the Prefect home")


quiet()
