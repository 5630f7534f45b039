"""Endpoints as data: `endpoints.toml` of the studio, and a series' own over it.

    [acting-voice]
    kind = "tts"                                # or "asr", "align", "mt", "embed"
    url = "http://gpu1:8000/v1"                 # what stands before /audio/speech, /audio/transcriptions, /chat/completions, ...
    model = "Qwen3-TTS"
    key = "VOICE_KEY"                           # the NAME of an environment variable; a key itself is refused
    languages = ["es", "pt"]                    # pairs ("zh->en") for mt; none: all
    licence = "Apache-2.0"                      # as the studio declares it
    commercial_use = true
    can = ["speed", "instructions"]
    price = { million_characters = 15.0 }
    max_cost = 40.0

Every field is checked when the file is read, and one that is not known is an error: a misspelt `max_cost` must not
mean that nothing is held back.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ...errors import OptionError
from ...files import read_text
from ...settings import Settings

FILE = "endpoints.toml"
KINDS = ("asr", "align", "tts", "mt", "embed")
# what an endpoint may be able to do beyond its bare kind, by kind
ABILITIES = {
    "asr": frozenset({"words", "segments", "prompt", "hotwords"}),
    "align": frozenset(),
    "tts": frozenset({"speed", "instructions", "seed", "language"}),
    "mt": frozenset({"schema", "json", "seed", "temperature"}),
    "embed": frozenset(),
}
# what is counted and paid for, by kind; money is in the endpoint's own currency
UNITS = {
    "asr": frozenset({"minute", "request"}),
    "align": frozenset({"minute", "request"}),
    "tts": frozenset({"million_characters", "minute", "request"}),
    "mt": frozenset({"million_tokens_in", "million_tokens_out", "request"}),
    "embed": frozenset({"million_tokens_in", "request"}),
}
LIMITS = frozenset({"far", "near", "unit", "lost", "added"})  # of an encoder's cosines, as localize.meaning.likeness has them
FORMATS = ("wav", "flac", "pcm")
RESERVED = frozenset({"model", "input", "messages", "voice", "file", "response_format", "stream", "language", "text",
                      "prompt", "hotwords", "timestamp_granularities[]", "encoding_format"})  # fmt: skip
ENGINE_NAMES = frozenset(
    {"kokoro", "coqui", "piper", "memory", "studio", "source", "faster-whisper", "apertium", "bergamot"}
)
FROM_SETTINGS = "llm"  # the endpoint that LOCALIZE_LLM_URL makes


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One model of one server.

    Attributes:
        url: up to and with "/v1"; without user, query or fragment.
        key: the name of the environment variable that holds the key; empty where none is needed.
        languages: primary tags, or (mt) pairs as "zh->en"; empty for all.
        licence, commercial_use: as the studio declares them; the licence gate goes by them.
        price: money by unit, see UNITS; max_cost: the most that one series may spend here, None for no limit.
        parallel: requests at a time; tries: of one request.
        connect_s, answer_s: how long a connection and a whole answer may take.
        can: of ABILITIES; body: further fields of each request.
        comet, chrf: published figures of an mt endpoint, for the ranking of routes.
        voices: names that a tts endpoint is known to have; empty where nobody listed them.
        format, rate: of speech; the rate (Hz) is that of raw pcm, and 0 for a file that says its own.
        max_characters: the longest text; max_seconds: the longest sound that is sent at once, cut at a silence.
        rank: of an asr endpoint among the recognisers, as in models.toml; one whose rank nobody wrote goes before all.
        prefix: what an embed endpoint's model wants before each text ("query: ").
        limits: where its cosines become doubtful, by name; an encoder without them judges nothing.
    """

    name: str
    kind: str
    url: str
    model: str
    licence: str
    commercial_use: bool
    key: str = ""
    languages: tuple[str, ...] = ()
    price: dict[str, float] = field(default_factory=dict)
    currency: str = "USD"
    max_cost: float | None = None
    parallel: int = 2
    tries: int = 4
    connect_s: float = 10.0
    answer_s: float = 120.0
    can: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)
    comet: float | None = None
    chrf: float | None = None
    score_source: str = ""
    voices: tuple[str, ...] = ()
    format: str = "wav"
    rate: int = 0
    max_characters: int = 2000
    max_seconds: float = 60.0
    rank: int = 100
    prefix: str = ""
    limits: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def host(self) -> str:
        """The machine that serves it."""
        return urlsplit(self.url).hostname or ""

    @property
    def address_is(self) -> str:
        """Where its address is set, for whoever mends it."""
        return "LOCALIZE_LLM_URL" if self.name == FROM_SETTINGS else f"url of [{self.name}] in {FILE}"

    def reads(self, language: str) -> bool:
        """Whether it knows a language (any tag); an empty one is known to all."""
        primary = language.split("-")[0].lower()
        return not primary or not self.languages or primary in self.languages

    def pairs(self, tags: set[str]) -> frozenset[tuple[str, str]]:
        """Of an mt endpoint: (source, target) of these primary tags that it translates."""
        if not self.languages:
            return frozenset((a, b) for a in tags for b in tags if a != b)
        return frozenset((a, b) for a, _arrow, b in (p.partition("->") for p in self.languages))


