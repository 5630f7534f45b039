"""A language without blanks through the parts of the job: words, names, rows, error rates; and routes from speech."""

from __future__ import annotations

import numpy as np
import pytest

from localize.engines.speech.phonemizer import Phonemizer
from localize.errors import EngineError, OptionError
from localize.languages.text import count, normal_form
from localize.qc.figures import word_error
from localize.records import Line, Word
from localize.series.glossary import Glossary, Term
from localize.session import open_session
from localize.settings import Settings, load_settings
from localize.subtitles.line_breaks import rows
from localize.transcript import characters
from localize.transcript.lines import cut_lines, join_lines
from localize.translation import by_speech
from localize.translation.routes import Hop

TERMS = Glossary(
    (
        Term("Lin Wan", "person", forms={"zh": "林晚", "en-US": "Lin Wan"}),
        Term("Grant", "person", forms={"zh": "顾辰", "en-US": "Grant"}),
        Term("Gu Group", "brand", forms={"zh": "顾氏集团", "en-US": "Gu Group", "es-419": "Grupo Gu"}),
    )
)


def spoken(text: str, start: int = 0, step: int = 200) -> tuple[Word, ...]:
    return tuple(Word(n, t, start + n * step, start + (n + 1) * step - 20, 0.9) for n, t in enumerate(text.split()))


def told(words: tuple[Word, ...]) -> str:
    return "".join(w.text for w in words)


def test_terms_are_found_and_counted_inside_a_text_without_blanks() -> None:
    uses = TERMS.find("从今天起林晚就是顾氏集团的主人。", "zh")
    assert [u.term.term for u in uses] == ["Lin Wan", "Gu Group"]
    assert count("林晚说林晚会来", "林晚") == 2
    assert count("Summerly Summer", "Summer") == 1
    assert normal_form("你好，World!") == "你 好 world"


def test_errors_are_counted_in_characters_and_nothing_against_something_is_one() -> None:
    assert word_error("你今天必须来", "你今天必需来") == pytest.approx(1 / 6)
    assert word_error("", "so many words that nobody asked for") == 1.0
    assert word_error("", "") == 0.0


def test_misheard_names_are_repaired_by_sound_and_come_out_printed() -> None:
    words = characters.printed(spoken("臨 完 , 你 今 天 必 須 把 合 同 簽 了"), "zh")
    fixed, changed = characters.repair(words, TERMS, "zh")
    assert told(fixed) == "林晚，你今天必须把合同签了"
    assert changed == {0: "临完"}
    fixed, _changed = characters.repair(spoken("故 事 集 团 不 是 你 的"), TERMS, "zh")
    assert told(fixed) == "顾氏集团不是你的"
    kept, changed = characters.repair(spoken("今 晚 的 古 城 很 美"), TERMS, "zh")
    assert told(kept) == "今晚的古城很美", "common words that sound only somewhat alike stay"
    assert not changed
    assert characters.doubtful(kept, TERMS, "zh"), "and are looked at"


def test_lines_have_no_blanks_and_get_their_marks() -> None:
    words = (*spoken("你 到底 在 怕 什么"), *(Word(w.id + 5, w.text, w.start_ms, w.end_ms, w.prob)
                                        for w in spoken("我 不怕", 3000)))  # fmt: skip
    speech = [(0, 380), (620, 980), (3000, 3380)]
    lines, words = characters.marked(cut_lines(words, speech), words, speech)
    assert [x.text for x in lines][-1] == "我不怕。"
    assert lines[0].text.endswith("什么？")
    assert " " not in lines[0].text
    near = (Line("a", "S", 0, 900, "你好，"), Line("b", "S", 1000, 1500, "林晚。"))
    assert join_lines(near)[0].text == "你好，林晚。"


def test_rows_break_between_words_and_after_marks() -> None:
    text = "从今天起，林晚就是这里的主人。"
    made = rows(text, 12, "zh")
    assert "".join(made) == text
    assert max(map(len, made)) <= 12
    assert made[0].endswith("，")
    assert all(r[0] not in "，。！？" for r in made)


