"""The real embedded engines on short input, and what is said where one is absent."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace

import numpy as np
import pytest
import soxr

from localize.audio import levels
from localize.dubbing import lay, pronounce, spoken_line
from localize.engines.base import Ask
from localize.engines.speech.kokoro import parts
from localize.engines.translation import apertium_stream, pt_es_words
from localize.engines.translation.apertium import after, before
from localize.engines.translation.corrections import opening_marks, portuguese
from localize.errors import OptionError
from localize.languages.text import normal_form
from localize.records import Line, Transcript
from localize.series import memory
from localize.series.glossary import Glossary, Term
from localize.session import Session
from localize.transcript import speakers
from localize.translation import translate
from localize.translation.job import Job

pytestmark = pytest.mark.models
BIBLE = Glossary(
    (
        Term("Summer", "person", "f", common=("en-US",)),
        Term("Hunter", "person", "m", common=("en-US",)),
        Term("Pearl Hill", "place", "f"),
        Term("Storm Queen", "title", "f", forms={"es-419": "Reina de la Tormenta", "pt-BR": "Rainha da Tempestade"}),
    )
)


def job(session: Session, texts: list[str], target: str, source: str = "en", bible: Glossary = BIBLE) -> Job:
    lines = tuple(Line(f"L{n}", "S1", 1000 * n, 1000 * n + 900, t) for n, t in enumerate(texts))
    transcript = Transcript(source, "srt", (), lines)
    path = session.bible.memory_path(target)
    return Job(
        transcript, target, bible, memory.Memory(), path, lambda: np.zeros(0, np.float32), "x", f"E1 {target}"
    )


LINES = [
    "Summer, where were you last night?",
    "Hunter lied to me about Pearl Hill.",
    "Tell the Storm Queen that Hunter is here.",
    "Summer's father never trusted Hunter.",
    "Get out of my house!",
    "We met last summer.",
]


@pytest.mark.parametrize("target", ["pt-BR", "es-419"])
def test_names_come_through_the_engines(session: Session, target: str) -> None:
    made, used = translate.translate(job(session, LINES, target), session.engines, session.steps)
    assert [t.line_id for t in made] == [f"L{n}" for n in range(len(LINES))]
    for t in made:
        assert not t.error
        assert all(u.found == u.wanted for u in t.terms), t
    assert "Summer" not in made[5].text, "an ordinary summer is translated"
    assert ("Reina de la Tormenta" if target == "es-419" else "Rainha da Tempestade") in made[2].text
    assert {u.name for u in used} == ({"bergamot", "apertium"} if target == "es-419" else {"bergamot"})
    assert all(u.licence for u in used)


def test_an_edited_term_redoes_only_the_lines_that_hold_it(session: Session) -> None:
    translate.translate(job(session, LINES, "pt-BR"), session.engines, session.steps)
    before_edit = dict(session.steps.ran)
    edited = Glossary(
        tuple(
            Term(
                t.term,
                t.kind,
                t.gender,
                t.aliases,
                t.common,
                {"pt-BR": "Colina"} if t.term == "Pearl Hill" else t.forms,
            )
            for t in BIBLE.terms
        )
    )
    made, _used = translate.translate(job(session, LINES, "pt-BR", bible=edited), session.engines, session.steps)
    assert session.steps.ran["translate"] == before_edit["translate"] + 1
    assert "Colina" in made[1].text


def test_a_pair_without_a_route_is_an_error_on_the_line_with_a_command(session: Session) -> None:
    made, _used = translate.translate(job(session, ["Come home."], "hi-IN"), session.engines, session.steps)
    assert made[0].text == ""
    assert "en->hi" in made[0].error
    assert "localize memory add --series untitled --lang hi-IN LINE TRANSLATION" in made[0].error
    assert "untranslated" in made[0].flags


def test_without_apertium_the_missing_route_names_its_package(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    made, _used = translate.translate(job(session, ["Come home."], "es-419"), session.engines, session.steps)
    assert "apt-get install apertium" in made[0].error
    portuguese, _used = translate.translate(job(session, ["Come home."], "pt-BR"), session.engines, session.steps)
    assert portuguese[0].text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Que hizo usted?", "¿Qué hizo usted?"),
        ("Sal de aquí!", "¡Sal de aquí!"),
        ("Hola. Donde estás? Ven.", "Hola. ¿Dónde estás? Ven."),
        ("¿Cómo estás?", "¿Cómo estás?"),
        ("Grant, donde está usted?", "Grant, ¿dónde está usted?"),
        ("Si usted viene, yo quedo?", "¿Si usted viene, yo quedo?"),
    ],
)
def test_spanish_opens_its_questions(text: str, wanted: str) -> None:
    assert opening_marks(text) == wanted


@pytest.mark.parametrize(
    ("portuguese", "spanish"),
    [
        ("O que você fez?", "¿Qué hiciste?"),
        ("Saia da minha casa.", "Sal de mi casa."),
        ("Não saia sozinho.", "No salgas solo."),
        ("A saia dela é azul.", "La falda de ella es azul."),
        ("Eu o vi no altar.", "Lo vi en el altar."),
        ("O velho farol.", "El viejo faro."),
        ("Desligue as luzes.", "Apaga las luces."),
        ("Ela desligou.", "Colgó."),
        ("Você me deve dinheiro.", "Me debes dinero."),
        ("Você mentiu para mim.", "Me mentiste."),
        ("A gente precisa conversar.", "Necesitamos conversar."),
        ("Fale baixo.", "Habla bajo."),
        ("Pergunte a Kexa sobre o fogo.", "Pregunta a Kexa sobre el fuego."),
        ("Eu vi Kexa ontem.", "Vi a Kexa ayer."),
        ("Você conhecia a minha mãe.", "Conocías a mi madre."),
        ("Então, por que você está chorando?", "Entonces, ¿por qué estás llorando?"),
        ("Cadê o dinheiro?", "¿Dónde está el dinero?"),
        ("Ela ficou em casa.", "Se quedó en casa."),
        ("Volte para casa.", "Vuelve a casa."),
        ("Venha sozinho.", "Ven solo."),
        # who is called by a title is "usted"
        ("Então me ajude, senhor.", "Entonces ayúdeme, señor."),
        ("O que o senhor quer?", "¿Qué quiere usted?"),
        # words that Apertium does not know: nouns with their article, adjectives, verbs in any form, clitics hung on them
        ("O cozinheiro queimou os pratos.", "El cocinero quemó los platos."),
        ("Ela é muito engraçada.", "Es muy graciosa."),
        ("Ele nunca machucou o cachorro.", "Nunca lastimó el perro."),
        ("Você está me machucando.", "Me estás lastimando."),
        ("Eu não quero machucá-lo.", "No quiero lastimarlo."),
        # pronouns, and what Spanish names where Portuguese does not
        ("Eu não a amei.", "No la amé."),
        ("Eu amei você.", "Te amé."),
        ("Vou matar você.", "Voy a matarte."),
        ("Isso é para você.", "Eso es para ti."),
        ("Vou com você.", "Voy contigo."),
        ("Eu não sabia.", "No lo sabía."),
        ("Eu fiz isso por você.", "Lo hice por ti."),
        ("Ele tem muito sangue frio.", "Tiene mucha sangre fría."),
        ("Você e eu sabemos a verdade.", "Tú y yo sabemos la verdad."),
        # verbs
        ("Se eu cair, ele cai.", "Si caigo, él cae."),
        ("Você deveria ter me dito a verdade.", "Deberías haberme dicho la verdad."),
        ("Não me agradeça.", "No me agradezcas."),
        ("Sente-se aqui.", "Siéntate aquí."),
        ("Então temos dois dias.", "Entonces tenemos dos días."),
        ("Ela te disse para mentir.", "Te dijo que mintieras."),
        # turns
        ("Ele é mais forte do que você.", "Es más fuerte que tú."),
        ("Você não trabalha mais aqui.", "Ya no trabajas aquí."),
        ("Perdi o anel dois meses atrás.", "Perdí el anillo hace dos meses."),
        ("Pare de mentir para mim.", "Deja de mentirme."),
    ],
)
def test_known_slips_of_the_pivot_are_mended(session: Session, portuguese: str, spanish: str) -> None:
    assert session.engines.get("apertium").translate([Ask(portuguese)], "pt", "es") == [spanish]


@pytest.mark.parametrize(
    ("told", "portuguese", "spanish"),
    [
        ("You know your brother.", "Você conhece o seu irmão.", "Conoces a tu hermano."),
        ("A king protects his people.", "Um rei protege o seu povo.", "Un rey protege a su pueblo."),
        ("I gave you my word.", "Eu lhe dei a minha palavra.", "Te di mi palabra."),
        ("I gave him my word.", "Eu lhe dei a minha palavra.", "Le di mi palabra."),
    ],
)
def test_the_first_language_tells_who_is_spoken_to(session: Session, told: str, portuguese: str, spanish: str) -> None:
    assert session.engines.get("apertium").translate([Ask(portuguese, told=told)], "pt", "es") == [spanish]


def test_a_title_in_the_lines_before_makes_it_usted(session: Session) -> None:
    apertium = session.engines.get("apertium")
    asked = Ask("Você me salvou.", told="You saved me.", before=("Good evening, sir.",))
    assert apertium.translate([asked], "pt", "es") == ["Usted me salvó."]
    assert apertium.translate([replace(asked, address="tú")], "pt", "es") == ["Me salvaste."]
    assert apertium.translate([Ask("Você me salvou.", address="usted")], "pt", "es") == ["Usted me salvó."]
    assert apertium.reads(asked, "pt", "es") != apertium.reads(Ask("You saved me."), "pt", "es")


def test_signs_of_apertium_s_own_stream_do_no_harm(session: Session) -> None:
    """Two hundred lines of its brackets, marks and pieces of words, in one go: as many come back, none with its tags."""
    rng = random.Random(3)
    pieces = [*"^$/\\<>{}[]@*+#~.?!¿,;—…'&", "você", "não", "a", "o", "me", "machucá-lo", "mais", "\u200b", "हि", "😀", "$3,250.50"]
    lines = ["—", "...", "machucá-lo— $ } <b>lo mar a ] —=", "~ [e % mar]¿(… ;; हि#", "com você você", "de você ir"]
    lines += ["".join(rng.choice(pieces) + rng.choice(["", " "]) for _ in range(12)) for _ in range(200)]
    made = session.engines.get("apertium").translate([Ask(t) for t in lines], "pt", "es")
    assert len(made) == len(lines)
    assert made[0] == "—"
    assert not [m for m in made if re.search(r"<(?:prn|vblex|det|n|pr|adv)>", m)]


def test_the_list_of_words_holds_only_what_apertium_lacks() -> None:
    listed = [word for kind in pt_es_words.known().values() for word in kind]
    assert len(listed) > 300
    assert [w for w, found in zip(listed, apertium_stream.readings_of(listed), strict=True) if found] == []


def test_other_text_passes_the_mends_as_it_is() -> None:
    assert after("hola", "olá.", "es") == "hola."
    assert before("nothing", "es") == "nothing"
    assert portuguese("Você sabia a verdade.") == "Você sabia a verdade."
    assert portuguese("Ela sabia a minha mãe.") == "Ela conhecia a minha mãe."


def test_speech_is_spoken_fitted_and_read_back(session: Session) -> None:
    """Two lines through the real voice into a track, and the recogniser hears their words where they were put."""
    voice = session.engines.synthesizer()
    lines = [Line("L1", "S1", 500, 2600, ""), Line("L2", "S1", 3000, 5200, "")]
    texts = ["The ship leaves at midnight.", "Nobody knows the captain."]
    made = lay.dub(
        [spoken_line.SpokenLine(x, t, "af_heart", 1.0, (), -20.0) for x, t in zip(lines, texts, strict=True)],
        6000, voice, "en-us", session.steps, "E1 en-US", 2,
    )  # fmt: skip
    one, two = made.takes
    assert one.start_ms == 500
    assert two.start_ms == 3000
    assert one.end_ms <= two.start_ms
    for take in made.takes:
        level = levels.active_level(made.track[take.start_ms * 48 : take.end_ms * 48], 48_000)
        assert level == pytest.approx(-20.0, abs=1.0)
    audio = np.asarray(soxr.resample(made.track, 48_000, 16_000), np.float32)
    heard = session.engines.transcriber().transcribe(audio, "en", ())
    assert normal_form(" ".join(w.text for w in heard.words)) == normal_form(" ".join(texts))


def test_pronunciations_reach_the_voice(session: Session) -> None:
    voice = session.engines.synthesizer()
    line = Line("L1", "S1", 0, 1000, "")
    plain = spoken_line.SpokenLine(line, "Call Xiu now.", "af_heart", 1.0, (), -20.0)
    respelt = spoken_line.SpokenLine(line, "Call Xiu now.", "af_heart", 1.0, (("Xiu", "Shoe"),), -20.0)
    exact = spoken_line.SpokenLine(line, "Call Xiu now.", "af_heart", 1.0, (("Xiu", "/ʃjˈuː/"),), -20.0)
    assert pronounce.phonemes(respelt, voice, "en-us") != pronounce.phonemes(plain, voice, "en-us")
    assert "ʃjˈuː" in pronounce.phonemes(exact, voice, "en-us")


def test_a_voice_or_blend_that_is_not_there_is_named(session: Session) -> None:
    voice = session.engines.synthesizer()
    voice.check_voice("ef_dora*0.6+bf_emma*0.4")
    for bad in ("nobody", "ef_dora*x", "ef_dora+nobody", "ef_dora*nan"):
        with pytest.raises(OptionError):
            voice.check_voice(bad)
    assert parts("a*0.5+b") == [("a", 0.5), ("b", 1.0)]


def test_voices_it_never_saw_are_told_apart_and_enrolled_ones_recognised(session: Session) -> None:
    """Three voices that no threshold was set on, six lines each way."""
    encoder, voice = session.engines.get("ge2e"), session.engines.synthesizer()
    said = ["I never saw that letter before tonight.", "We should leave before the rain comes back."]
    voices, truth = [], []
    for text in said:
        for name in ("bm_george", "af_sky", "am_onyx"):
            clip = voice.speak(voice.phonemes(text, "en-us"), name, 1.0)
            audio = np.asarray(soxr.resample(clip.samples, clip.rate, 16_000), np.float32)
            voices.append(speakers.Voice(encoder.embed(audio), speakers.pitch(audio, 16_000), clip.duration_ms))
            truth.append(name)
    groups = speakers.group(voices)
    assert groups == [0, 1, 2, 0, 1, 2]
    enrolled = {name: [voices[i].vector] for i, name in enumerate(truth[:3])}
    assert [
        who for who, known in speakers.name_groups(voices[3:], speakers.group(voices[3:]), enrolled) if known
    ] == truth[3:]
    registers = speakers.registers(voices, truth)
    assert registers["bm_george"] == "m"
    assert registers["af_sky"] == "f"


def test_a_weights_file_with_code_in_it_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import os
    import pickle

    from localize.engines.recognition.ge2e import read_weights
    from localize.errors import ModelDamaged

    class Evil:
        def __reduce__(self):  # type: ignore[no-untyped-def]
            return (os.mkdir, (str(tmp_path / "owned"),))

    path = tmp_path / "pretrained.pt"
    path.write_bytes(pickle.dumps(1) * 3 + pickle.dumps(Evil()))
    with pytest.raises(ModelDamaged, match="no place"):
        read_weights(path)
    assert not (tmp_path / "owned").exists()


def test_every_engine_has_an_identity_without_loading(session: Session) -> None:
    uses = [
        session.engines.transcriber().identity(),
        session.engines.synthesizer().identity(),
        session.engines.get("ge2e").identity(),
    ]
    assert all(u.name and u.version and u.licence and len(u.sha256) == 64 for u in uses)
    assert session.engines.context.loaded == {}
    json.dumps([u.__dict__ for u in uses])
