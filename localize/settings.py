"""Settings, markets and languages. The environment is read here and nowhere else.

| variable | meaning | default |
|---|---|---|
| LOCALIZE_HOME | ledger and store | ~/.local/share/localize |
| LOCALIZE_LEDGER | postgresql://… for many machines | SQLite in LOCALIZE_HOME |
| LOCALIZE_STORE | s3://bucket/prefix for many machines | a folder in LOCALIZE_HOME |
| LOCALIZE_BUCKET | file:// or s3:// address of the studios' bucket: inbox, outbox, quarantine, status | that of `make up` on this home |
| LOCALIZE_S3_ENDPOINT | address of an S3 service; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY | Amazon's |
| LOCALIZE_MODELS | where model files lie | ~/.cache/localize/models |
| LOCALIZE_MODELS_TOML | the registry of models | models/models.toml of the checkout |
| LOCALIZE_GLOSSARIES | folder of series bibles | glossaries/ of the checkout |
| LOCALIZE_MARKETS | a TOML file that adds markets and languages | none |
| LOCALIZE_HUB | address of a model hub | the hub client's own |
| HF_TOKEN | your account's token there, for models whose terms you accepted | none |
| LOCALIZE_RELEASES | a mirror of what lies at plain addresses, such as Mozilla's translation models: scheme and host | none |
| LOCALIZE_OFFLINE | "1": ask no source outside the package registries | "0" |
| LOCALIZE_HARDSUBS | "off": subtitles in the picture are not read | "auto" |
| LOCALIZE_ENDPOINTS | served models as data, see models/README.md; the keys are in variables that it names | endpoints.toml in LOCALIZE_GLOSSARIES |
| LOCALIZE_LLM_URL | the short way to one endpoint that translates, named "llm", e.g. http://localhost:8000/v1 | none |
| LOCALIZE_LLM_MODEL | the model's name there | none |
| LOCALIZE_LLM_KEY | its key | none |
| LOCALIZE_LLM_SECONDS | how long one answer may take | 120 |
| LOCALIZE_LLM_PARALLEL | requests at a time | 4 |
| LOCALIZE_COQUI | the Python of the environment that `make coqui` builds | .venv-coqui of the checkout |
| LOCALIZE_COQUI_SECONDS | how long one of its lines may take, loading included | 300 |
| LOCALIZE_FFMPEG | the ffmpeg to use | the one on PATH, else the imageio-ffmpeg wheel |
| LOCALIZE_THREADS | engine threads | number of cores |
| LOCALIZE_ONNX_THREADS | threads of one inference of a voice; two lines at once on one each are faster than one on two | 1 |
| LOCALIZE_VOICE_GRAPH | "published", "float", "rows", or "auto": the one that a measurement at set-up found fastest | auto |
| LOCALIZE_DEVICE | "cpu", "cuda", or "auto": a GPU where one is there and works | auto |
| LOCALIZE_ASR | the recogniser to use, a model id | the best one here |
| LOCALIZE_NOTIFY_WEBHOOK | address that Prefect's server posts to when a run fails, a variant waits, no worker is there | none |
| LOCALIZE_NOTIFY_MAIL | addresses, with commas, that are written to for the same | none |
| LOCALIZE_SMTP | how mail goes out: smtp:// or smtps://USER:PASSWORD@HOST:PORT | smtp://localhost:25 |
| LOCALIZE_MAIL_FROM | whom mail is from | localize@localhost |
| PREFECT_API_URL, PREFECT_API_AUTH_STRING | the Prefect server that `localize health` asks | that of `make up` on this home |
| LOCALIZE_CATCH_UP_SECONDS | how often catch-up starts by itself | 900 |
| LOCALIZE_HOST | where the server of `make up` listens; flows/up.py reads it | 127.0.0.1 |
| LOCALIZE_LOG | "json": the service's logs are a JSON object a line | "text" |"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .errors import OptionError
from .markets import Language, Loudness, Market, also, cover, machine

HERE = Path(__file__).resolve().parent
ADDRESS = "service/address.json"
ROOT = HERE.parent


@dataclass(frozen=True)
class Settings:
    """All that is set from outside, read once."""

    home: Path
    models: Path
    models_toml: Path
    glossaries: Path
    hub: str
    offline: bool
    ffmpeg: str
    threads: int
    onnx_threads: int = 1
    device: str = "auto"
    asr: str = ""
    json_logs: bool = False
    catch_up_s: int = 900
    hub_token: str = field(default="", repr=False)
    releases: str = ""
    webhook: str = field(default="", repr=False)
    mail_to: tuple[str, ...] = ()
    mail_from: str = "localize@localhost"
    smtp: str = field(default="smtp://localhost:25", repr=False)
    server: str = ""
    server_auth: str = field(default="", repr=False)
    ledger: str = field(default="", repr=False)
    store: str = ""
    bucket: str = ""
    hardsubs: str = "auto"
    voice_graph: str = "auto"
    s3_endpoint: str = ""
    endpoints: Path = ROOT / "glossaries/endpoints.toml"
    endpoints_named: bool = False
    llm_url: str = ""
    llm_model: str = ""
    llm_key: str = field(default="", repr=False)
    llm_seconds: float = 120.0
    llm_parallel: int = 4
    coqui: Path = ROOT / ".venv-coqui/bin/python"
    coqui_seconds: float = 300.0
    markets: dict[str, Market] = field(default_factory=dict)
    languages: dict[str, Language] = field(default_factory=dict)
    loudness: dict[str, Loudness] = field(default_factory=dict)

    def market(self, name: str) -> Market:
        """The market of that name. Raises OptionError."""
        if name not in self.markets:
            raise OptionError(f"no market named {name!r}", do=f"choose from {', '.join(sorted(self.markets))}")
        return self.markets[name]

    @property
    def usual_markets(self) -> tuple[str, ...]:
        """The markets that an episode goes to where none is named."""
        return tuple(n for n, m in self.markets.items() if not m.on_request)

    def chosen(self, names: Iterable[str], besides: Iterable[str] = (), covered: str = "") -> list[Market]:
        """The named markets, each once (the usual ones for none), with `besides` added to what they get, and subtitles in
        the picture `covered` that way where one is named. Raises OptionError."""
        markets = [self.market(n) for n in dict.fromkeys(names or self.usual_markets)]
        return [replace(m, also=also((*m.also, *besides)), cover=cover(covered) or m.cover) for m in markets]

    def language(self, tag: str) -> Language:
        """The language of that tag, or the first with the same primary subtag. Raises OptionError."""
        if tag in self.languages:
            return self.languages[tag]
        for language in self.languages.values():
            if language.primary == tag.split("-")[0]:
                return language
        raise OptionError(f"no language {tag!r}", do=f"choose from {', '.join(sorted(self.languages))}")


def load_settings(environ: dict[str, str] | None = None) -> Settings:
    """Settings from the environment and the market tables. Raises OptionError on a bad value or table."""
    env = dict(os.environ) if environ is None else environ
    home = Path(env.get("HOME", "~")).expanduser()
    tables = {k: v for name in ("markets.toml", "languages.toml") for k, v in _read(HERE / name).items()}
    if extra := env.get("LOCALIZE_MARKETS"):
        for kind, rows in _read(Path(extra)).items():
            tables.setdefault(kind, {}).update(rows)
    try:
        markets = {
            k: Market(
                k,
                v["title"],
                v["language"],
                v.get("loudness", "mobile"),
                tuple(v.get("extra_subtitles", ())),
                also(v.get("also", ())),
                cover(v.get("cover", "")),
                bool(v.get("on_request", False)),
                machine(v.get("machine", "review")),
            )
            for k, v in tables["market"].items()
        }
        languages = {k: Language(k, **v) for k, v in tables["language"].items()}
        loudness = {k: Loudness(**v) for k, v in tables["loudness"].items()}
        for market in markets.values():
            for tag in (market.language, *market.extra_subtitles):
                languages[tag]
            loudness[market.loudness]
    except (KeyError, TypeError) as error:
        raise OptionError(f"market table: {error}", extra or "markets.toml", "see localize/markets.toml and localize/languages.toml") from error
    own = Path(env.get("LOCALIZE_HOME") or home / ".local/share/localize")
    served = _of_the_service(own)
    threads = _number(env, "LOCALIZE_THREADS", len(os.sched_getaffinity(0)))
    return Settings(
        home=own,
        models=Path(env.get("LOCALIZE_MODELS") or home / ".cache/localize/models"),
        models_toml=Path(env.get("LOCALIZE_MODELS_TOML") or ROOT / "models/models.toml"),
        glossaries=Path(env.get("LOCALIZE_GLOSSARIES") or ROOT / "glossaries"),
        hub=env.get("LOCALIZE_HUB") or env.get("HF_ENDPOINT") or "https://huggingface.co",
        offline=env.get("LOCALIZE_OFFLINE", "0") not in ("", "0"),
        ffmpeg=env.get("LOCALIZE_FFMPEG", ""),
        threads=threads,
        onnx_threads=_number(env, "LOCALIZE_ONNX_THREADS", 1),
        device=_choice(env, "LOCALIZE_DEVICE", ("auto", "cpu", "cuda")),
        asr=env.get("LOCALIZE_ASR", ""),
        hub_token=env.get("HF_TOKEN", ""),
        releases=env.get("LOCALIZE_RELEASES", ""),
        json_logs=_choice(env, "LOCALIZE_LOG", ("text", "json")) == "json",
        catch_up_s=_number(env, "LOCALIZE_CATCH_UP_SECONDS", 900),
        webhook=env.get("LOCALIZE_NOTIFY_WEBHOOK", ""),
        mail_to=tuple(a.strip() for a in env.get("LOCALIZE_NOTIFY_MAIL", "").split(",") if a.strip()),
        mail_from=env.get("LOCALIZE_MAIL_FROM") or "localize@localhost",
        smtp=env.get("LOCALIZE_SMTP") or "smtp://localhost:25",
        server=(env.get("PREFECT_API_URL") or served.get("PREFECT_API_URL", "")).rstrip("/"),
        server_auth=env.get("PREFECT_API_AUTH_STRING", ""),
        ledger=env.get("LOCALIZE_LEDGER", ""),
        store=env.get("LOCALIZE_STORE", ""),
        bucket=env.get("LOCALIZE_BUCKET") or served.get("LOCALIZE_BUCKET", ""),
        s3_endpoint=env.get("LOCALIZE_S3_ENDPOINT", ""),
        voice_graph=_choice(env, "LOCALIZE_VOICE_GRAPH", ("auto", "published", "float", "rows")),
        hardsubs=_choice(env, "LOCALIZE_HARDSUBS", ("auto", "off")),
        endpoints=Path(env.get("LOCALIZE_ENDPOINTS") or Path(env.get("LOCALIZE_GLOSSARIES") or ROOT / "glossaries") / "endpoints.toml"),
        endpoints_named=bool(env.get("LOCALIZE_ENDPOINTS")),
        llm_url=env.get("LOCALIZE_LLM_URL", ""),
        llm_model=env.get("LOCALIZE_LLM_MODEL", ""),
        llm_key=env.get("LOCALIZE_LLM_KEY", ""),
        llm_seconds=_number(env, "LOCALIZE_LLM_SECONDS", 120),
        llm_parallel=_number(env, "LOCALIZE_LLM_PARALLEL", 4),
        coqui=Path(env.get("LOCALIZE_COQUI") or ROOT / ".venv-coqui/bin/python"),
        coqui_seconds=_number(env, "LOCALIZE_COQUI_SECONDS", 300),
        markets=markets,
        languages=languages,
        loudness=loudness,
    )


def _of_the_service(home: Path) -> dict[str, str]:
    """Where the service that was started on this home keeps its bucket and its server: flows.up writes it."""
    try:
        found = json.loads((home / ADDRESS).read_text(encoding="utf-8"))
        return {str(k): str(v) for k, v in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _number(env: dict[str, str], name: str, default: int) -> int:
    try:
        number = int(env.get(name) or default)
        if number < 1:
            raise ValueError
    except ValueError as error:
        raise OptionError(f"{name} is not a whole number", do="unset it, or set it to 1 or more") from error
    return number


def secret(name: str) -> str:
    """The key that a variable of this name holds; empty where it is not set. Asked for when it is sent, and kept nowhere."""
    return os.environ.get(name, "").strip() if name else ""


def other_python() -> dict[str, str]:
    """The environment for a program of another Python: without what points it to this one's packages."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}


def _choice(env: dict[str, str], name: str, choices: tuple[str, ...]) -> str:
    chosen = env.get(name) or choices[0]
    if chosen not in choices:
        raise OptionError(f"{name} {chosen!r} is unknown", do=f"unset it, or choose from {', '.join(choices)}")
    return chosen


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"cannot be read: {error}", str(path), "mend the file or unset LOCALIZE_MARKETS") from error
