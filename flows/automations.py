"""What set-up asks of the server: runs whose worker died are marked as crashed, so that nobody waits for them.

The work itself is cured by catch-up, from the ledger; this only keeps the UI honest.
"""

from __future__ import annotations

from datetime import timedelta

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

NAME = "runs whose worker died"
BEAT_S = 30  # how often a run says that it lives: PREFECT_RUNNER_HEARTBEAT_FREQUENCY
SILENT_S = 90
ENDS = ("Completed", "Failed", "Cancelled", "Crashed", "Suspended", "Paused")


def apply() -> None:
    """Create the automation where the server does not have it yet."""
    try:
        Automation.read(name=NAME)
    except ValueError:
        beat = "prefect.flow-run.heartbeat"
        trigger = EventTrigger(
            after={beat},
            expect={beat, *(f"prefect.flow-run.{e}" for e in ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENT_S),
        )
        told = f"its worker was silent for {SILENT_S} s; catch-up makes what is missing"
        Automation(
            name=NAME, trigger=trigger, actions=[ChangeFlowRunState(state=StateType.CRASHED, message=told)]
        ).create()


if __name__ == "__main__":
    apply()