def test_languages_are_rows_and_china_is_made_only_on_request() -> None:
    settings = load_settings({})
    assert not settings.language("zh").spaces
    assert settings.language("zh").cps == 9
    assert {settings.language(p).primary for p in ("zh", "ja", "ko", "hi", "es", "pt", "en")} == {
        "zh", "ja", "ko", "hi", "es", "pt", "en",
    }  # fmt: skip
    assert "china" not in {m.name for m in settings.chosen(())}
    assert settings.chosen(["china"])[0].language == "zh-CN"


def test_a_language_that_espeak_does_not_have_is_an_error_of_ours() -> None:
    voice = Phonemizer()
    with pytest.raises(EngineError, match="zz"):
        voice.phonemes("hello", "zz")
    assert voice.phonemes("bonjour", "fr")


def test_a_route_begins_with_speech_and_goes_on_by_text(settings: Settings) -> None:
    engines = open_session("untitled", settings).engines
    hops = [Hop("bergamot", "en", "pt", 0.1), Hop("apertium", "pt", "es", 0.1)]
    way = by_speech.best_route(engines, hops, "zh", "es")
    assert way is not None
    assert way.whole.name == "whisper-translate+bergamot+apertium"
    assert way.whole.loss > sum(h.loss for h in hops), "the hop from speech counts"
    assert by_speech.best_route(engines, hops, "zh", "hi") is None
    straight = by_speech.best_route(engines, hops, "zh", "en")
    assert straight is not None
    assert straight.whole.name == "whisper-translate"


def test_names_written_as_they_sound_get_their_locked_form() -> None:
    source = "顾辰把信交给林晚。"
    uses = TERMS.find(source, "zh")
    assert by_speech.named("Guchen gave the letter to Lin Wain.", uses, source, "en") == (
        "Grant gave the letter to Lin Wan."
    )
    assert by_speech.named("She gave him the letter.", uses, source, "en") == "She gave him the letter."


class Ear:
    """A speech translator that loses a name until it is hinted as it sounds."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def translate_speech(self, _audio: np.ndarray, _source: str, names: tuple[str, ...]) -> str:
        self.asked.append(names)
        return "Gu Chen will come." if len(self.asked) > 2 else "The process will come."


def test_a_lost_name_is_tried_again_with_other_hints() -> None:
    ear = Ear()
    line = Line("L1", "", 1000, 2000, "顾辰会来。")
    way = by_speech.SpeechRoute(ear, Hop("ear", "zh", "en", 0.2), by_speech.Route(()))  # type: ignore[arg-type]
    heard = by_speech._heard(line, np.zeros(48_000, np.float32), TERMS.find(line.text, "zh"), way)
    assert heard == "Grant will come."
    assert ear.asked == [("Gu Chen",), ("Gu Chen",), ("Grant",)]


@pytest.mark.models
def test_mandarin_is_spoken_and_heard_back(settings: Settings) -> None:
    """Kokoro says a line through misaki; the recogniser hears it without being told, and the name comes out as the glossary has them."""
    import soxr

    session = open_session("untitled", settings)
    voice, ear = session.engines.synthesizer(), session.engines.transcriber()
    code = settings.language("zh-CN").espeak
    text = "顾氏集团现在是我的了。"
    clip = voice.speak(voice.phonemes(text, code), "zm_yunxi", 1.0)
    audio = np.pad(np.asarray(soxr.resample(clip.samples, clip.rate, 16_000), np.float32), 8000)
    words = characters.printed(ear.transcribe(audio, "zh", (), quick=True).words, "zh")
    heard = told(characters.repair(words, TERMS, "zh")[0])
    assert "顾氏集团" in heard
    assert word_error(text, heard) <= 0.25
    with pytest.raises(OptionError):
        voice.check_voice("zf_nobody")
