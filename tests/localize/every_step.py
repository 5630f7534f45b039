"""Every step of the library called once, with real inputs and nothing made: what is in each key, and by which class."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import localize
from localize.audio import files
from localize.delivery import deliver
from localize.delivery.ingredients import Ingredients, speaker_names
from localize.dubbing import fit_text, listen_back, speak
from localize.dubbing import steps as dubbing
from localize.dubbing.script import parts_of
from localize.markets import Market
from localize.meaning import steps as meaning
from localize.meaning.record import Checked
from localize.mixing import leftover_speech
from localize.mixing import steps as mixing
from localize.pipeline.admit import admit
from localize.records import Episode, Line, Media, SoundTrack, Take, Transcript, Translation, to_json
from localize.series.bible import Bible
from localize.series.cast import Character
from localize.series.glossary import Glossary, Term
from localize.session import Session, open_session
from localize.settings import ROOT, Settings
from localize.storage.step_cache import step_key
from localize.transcript import picture_cuts, picture_text, soundtracks
from localize.transcript import steps as transcript
from localize.transcript.burnt_in import BurntIn
from localize.transcript.result import Listened
from localize.translation import finished
from localize.translation import steps as translation

TAG = "es-419"
LINES = (Line("L001", "Summer", 500, 2500, "Come home, Summer."), Line("L002", "Leo", 3000, 4000, "Who is there?"))
HEARD = Listened(
    Transcript("en", "asr", (), LINES, ((500, 2500), (3000, 4000))), {"L001": -20.0, "L002": -21.0},
    {"Summer": "f", "Leo": "m"}, None, {},
)  # fmt: skip
CHINESE = dataclasses.replace(HEARD, transcript=dataclasses.replace(HEARD.transcript, language="zh"))
MADE = [
    Translation("L001", TAG, "Ven a casa, Verano.", "bergamot"), Translation("L002", TAG, "¿Quién anda?", "bergamot"),
]  # fmt: skip
SPOKEN = dubbing.Spoken((Take("L001", "clip", 500, 2400, 1.0, 1.0, 1.0, 1900, "ef_dora"),), "track", {}, {})
MEDIA = Media(5000, 40.0, 720, 1280, 0, "h264", "aac", 2, 48000, 0)
EPISODE = Episode("E01", "/nowhere/E01.mp4", "sha", MEDIA)
CALLS = ("json", "data", "digest", "batch")


class Spy:
    """Steps that note their inputs and keys, and make nothing."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.inputs: dict[str, Any] = {}
        self.store = self

    def get(self, _digest: str) -> bytes:
        return b"there"

    def note(self, name: str, version: int, inputs: Any, subject: str) -> None:
        self.keys[f"{name} {subject}"], self.inputs[name] = step_key(name, version, inputs), inputs

    def json(self, name: str, version: int, inputs: Any, subject: str, _make: Callable[[], Any]) -> Any:
        self.note(name, version, inputs, subject)
        if name == "source-left":
            return [False for _pair in inputs.pairs]
        made: dict[str, Any] = {"listen": HEARD, "dub": SPOKEN, "fit-text": MADE[0], "read-picture": BurntIn(()), "probe": MEDIA}
        plain = {"read-back": [], "hear-stretch": [], "left-speech": 0.0, "bed-kept": [-20.0, None], "mix-level": -20.0, "cuts": [], "length": 1000,
                                 "sound-tracks": ["a:0", "", "", ""], "tongue": "", "language": "en"}
        return to_json(made[name]) if name in made else plain[name]

    def data(self, name: str, version: int, inputs: Any, subject: str, _make: Callable[[], Any]) -> tuple[str, bytes]:
        self.note(name, version, inputs, subject)
        return name, files.to_flac(np.zeros(2400, np.float32), 24000)

    def digest(self, name: str, version: int, inputs: Any, subject: str, _make: Callable[[], Any]) -> str:
        self.note(name, version, inputs, subject)
        return name

    def batch(self, name: str, version: int, rows: list[tuple[Any, str, Any]], _make: Any) -> list[Any]:
        for inputs, subject, _item in rows:
            self.note(name, version, inputs, subject)
        return [to_json(Checked("") if name == "meaning" else MADE[0]) for _row in rows]


def bible(**more: Any) -> Bible:
    """A series with a name that is an ordinary word, said in a way of its own, and two characters."""
    facts: dict[str, Any] = {
        "term": Term("Summer", "person", "f", ("Summa",), ("en",), {TAG: "Verano"}, {TAG: "berano"}),
        "cast": {
            "Summer": Character("Summer", "f", {TAG: "ef_dora"}, 1.0, 0.0, ((0.1,) * 256,), "the heroine"),
            "Leo": Character("Leo", "m"),
        },
    }
    facts.update(more)
    return Bible("night", Path("/nowhere/night"), Glossary((facts["term"],)), facts["cast"])


