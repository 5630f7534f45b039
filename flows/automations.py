"""What set-up asks of the server: runs whose worker died are marked as crashed, so that nobody waits for them; and who is
told of what (LOCALIZE_NOTIFY_WEBHOOK, LOCALIZE_NOTIFY_MAIL).

The work itself is cured by catch-up, from the ledger; this keeps the UI honest and people awake.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState, RunDeployment, SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.setup import WAITS
from localize.settings import Settings, load_settings

DEAD = "runs whose worker died"
SILENT_S = 90  # a run says every PREFECT_FLOWS_HEARTBEAT_FREQUENCY (30 s) that it lives
ENDS = ("Completed", "Failed", "Cancelled", "Crashed", "Suspended", "Paused")
BLOCK = "localize-webhook"
RUN = "{{ flow_run.name }}: {{ flow_run.state.name }}"
WHY = "{{ flow_run.state.message }}\n{{ flow_run|ui_url }}"
# not the notices' own runs: a mail that fails must not ask for a mail
OURS = {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.localize"}
REVIEW = {"prefect.resource.role": "flow", "prefect.resource.name": "review"}
# name -> (events, what they must be related to, subject, text)
TOLD: dict[str, tuple[set[str], dict[str, str], str, str]] = {
    "a run failed": ({"prefect.flow-run.Failed", "prefect.flow-run.Crashed"}, OURS, RUN, WHY),
    "a variant waits for a person": (
        {"prefect.flow-run.Suspended", "prefect.flow-run.Paused"},
        REVIEW,
        "{{ flow_run.name }} waits for review",
        "{{ flow_run|ui_url }}",
    ),
    "no worker is there": (
        {"prefect.work-pool.not-ready"},
        {},
        "no worker takes runs of {{ work_pool.name }}",
        "start one: python -m flows.up work",
    ),
}


def apply() -> None:
    """Make the server's automations what they should be; those of notices go where nobody is to be told any more."""
    settings = load_settings()
    _put(DEAD, _silent(), [ChangeFlowRunState(state=StateType.CRASHED, message=_cured())])
    ways = _ways(settings)
    for name, (events, related, subject, text) in TOLD.items():
        trigger = EventTrigger(
            expect=events,
            match_related=ResourceSpecification(related),
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        )
        _put(name, trigger, [way(subject, text) for way in ways])


def _put(name: str, trigger: EventTrigger, actions: list[ActionTypes]) -> None:
    try:
        old = Automation.read(name=name)
    except ValueError:
        old = None
    if old is not None and actions:
        old.trigger, old.actions = trigger, actions
        old.update()
    elif old is not None:
        old.delete()
    elif actions:
        Automation(name=name, trigger=trigger, actions=actions).create()


def _silent() -> EventTrigger:
    beat = "prefect.flow-run.heartbeat"
    return EventTrigger(
        after={beat},
        # a run's last beat may come in after the server's word that it waits; WAITS comes after every beat
        expect={beat, WAITS, *(f"prefect.flow-run.{e}" for e in ENDS)},
        match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=SILENT_S),
    )


def _cured() -> str:
    return f"its worker was silent for {SILENT_S} s; catch-up makes what is missing"


def _ways(settings: Settings) -> list[Any]:
    """How people are told: functions (subject, text) -> action."""
    ways: list[Any] = []
    if settings.webhook:
        # what is posted is read by people and by programs alike
        block = CustomWebhookNotificationBlock(
            name="localize", url=settings.webhook, json_data={"subject": "{{subject}}", "text": "{{body}}"}
        )
        saved = block.save(BLOCK, overwrite=True)
        ways.append(lambda subject, text: SendNotification(block_document_id=saved, subject=subject, body=text))
    if settings.mail_to:
        with get_client(sync_client=True) as client:
            flow = client.read_deployment_by_name("tell-people/tell-people").id
        ways.append(
            lambda subject, text: RunDeployment(
                deployment_id=flow, parameters={"subject": _jinja(subject), "text": _jinja(text)}
            )
        )
    return ways


def _jinja(text: str) -> dict[str, str]:
    """A parameter that the server fills in from the event."""
    return {"__prefect_kind": "jinja", "template": text}


if __name__ == "__main__":
    apply()