Endpoints = dict[str, Endpoint]


def load(settings: Settings, series: str = "") -> Endpoints:
    """The studio's endpoints, the series' own over them, and the one of LOCALIZE_LLM_URL. Raises OptionError."""
    found: Endpoints = {}
    for path in (settings.endpoints, settings.glossaries / series / FILE if series else None):
        if path is not None and path.is_file():
            found.update(parse(read_text(path), str(path)))
        elif path is settings.endpoints and settings.endpoints_named:
            raise OptionError("is not there", str(path), "unset LOCALIZE_ENDPOINTS, or write the file")
    if settings.llm_url:
        if FROM_SETTINGS in found:
            what = f"an endpoint is named {FROM_SETTINGS!r}, and so is the one of LOCALIZE_LLM_URL"
            raise OptionError(what, FILE, "unset LOCALIZE_LLM_URL, or name the endpoint otherwise")
        found[FROM_SETTINGS] = _from_settings(settings)
    return found


def parse(text: str, where: str) -> Endpoints:
    """Endpoints from TOML text. Raises OptionError naming file, endpoint and field."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"is no TOML: {error}", where, "see models/README.md") from error
    return {name: _endpoint(name, table, f"{where} [{name}]") for name, table in tables.items()}


def _from_settings(settings: Settings) -> Endpoint:
    """The endpoint of the older settings: it answers as it ever did, and costs what nobody wrote down."""
    return Endpoint(
        name=FROM_SETTINGS,
        kind="mt",
        url=settings.llm_url.rstrip("/"),
        model=settings.llm_model,
        licence="the provider's terms",
        commercial_use=True,
        key="LOCALIZE_LLM_KEY",
        parallel=settings.llm_parallel,
        answer_s=settings.llm_seconds,
        can=frozenset({"schema", "seed", "temperature"}),
    )


def _endpoint(name: str, table: Any, at: str) -> Endpoint:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", name) or name in ENGINE_NAMES:
        raise OptionError("is no name for an endpoint", at, "use small letters, digits, . _ -, and no engine's name")
    if not isinstance(table, dict):
        raise OptionError("is no table", at, "see models/README.md")
    kind = table.get("kind")
    if kind not in KINDS:
        raise OptionError(f"kind {kind!r} is unknown", at, f"choose from {', '.join(KINDS)}")
    unknown = set(table) - set(FIELDS)
    if unknown:
        raise OptionError(f"{sorted(unknown)[0]!r} is no field", at, f"use {', '.join(sorted(FIELDS))}")
    for missing in ("url", "model", "licence", "commercial_use"):
        if missing not in table:
            raise OptionError(f"{missing} is missing", at, "the studio must say it; see models/README.md")
    for key, value in table.items():
        problem = FIELDS[key](value)
        if problem:
            raise OptionError(f"{key} {problem}", at, "mend the row")
    _fits_kind(kind, table, at)
    facts = {k: v for k, v in table.items() if k not in ("url", "languages", "can", "price", "voices")}
    return Endpoint(
        name=name,
        url=table["url"].rstrip("/"),
        languages=tuple(_primary(x, kind) for x in table.get("languages", ())),
        can=frozenset(table.get("can", ())),
        voices=tuple(table.get("voices", ())),
        price={k: float(v) for k, v in table.get("price", {}).items()},
        **facts,
    )


def _fits_kind(kind: str, table: dict[str, Any], at: str) -> None:
    """Raises OptionError for what an endpoint of this kind cannot have."""
    for key, allowed in (("can", ABILITIES[kind]), ("price", UNITS[kind])):
        wrong = sorted(set(table.get(key, ())) - allowed)
        if wrong:
            known = ", ".join(sorted(allowed)) or "nothing"
            raise OptionError(f"{key}: {wrong[0]!r} is nothing that {kind} has", at, f"choose from {known}")
    for text in table.get("languages", ()):
        pair = "->" in text
        if pair != (kind == "mt"):
            raise OptionError(f"languages: {text!r}", at, 'write pairs as "zh->en" for mt, tags as "zh" for all others')
    taken = sorted(set(table.get("body", {})) & RESERVED)
    if taken:
        raise OptionError(f"body: {taken[0]!r} is set by this program", at, "leave it out")
    if kind != "embed" and (alien := sorted({"limits", "prefix"} & set(table))):
        raise OptionError(f"{alien[0]} is nothing that {kind} has", at, "leave it out")
    if table.get("format") == "pcm" and not table.get("rate"):
        raise OptionError("raw pcm says no rate of its own", at, "write rate = 24000, as its maker states it")
    if table.get("max_cost") is not None and not table.get("price"):
        raise OptionError("max_cost without a price holds nothing back", at, "write the price too")


def _primary(text: str, kind: str) -> str:
    parts = [p.strip().split("-")[0].lower() for p in text.split("->")]
    return "->".join(parts)


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() and value.isprintable() else "must be a text"


def _address(value: Any) -> str:
    if _text(value):
        return "must be a text"
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises for a port that is no number)
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must begin with http:// or https:// and name a host"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must hold no user, password or query: a key is named by `key`"
    return ""


def _key_name(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]{1,63}", value):
        return ""
    return "must be the NAME of an environment variable (capitals, digits, _), never the key itself"


def _number(low: float, high: float, whole: bool = False) -> Callable[[Any], str]:
    def problem(value: Any) -> str:
        right = isinstance(value, int) if whole else isinstance(value, (int, float))
        if not right or isinstance(value, bool) or not math.isfinite(value) or not low <= value <= high:
            return f"must be a {'whole ' if whole else ''}number from {low:g} to {high:g}"
        return ""

    return problem


def _texts(value: Any) -> str:
    good = isinstance(value, list) and all(isinstance(x, str) and x.strip() for x in value)
    return "" if good else "must be a list of texts"


def _prices(value: Any) -> str:
    money = _number(0, 1e6)
    good = isinstance(value, dict) and not any(money(v) for v in value.values())
    return "" if good else "must be a table of units and numbers, e.g. { minute = 0.006 }"


def _limits(value: Any) -> str:
    one = _number(-10, 10)
    good = isinstance(value, dict) and set(value) == LIMITS and not any(one(v) for v in value.values())
    return "" if good else f"must hold the numbers {', '.join(sorted(LIMITS))}, as `localize bench meaning --limits` prints them"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


FIELDS: dict[str, Callable[[Any], str]] = {
    "kind": _text, "url": _address, "model": _text, "key": _key_name, "languages": _texts, "licence": _text,
    "commercial_use": _flag, "price": _prices, "currency": _text, "max_cost": _number(0, 1e9), "can": _texts, "voices": _texts,
    "parallel": _number(1, 64, whole=True), "tries": _number(1, 10, whole=True), "connect_s": _number(0.1, 600),
    "answer_s": _number(0.1, 3600), "body": lambda v: "" if isinstance(v, dict) else "must be a table", "note": _text,
    "comet": _number(0, 1), "chrf": _number(0, 100), "score_source": _text,
    "format": lambda v: "" if v in FORMATS else f"must be one of {', '.join(FORMATS)}",
    "rate": _number(8000, 192_000, whole=True),
    "max_characters": _number(20, 1e6, whole=True),
    "max_seconds": _number(5, 7200),
    "rank": _number(0, 1000, whole=True),
    "prefix": lambda v: "" if isinstance(v, str) and v.isprintable() else "must be a text",
    "limits": _limits,
}  # fmt: skip