def market_steps(settings: Settings, series: Bible, market: Market, episode: Episode, heard: Listened = HEARD) -> Spy:
    """The steps that a bible, a language, a market or a model decides, for one market."""
    session, spy = spied(settings, series)
    transcript.listen(session, episode)
    mixing.bed(session, episode, heard)
    translation.translate(session, episode, heard, TAG)
    fit_text.fit_text(session, episode, heard, TAG, MADE)
    dubbing.dub(session, episode, heard, TAG, MADE)
    names = {TAG: speaker_names(series, "en", TAG)} if "sdh" in market.also else {}
    made = Ingredients(
        listened=heard, translations=MADE, extra={}, spoken=SPOKEN, programme="mix", bed="bed", cuts=(), heard=None, left=None,
        balance=None, engines=[], speaker_names=names,
    )  # fmt: skip
    spy.note("deliver", 1, deliver._inputs(session, episode, market, made), "")
    return spy


def every_step(settings: Settings, episode: Episode, file: Path) -> Spy:
    """Those, and every other step: of a file, of a picture, of the mix, of what is heard back and what is checked."""
    market, series = settings.market("latam"), bible()
    spy = market_steps(settings, series, market, episode)
    session, other = spied(settings, series)
    preset = settings.loudness[market.loudness]
    admit(session, file)
    tracks = tuple(SoundTrack(f"a:{n}", "aac", 1, "mono", 48000, 0, 5000) for n in (0, 1))
    soundtracks.choose(session, file, "sha", dataclasses.replace(MEDIA, sounds=tracks), "en")
    picture_text.read_hardsubs(session, episode, "en", [(500, 2500)])
    picture_cuts.cuts(session, episode)
    translation.translate(session, episode, CHINESE, "en-US")  # from its sound
    translation.translate(session, episode, HEARD, "pt-BR")
    finished.in_another_language(session, episode, ("Hola.",), TAG)
    part = parts_of(session, HEARD, TAG, MADE)[0]
    steps: Any = other
    speak.speak(part, 1.0, session.engines.synthesizer(), settings.language(TAG).espeak, steps, "E01 L001")
    speak.natural_ms(part, session.engines.synthesizer(), settings.language(TAG).espeak, steps, "E01 L001")
    listen_back.read_back(session, episode, "track", TAG)
    whisper, told = session.engines.transcriber(TAG), other.inputs["read-back"]
    listen_back.hear_stretch(steps, whisper, np.zeros(480, np.float32), told, f"E01 {TAG}")
    leftover_speech.left_speech(session, episode, HEARD, "bed")
    mixing.mix(session, episode, "bed", "track", preset, f"E01 {TAG}")
    mixing.original(session, episode, preset)
    mixing.balance(session, episode, HEARD, "bed", "track")
    for tag in (TAG, "pt-BR"):
        meaning.meaning(session, episode, HEARD, tag, [dataclasses.replace(t, language=tag) for t in MADE])
    spy.inputs |= other.inputs
    spy.keys |= other.keys
    return spy


def spied(settings: Settings, series: Bible) -> tuple[Session, Spy]:
    """A session whose steps note what they are asked for."""
    session, spy = open_session("night", settings), Spy()
    steps: Any = spy
    return Session(settings, session.engines, session.ledger, steps, series, session.clock), spy


def named_steps() -> set[str]:
    """The names of all steps that the library's code calls, and of a variant's delivery, which is kept outside."""
    found = {"deliver"}
    for path in sorted((ROOT / "localize").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS and node.args:
                first = node.args[0]
                if ast.unparse(node.func.value).endswith("steps") and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def inputs_classes() -> set[type]:
    """Every class of the library that holds a step's inputs."""
    found: set[type] = set()
    for module in pkgutil.walk_packages(localize.__path__, "localize."):
        if module.name.rpartition(".")[2] not in ("__main__", "coqui_worker", "probe_child"):
            made = importlib.import_module(module.name)
            found |= {c for n, c in vars(made).items() if n.endswith("Inputs") and c.__module__ == module.name}
    return found


def others(value: Any) -> Iterator[tuple[str, Any]]:
    """A value changed in one place, for every place in it: (where, the changed value)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            for where, other in others(getattr(value, field.name)):
                yield f".{field.name}{where}", dataclasses.replace(value, **{field.name: other})
    elif isinstance(value, dict):
        yield "+", {**value, "another": "one"}
        for key, old in value.items():
            yield f"[{key}]-", {k: v for k, v in value.items() if k != key}
            for where, other in others(old):
                yield f"[{key}]{where}", {**value, key: other}
    elif isinstance(value, (tuple, list)):
        yield "+", (*value, "another")
        for at, old in enumerate(value):
            for where, other in others(old):
                yield f"[{at}]{where}", (*value[:at], other, *value[at + 1 :])
    elif isinstance(value, bool):
        yield "", not value
    elif isinstance(value, (int, float)):
        yield "", value + 1
    else:
        yield "", f"{value} other"
