"""Served recognition against a real server on loopback: what it tells is used, what it leaves out is found, what cannot be is
refused, and where it fails the next recogniser hears the whole episode."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import soxr

from localize.audio.samples import ASR_RATE, Samples
from localize.engines.base import EngineContext, Heard
from localize.engines.catalogue import Engines
from localize.engines.recognition.chain import first_to_hear
from localize.engines.recognition.silero import speech_spans
from localize.engines.served import alignment
from localize.engines.served.endpoint import Endpoint
from localize.engines.served.recognition import Served as Recogniser
from localize.engines.served.recognition import pieces
from localize.engines.served.sample import try_out
from localize.errors import EngineError, EngineFailed, OtherLanguage, OverBudget, UnusableResult
from localize.models import registry
from localize.records import Line, Word
from localize.session import open_session
from localize.settings import Settings, load_settings
from localize.transcript import recognise
from localize.transcript.by_sound import by_sound
from tests.localize.served.server import Served, serving

KEY = "sk-test-1a2b3c4d5e6f7a8b-heard"
SAID = "Nobody leaves this house. The letter was in the kitchen all the time."
TABLE = """
[ears]
kind = "asr"
url = "{url}"
model = "whispering"
key = "EARS_KEY"
licence = "MIT"
commercial_use = true
can = ["words"]
price = {{ minute = 0.6 }}
tries = 2
answer_s = 60.0
connect_s = 1.0
"""
ALIGNER = """
[liner]
kind = "align"
url = "{url}"
model = "lining"
licence = "MIT"
commercial_use = true
tries = 1
"""


@pytest.fixture(scope="module")
def own() -> Engines:
    settings = load_settings()
    return Engines(EngineContext(settings, registry.load(settings)))


@pytest.fixture(scope="module")
def speech(own: Engines) -> Samples:
    """Two sentences by our own voice with a second between them, 16 kHz."""
    kokoro = own.get("kokoro")
    parts: list[Samples] = [np.zeros(ASR_RATE // 2, np.float32)]
    for sentence in SAID.split(". "):
        clip = kokoro.speak(kokoro.phonemes(sentence, "en-us"), "af_heart", 1.0)
        parts += [np.asarray(soxr.resample(clip.samples, clip.rate, ASR_RATE), np.float32), np.zeros(ASR_RATE, np.float32)]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def truth(own: Engines, speech: Samples) -> tuple[Word, ...]:
    return own.own_transcriber().transcribe(speech, "en", ()).words


@pytest.fixture(scope="module")
def hears(own: Engines) -> Any:
    """Our own recogniser, each sound heard once."""
    whisper, known = own.own_transcriber(), {}

    def hear(audio: Samples, language: str | None, names: tuple[str, ...], quick: bool = False) -> Heard:
        key = (audio.tobytes(), language, quick)
        if key not in known:
            known[key] = whisper.transcribe(audio, language, names, quick)
        return known[key]

    return hear


@pytest.fixture
def server(hears: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("EARS_KEY", KEY)
    with serving(hears=hears) as found:
        yield found


def engines_of(settings: Settings, server: Served, more: str = "", **fields: Any) -> Engines:
    settings.glossaries.mkdir(parents=True, exist_ok=True)
    settings.endpoints.write_text(TABLE.format(url=server.url) + more, encoding="utf-8")
    engines = Engines(EngineContext(settings, registry.load(settings), series="bay"))
    ends = engines.context.endpoints
    ends["ears"] = replace(ends["ears"], **fields)
    return engines


def ears(engines: Engines) -> Recogniser:
    endpoint: Endpoint = engines.context.endpoints["ears"]
    return Recogniser(engines.context, endpoint, sleep=lambda _s: None)


def text(words: tuple[Word, ...]) -> str:
    return " ".join(w.text for w in words)


def test_words_with_times_are_the_recognisers_own(
    settings: Settings, server: Served, speech: Samples, truth: tuple[Word, ...]
) -> None:
    heard = ears(engines_of(settings, server)).transcribe(speech, "en-US", ("Marisol",))
    assert text(heard.words) == text(truth)
    assert all(abs(a.start_ms - b.start_ms) <= 20 for a, b in zip(heard.words, truth, strict=True))
    assert not any(w.timed for w in heard.words)
    assert server.seen[0]["language"] == "en"
    assert "hotwords" not in server.seen[0], "it is not said to take them"
    assert "prompt" not in server.seen[0]


@pytest.mark.parametrize(("can", "field", "told"), [("hotwords", "hotwords", "Ana, Iñaki"), ("prompt", "prompt", "Ana, Iñaki.")])
def test_names_are_told_as_the_server_takes_them(
    settings: Settings, server: Served, speech: Samples, can: str, field: str, told: str
) -> None:
    ears(engines_of(settings, server, can=frozenset({"words", can}))).transcribe(speech, "en", ("Ana", "Iñaki"))
    assert server.seen[0][field] == told


@pytest.mark.parametrize("can", [frozenset({"segments"}), frozenset()])
def test_without_times_of_words_our_own_hearing_tells_them_and_is_named(
    settings: Settings, server: Served, speech: Samples, truth: tuple[Word, ...], can: frozenset[str]
) -> None:
    heard = ears(engines_of(settings, server, can=can)).transcribe(speech, "en", ())
    assert text(heard.words) == text(truth)
    assert {w.timed for w in heard.words} == {"faster-whisper-base"}
    assert all(abs(a.start_ms - b.start_ms) <= 60 for a, b in zip(heard.words, truth, strict=True))


def test_an_aligner_goes_before_and_one_that_lies_is_not_believed(
    settings: Settings, server: Served, speech: Samples
) -> None:
    engines = engines_of(settings, server, ALIGNER.format(url=server.url), can=frozenset())
    heard = ears(engines).transcribe(speech, "en", ())
    assert {w.timed for w in heard.words} == {"liner"}
    server.bad_align = "other-words"
    assert {w.timed for w in ears(engines).transcribe(speech, "en", ()).words} == {"faster-whisper-base"}
    assert "other words" in engines.context.failures.reason("liner")


def test_text_that_our_recogniser_reads_otherwise_lies_where_the_voice_is(
    settings: Settings, server: Served, speech: Samples
) -> None:
    server.says = "Xu qorv lepta mi zand oru veps kal trem wuz"
    words = ears(engines_of(settings, server, can=frozenset())).transcribe(speech, "en", ()).words
    assert {w.timed for w in words} == {alignment.BY_VOICE}
    spans = speech_spans(speech)
    assert len(spans) >= 2
    assert (words[0].start_ms, words[-1].end_ms) == (spans[0][0], spans[-1][1])
    widest = max(range(len(spans) - 1), key=lambda n: spans[n + 1][0] - spans[n][1])
    silent = (spans[widest][1], spans[widest + 1][0])
    assert silent[1] - silent[0] > 700
    assert not any(silent[0] <= w.start_ms < silent[1] for w in words), "no word begins in the pause"


TYPED: dict[str, tuple[type[EngineError], str]] = {
    "busy": (EngineError, "HTTP 429"), "busy-wait": (EngineError, "HTTP 429"), "broken": (EngineError, "HTTP 500"),
    "quota": (EngineFailed, "out of quota"), "payment": (EngineFailed, "out of quota"),
    "forbidden": (EngineFailed, "set EARS_KEY"), "gone": (EngineFailed, "nothing is served"),
    "elsewhere": (EngineFailed, "sends elsewhere"), "empty": (EngineError, "empty answer"), "page": (EngineError, "web page"),
    "error-inside": (EngineError, "error inside HTTP 200"), "quota-inside": (EngineFailed, "out of quota"),
    "slow": (EngineError, "no answer within 1 s"), "drips": (EngineError, "no whole answer within"),
    "refuses": (UnusableResult, "HTTP 422"), "no-json": (UnusableResult, "no JSON"), "no-text": (UnusableResult, "no text"),
    "out-of-order": (UnusableResult, "out of order"), "beyond-the-end": (UnusableResult, "s of sound"),
    "not-a-number": (UnusableResult, "s of sound"), "odd-words": (UnusableResult, "unknown form"),
    "other-language": (UnusableResult, "heard fr for en"), "ten-times": (UnusableResult, "syllables in"),
    "no-words": (UnusableResult, "no words with times"), "cut": (EngineError, r"."),
}  # fmt: skip


@pytest.mark.parametrize("bad", TYPED)
def test_a_bad_answer_is_typed_and_never_names_the_key(
    settings: Settings, server: Served, speech: Samples, bad: str
) -> None:
    server.bad = bad
    engines = engines_of(settings, server, **({"answer_s": 1.0} if bad in ("slow", "drips") else {}))
    kind, said = TYPED[bad]
    with pytest.raises(kind, match=said) as caught:
        ears(engines).transcribe(speech, "en", ())
    assert KEY not in f"{caught.value!r}{caught.value}{caught.value.__cause__!r}"
    assert caught.value.where == "ears"
    assert 1 <= len(server.keys) <= 4


def test_long_sound_goes_in_pieces_cut_at_silences(settings: Settings, server: Served, speech: Samples) -> None:
    long = np.concatenate([speech] * 3)
    cuts = pieces(long, 8.0)
    assert cuts[0][0] == 0
    assert cuts[-1][1] == round(1000 * len(long) / ASR_RATE)
    assert all(b - a <= 8000 for a, b in cuts)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(cuts))
    assert all(np.abs(long[(end - 50) * 16 : (end + 50) * 16]).max() < 0.02 for _start, end in cuts[:-1])
    heard = ears(engines_of(settings, server, max_seconds=8.0)).transcribe(long, "en", ())
    assert len(server.seen) == len(cuts)
    assert text(heard.words).lower().count("letter") == 3
    assert [w.start_ms for w in heard.words] == sorted(w.start_ms for w in heard.words)
    noise = np.random.default_rng(5).standard_normal(ASR_RATE * 30).astype(np.float32) / 10
    assert all(b - a <= 8000 for a, b in pieces(noise, 8.0))


def test_the_next_recogniser_does_the_whole_task_and_it_is_said(
    settings: Settings, server: Served, speech: Samples, truth: tuple[Word, ...]
) -> None:
    engines = engines_of(settings, server)
    assert engines.transcriber().identity().name == "ears"
    server.bad, server.good_after = "broken", 0
    tasks: list[str] = []

    def hear(with_these: Engines) -> tuple[str, str]:
        one = with_these.transcriber()
        tasks.append(one.identity().name)
        first, second = (text(one.transcribe(speech, "en", ()).words) for _n in range(2))
        return first, second

    server.good_after, server.bad_from = 10**9, 2  # well once, then broken for ever
    (first, second), lost = first_to_hear(engines, hear)
    assert first == second == text(truth)
    assert tasks == ["ears", "faster-whisper"]
    assert lost
    assert "ears did not recognise speech here" in lost[0]
    asked = len(server.seen)
    assert engines.transcriber().identity().name == "faster-whisper", "what failed a moment ago is left alone"
    assert len(server.seen) == asked


def test_a_language_it_does_not_know_goes_to_the_next_unasked(settings: Settings, server: Served, speech: Samples) -> None:
    engines = engines_of(settings, server, languages=("es",))
    with pytest.raises(OtherLanguage, match="not said to know en"):
        ears(engines).transcribe(speech, "en", ())
    heard, lost = first_to_hear(engines, lambda e: e.transcriber().transcribe(speech, "en", ()))
    assert heard.words
    assert lost == ()
    assert not engines.context.failures.reason("ears")
    assert server.seen == []


def test_a_line_is_not_heard_through_noise_where_each_hearing_is_paid_for(
    settings: Settings, server: Served, speech: Samples
) -> None:
    engines_of(settings, server)
    session = open_session("bay", settings)
    line, words = Line("L001", "S1", 500, 2500, "Nobody heaves.", word_ids=(0, 1)), (
        Word(0, "Nobody", 500, 1000, 0.5), Word(1, "heaves.", 1000, 2500, 0.5),
    )  # fmt: skip
    told = partial(recognise.heard_otherwise, session, speech, speech_spans(speech), "en", (line,), words, set())
    assert session.engines.transcriber("en").identity().name == "ears"
    assert told(by_sound(session, "en")) == {}
    assert server.seen == []
    session.engines.context.endpoints.clear()  # by our own it is heard, and other words are there
    assert set(told(by_sound(session, "en"))) == {0, 1}


def test_ranks_names_and_money_decide_who_hears(
    settings: Settings, server: Served, speech: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = engines_of(settings, server, rank=0)
    assert [r.identity().name for r in engines.recognisers()] == ["faster-whisper", "ears"]
    named = Engines(EngineContext(replace(settings, asr="ears"), engines.context.registry, series="bay"))
    assert [r.identity().name for r in named.recognisers()] == ["ears", "faster-whisper"]
    monkeypatch.delenv("EARS_KEY")
    (who, lost) = first_to_hear(engines_of(settings, server), lambda e: e.transcriber().identity().name)
    assert who == "faster-whisper"
    assert "set EARS_KEY" in lost[0]
    monkeypatch.setenv("EARS_KEY", KEY)
    engines = engines_of(settings, server, max_cost=1.5 * 0.6 * len(speech) / ASR_RATE / 60)
    ears(engines).transcribe(speech, "en", ())
    with pytest.raises(OverBudget):
        ears(engines).transcribe(speech, "en", ())
    assert len(server.seen) == 1


def test_it_can_be_tried_out(settings: Settings, server: Served) -> None:
    engines = engines_of(settings, server, ALIGNER.format(url=server.url))
    tried = try_out(engines, "ears")
    assert tried.ok, tried.told
    assert "letter is found" in tried.told[0]
    assert tried.told[1:] == ("tells when each word is said", "calls the language en")
    assert "USD for the sample" in tried.price
    lined = try_out(engines, "liner")
    assert lined.ok, lined.told
    assert lined.told[0].startswith("9 words of 9")
