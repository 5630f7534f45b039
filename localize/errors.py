"""Every error this project raises on purpose.

    LocalizeError
    ├── InputError          a file or option that cannot be used
    │   ├── MediaError      video or sound that cannot be used
    │   ├── SidecarError    a subtitle, dialogue list, cast or glossary with a bad row
    │   └── OptionError     an option with a value that makes no sense
    ├── ModelError          a model that is missing, damaged or not allowed
    │   ├── ModelMissing
    │   │   └── DownloadError
    │   ├── ModelDamaged
    │   └── LicenceRefused
    ├── RouteMissing        no engine here translates this pair
    ├── EngineError         an engine that failed on an item
    │   ├── PartlyFailed    on some items of a batch; it holds what the others gave
    │   ├── EngineFailed    an engine that does nothing here at all: another one is asked
    │   │   └── OverBudget  a served one whose max_cost the next request would pass
    │   └── UnusableResult  what it made cannot be used, and trying again gives the same
    │       └── Rejected    a served one refuses this request, and says why
    ├── ToolError           an external program that failed or is absent
    ├── StoreError          the store or the ledger cannot be read or written
    └── ServerError         the server that keeps the runs is away, or refuses us

An error says what is wrong, where, and what to do about it, in one line. `transient` is true where a retry
may cure it. All arguments are plain values, so that errors survive pickling between processes.
"""

from __future__ import annotations


def one_line(text: str, limit: int = 400) -> str:
    """The text on one line with control characters made visible, at most `limit` characters."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text.replace("\n", " "))
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


class LocalizeError(Exception):
    """Root of all errors raised on purpose.

    Attributes:
        what: what is wrong.
        where: the file, row, line or model it is about; may be empty.
        do: what the reader can do about it; may be empty.
        transient: true where trying again may help.
    """

    transient = False

    def __init__(self, what: str, where: str = "", do: str = "") -> None:
        super().__init__(what, where, do)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return one_line(f"{text} -> {self.do}" if self.do else text)


class InputError(LocalizeError):
    """A file or option that cannot be used."""


class MediaError(InputError):
    """Video or sound that cannot be used."""


class SidecarError(InputError):
    """A subtitle, dialogue list, cast, memory or glossary that cannot be used, with its row."""


class OptionError(InputError):
    """An option with a value that makes no sense."""


class ModelError(LocalizeError):
    """A model that cannot be used."""


class ModelMissing(ModelError):
    """No source of this model could be reached."""


class DownloadError(ModelMissing):
    """One source cannot give a model's file now."""


class ModelDamaged(ModelError):
    """A model file whose bytes are not the ones that were registered."""


class LicenceRefused(ModelError):
    """A model whose licence does not allow what this run is for."""


class RouteMissing(LocalizeError):
    """No engine here translates this language pair."""


class EngineError(LocalizeError):
    """An engine that failed on an item."""

    transient = True


class PartlyFailed(EngineError):
    """An engine that did some items of a batch.

    Attributes:
        texts: what it made, in the batch's order; None where it failed.
    """

    def __init__(self, what: str, where: str = "", do: str = "", texts: tuple[str | None, ...] = ()) -> None:
        super().__init__(what, where, do)
        self.args = (what, where, do, texts)
        self.texts = texts


class EngineFailed(EngineError):
    """An engine that does nothing here at all: it cannot be loaded, or fails on every line."""


class OtherLanguage(EngineError):
    """An engine that is not said to know this language; it is well, and was not asked."""


class OverBudget(EngineFailed):
    """A served engine whose `max_cost` the next request would pass: nothing was asked."""

    transient = False


class UnusableResult(EngineError):
    """What an engine made of an item cannot be used; the same input gives the same again."""

    transient = False


class Rejected(UnusableResult):
    """A served engine refuses this one request (HTTP 400, 413, 422), and says why."""


class ToolError(LocalizeError):
    """An external program that failed or is absent."""

    transient = True


class StoreError(LocalizeError):
    """The store or the ledger cannot be read or written."""


class ServerError(LocalizeError):
    """The server that keeps the service's runs is away, or refuses us."""

    transient = True
