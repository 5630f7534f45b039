"""Names, defaults and checks of flow parameters; what a person sees in the form."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from localize import config
from localize.errors import LocalizeError


class EpisodeParams(BaseModel):
    """One episode, or several, for some markets."""

    inputs: list[Path] = Field(description="Episode files, or folders of episodes.", min_length=1)
    series: str = Field("untitled", description="Folder of glossaries/ with names, cast and memory.")
    markets: list[str] = Field(default_factory=list, description="Markets; none means all.")
    source_lang: str | None = Field(None, description="Language of the episodes; empty means: heard.")
    out: Path = Field(Path("out"), description="Folder for the variants.")
    allow_non_commercial: bool = Field(False, description="This run is not commercial.")

    @field_validator("markets")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        settings = config.load()
        try:
            return [settings.market(n).name for n in dict.fromkeys(names)]
        except LocalizeError as error:
            raise ValueError(str(error)) from error
