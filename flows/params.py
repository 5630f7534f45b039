"""What the forms in the Prefect UI ask for: choices of what exists, titles and help on each field."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect.input import RunInput
from pydantic import Field

from localize import settings

SETTINGS = settings.load_settings()


def series_names() -> list[str]:
    """Series that have a bible, or lie in the bucket."""
    names = {p.name for p in SETTINGS.glossaries.glob("*") if p.is_dir()} if SETTINGS.glossaries.is_dir() else set()
    if SETTINGS.bucket:
        from localize.errors import LocalizeError
        from localize.service.service import open_service

        try:
            office = open_service(SETTINGS)
            names |= set(office.books.series_names())
            names |= {e.name.split("/")[1] for e in office.bucket.list("inbox") if e.name.count("/") == 2}
        except LocalizeError:
            pass  # the form is still of use; a run says what is wrong with the bucket
    return sorted(names) or ["untitled"]


MarketName = Enum("MarketName", {n: n for n in SETTINGS.markets}, type=str)  # type: ignore[misc]
SourceLanguage = Literal["heard in the episode", "en", "es", "pt", "hi", "zh", "ko"]


def _shown(title: str, text: str, **more: Any) -> dict[str, Any]:
    """A field's title and help; Prefect itself would show the parameter's name."""
    return {"title": title, "description": text, **more}


Series = Annotated[
    str,
    Field(
        json_schema_extra=_shown("Series", "Folder below inbox/, and name of the series bible.", enum=series_names())
    ),
]
Episode = Annotated[
    str,
    Field(min_length=1, json_schema_extra=_shown("Episode", "Dropped file without its ending, for example E01.")),
]
Markets = Annotated[
    list[MarketName],
    Field(json_schema_extra=_shown("Markets", "Where it goes. None chosen: all markets of the series.")),
]
Source = Annotated[
    SourceLanguage,
    Field(json_schema_extra=_shown("Spoken language", "Leave it unless recognition gets it wrong.")),
]
Most = Annotated[
    int,
    Field(ge=1, le=10_000, json_schema_extra=_shown("At most", "Make no more than so many episodes in this run.")),
]
Market = Annotated[
    str, Field(json_schema_extra=_shown("Market", "Which variant to decide on.", enum=[*SETTINGS.markets]))
]


class Answer(RunInput):  # type: ignore[misc]
    """A reviewer's form."""

    decision: Annotated[
        Literal["approve", "reject", "edit"],
        # none is chosen beforehand: what goes out unseen by a slip cannot be called back
        Field(title="Decision", description="approve: it goes out. reject: it never does. edit: lines below change."),
    ]
    reviewer: Annotated[str, Field(title="Your name", min_length=1)]
    edits: Annotated[
        str,
        Field(
            title="Edited lines",
            description="Only with edit. One line a row: L004: new words",
        ),
    ] = ""
    note: Annotated[str, Field(title="Note", description="Kept with the decision.")] = ""


def names_of(markets: list[Any]) -> list[str]:
    """Market names of a form's choice."""
    return [str(getattr(m, "value", m)) for m in markets]
