"""Glossary, locking, memory and routes: pure logic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.engines.translation import sanity
from localize.errors import SidecarError
from localize.languages.text import count
from localize.records import Word
from localize.series import glossary, memory
from localize.series.glossary import Glossary, Term
from localize.transcript import names
from localize.translation import name_lock, routes

SUMMER = Term("Summer", "person", "f", common=("en-US",), forms={"en-US": "Summer", "es-419": "Summer", "hi-IN": "समर"})
LI = Term("Li", "person", "m")
LI_WEI = Term("Li Wei", "person", "m")
HEIRESS = Term("Iron Heiress", "title", "f", forms={"es-419": "Heredera de Hierro", "pt-BR": "Herdeira de Ferro"})
BIBLE = Glossary((SUMMER, LI, LI_WEI, HEIRESS))


def found(text: str, tag: str = "en") -> list[tuple[str, bool]]:
    return [(text[u.start : u.end], u.sure) for u in BIBLE.find(text, tag)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I like Li.", [("Li", True)]),
        ("Li Wei and Li", [("Li Wei", True), ("Li", True)]),
        ("Alive, lively, Lillian", []),
        ("Li's house", [("Li", True)]),
        ("Come in, Summer.", [("Summer", True)]),
        ("Summer, where are you?", [("Summer", True)]),
        ("Summer is late.", [("Summer", False)]),
        ("We met last summer.", []),
        ("In the summer we swim.", []),
        ("Come back to the bay summer.", [("summer", False)]),
        ("the iron heiress", [("iron heiress", True)]),
    ],
)
def test_terms_are_found_on_word_boundaries_longest_first(text: str, wanted: list[tuple[str, bool]]) -> None:
    assert found(text) == wanted


def test_a_target_form_is_found_in_a_source_of_that_language() -> None:
    assert found("Soy la Heredera de Hierro.", "es") == [("Heredera de Hierro", True)]


@pytest.mark.parametrize(
    ("text", "form", "times"),
    [("समर, समर।", "समर", 2), ("समरस", "समर", 0), ("Li, LI, Like Li", "Li", 2), ("", "Li", 0), ("ग्रांट।", "ग्रांट", 1)],
)
def test_count_is_exact_and_on_boundaries(text: str, form: str, times: int) -> None:
    assert count(text, form) == times


WORDS = st.lists(
    st.sampled_from(["Li", "Li Wei", "Summer,", "iron heiress", "like", "x", "Laura", "Kevin.", "Kexa", "é", "\\1", "समर"]),
    max_size=12,
)


@given(st.one_of(WORDS.map(" ".join), st.text(max_size=80)), st.integers(0, 12))
def test_mask_then_restore_with_the_source_forms_is_the_identity(text: str, attempt: int) -> None:
    uses = BIBLE.find(text, "en")
    masked, sentinels = name_lock.mask(text, uses, attempt)
    exact = [replace(u, term=Term(u.term.term, "person", "", forms={"en": text[u.start : u.end]})) for u in uses]
    forms: dict[str, set[str]] = {}
    for use in exact:
        forms.setdefault(use.term.term, set()).add(use.term.form("en"))
    restored = name_lock.restore(masked, exact, sentinels, "en")
    if any(len(f) > 1 for f in forms.values()):  # one term in two spellings comes back in one of them
        assert restored is not None
    else:
        assert restored == text


@given(
    st.text(max_size=80),
    st.lists(st.text(min_size=1, max_size=12).filter(lambda t: t.strip()), min_size=1, max_size=4, unique=True),
)
def test_mask_then_restore_is_the_identity_for_any_glossary(text: str, names: list[str]) -> None:
    bible = Glossary(tuple(Term(n, "person") for n in names))
    uses = bible.find(text, "en")
    masked, sentinels = name_lock.mask(text, uses)
    exact = [
        replace(u, term=Term(f"{i}", "person", "", forms={"en": text[u.start : u.end]})) for i, u in enumerate(uses)
    ]
    if len(set(sentinels)) == len(sentinels):
        assert name_lock.restore(masked, exact, sentinels, "en") == text


def test_a_name_that_is_anothers_stand_in_stays_apart() -> None:
    bible = Glossary((Term("Rook", "person", "m", forms={"es-419": "Hugo"}), Term("Ash", "person", "m")))
    uses = bible.find("Rook met Ash.", "en")
    masked, sentinels = name_lock.mask("Rook met Ash.", uses)
    assert sentinels == ["Kevin", "Hugo"]
    assert name_lock.restore(masked, uses, sentinels, "es-419") == "Hugo met Ash."
    assert "Hugo" not in name_lock.mask("Rook met Ash, not Hugo.", uses)[1]


def test_a_lost_or_doubled_sentinel_is_seen() -> None:
    uses = BIBLE.find("Li met Summer, then Li left.", "en")
    masked, sentinels = name_lock.mask("Li met Summer, then Li left.", uses)
    assert name_lock.restore(masked, uses, sentinels, "es-419") is not None
    assert name_lock.restore(masked.replace(sentinels[0], "", 1), uses, sentinels, "es-419") is None
    assert name_lock.restore(f"{masked} {sentinels[1]}", uses, sentinels, "es-419") is None


@pytest.mark.parametrize(
    ("tag", "before", "after"),
    [
        ("pt-BR", "mas você é o Kexa.", "mas você é a Kexa."),
        ("pt-BR", "falei do Kexa", "falei da Kexa"),
        ("es-419", "El Kexa vuelve", "La Kexa vuelve"),
        ("es-419", "vio al Kexa", "vio a la Kexa"),
        ("es-419", "donde Kexa", "donde Kexa"),
    ],
)
def test_articles_follow_a_feminine_name(tag: str, before: str, after: str) -> None:
    assert name_lock.feminine_before(before, "Kexa", tag) == after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("term,kind\nSummer,wizard\n", "row 2"),
        ("term,kind\nSummer,person\nSummer,person\n", "row 3"),
        ("term,kind\nSummer\n", "row 2"),
        ("name\nSummer\n", "column 'term'"),
        ("term,kind,en-US\nSummer,person,=cmd|x\n", "row 2"),
        ('term,kind\n"Summer,person\n', "CSV"),
        ("term,kind,gender\nSummer,person,x\n", "row 2"),
    ],
)
def test_a_bad_glossary_names_its_row(text: str, words: str) -> None:
    with pytest.raises(SidecarError, match=words):
        glossary.parse(text, "terms.csv")


TMX = """<?xml version="1.0"?><tmx version="1.4"><header/><body>
<tu><tuv xml:lang="en"><seg>Come in, Summer.</seg></tuv>
    <tuv xml:lang="hi-IN"><seg>अंदर आओ, <ph x="1" type="term">Summer</ph>।</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Sit down.</seg></tuv><tuv xml:lang="hi-IN"><seg>बैठो।</seg></tuv></tu>
</body></tmx>"""


def test_memory_fills_terms_at_use_and_joins_sentences() -> None:
    known = memory.parse(TMX, "m.tmx", "en", "hi-IN")
    match = known.lookup("come in SUMMER! Sit down")
    assert match is not None
    assert match.score == 1.0
    assert match.text(BIBLE, "hi-IN") == "अंदर आओ, समर। बैठो।"
    renamed = Glossary((replace(SUMMER, forms={"hi-IN": "सम्मर"}),))
    assert match.text(renamed, "hi-IN").startswith("अंदर आओ, सम्मर")


def test_a_near_match_has_its_score_and_a_far_one_is_none() -> None:
    known = memory.parse(TMX, "m.tmx", "en", "hi-IN")
    near = known.lookup("Come in, Simmer.")
    assert near is not None
    assert 0.8 <= near.score < 1.0
    assert known.lookup("Where is the ship?") is None


@pytest.mark.parametrize(
    "text",
    [
        "<tmx><body><tu><tuv><seg>x</seg></tuv></tu></body></tmx>",
        "<tmx><body>",
        '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><tmx>&d;</tmx>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><tmx>&b;</tmx>',
    ],
)
def test_a_bad_or_hostile_memory_is_refused(text: str) -> None:
    with pytest.raises(SidecarError):
        memory.parse(text, "m.tmx", "en", "hi-IN")


def test_routes_take_the_chain_that_loses_least_and_name_what_is_missing() -> None:
    hops = [routes.Hop("a", "en", "pt", 0.11), routes.Hop("b", "pt", "es", 0.12), routes.Hop("bad", "en", "es", 0.32)]
    route = routes.plan(hops, "en", "es")
    assert route is not None
    assert route.name == "a+b"
    assert routes.plan(hops, "en", "hi") is None
    error = routes.missing("en", "hi", "localize memory add 'Go.' TRANSLATION", ["localize models pull x"])
    assert "en -> hi" in str(error)
    assert "localize memory add" in str(error)
    assert "localize models pull x" in str(error)


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("Where is my ship?", "Where is my ship?", "its source back"),
        ("Where is my ship?", "", "nothing"),
        ("Where is my ship?", "¿Dónde está mi barco?", ""),
        ("No.", "No.", ""),
        ("a b c", "bla " * 40, "a loop"),
    ],
)
def test_what_cannot_be_a_translation_is_refused(source: str, target: str, reason: str) -> None:
    assert sanity.suspicious(source, target, []) == reason


def heard_as(*texts: str) -> tuple[Word, ...]:
    return tuple(Word(i, t, i * 300, i * 300 + 280) for i, t in enumerate(texts))


def say(text: str) -> str:
    """A stand-in front end: letters for sounds, which is enough to tell like from unlike."""
    return text.lower().replace("ph", "f").replace("ei", "e").replace(" ", "")


BAY = Term("Silver Bay", "place")
WIND = Term("Northwind", "brand", aliases=("Norwint", "North Wind"))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("the", "Iron", "Heires", "came."), "the Iron Heiress came."),
        (("de", "Silver", "Bay", "sin"), "de Silver Bay sin"),
        (("to", "Silver", "Pay,", "now"), "to Silver Bay, now"),
        (("some", "Norwint", "ships"), "some Northwind ships"),
        (("Alguien", "de", "Northwind", "vino."), "Alguien de Northwind vino."),
        (("a", "silver", "bowl"), "a silver bowl"),
        (("north", "wind's", "ship"), "Northwind's ship"),
        (("come", "here,", "summer."), "come here, Summer."),
        (("in", "the", "summer."), "in the summer."),
        (("Silver.", "Bay", "is"), "Silver. Bay is"),
    ],
)
def test_misheard_names_are_repaired_and_other_words_are_not(words: tuple[str, ...], wanted: str) -> None:
    bible = Glossary((SUMMER, HEIRESS, BAY, WIND))
    fixed, _changed = names.repair(heard_as(*words), bible, "en", say)
    assert " ".join(w.text for w in fixed) == wanted


@pytest.mark.parametrize(
    ("words", "doubted"),
    [
        (("Sommen,", "come", "here."), ["Sommen,"]),
        (("I", "saw", "Sommen", "go."), ["Sommen"]),
        (("Come", "here."), []),
        (("Somme", "of", "them."), []),  # only opens its sentence
        (("Nobody", "saw", "Peter", "go."), []),
        (("some", "saw", "Some", "go."), []),  # the episode says it as a word too
        (("Summer,", "come."), []),
    ],
)
def test_what_may_be_a_misheard_name_is_left_and_flagged(words: tuple[str, ...], doubted: list[str]) -> None:
    heard = heard_as(*words)
    found = names.doubtful(heard, Glossary((SUMMER, HEIRESS, BAY)), "en", say)
    assert [w.text for w in heard if w.id in found] == doubted


def test_a_line_added_to_a_memory_refers_to_the_glossary(tmp_path: Path) -> None:
    path = tmp_path / "series" / "memory.hi-IN.tmx"
    memory.add_lines(path, "en", "hi-IN", [memory.Entry("Come, Summer.", "आओ, समर।")], BIBLE)
    memory.add_lines(path, "en", "hi-IN", [memory.Entry("Go.", "जाओ।")], BIBLE)
    known = memory.load(path.parent, "en", "hi-IN")
    match = known.lookup("come summer")
    assert match is not None
    assert match.text(BIBLE, "hi-IN") == "आओ, समर।"
    assert match.text(Glossary((replace(SUMMER, forms={"hi-IN": "सम्मर"}),)), "hi-IN") == "आओ, सम्मर।"
    assert known.lookup("Go!") is not None


def test_writing_in_capitals_is_translated_as_a_sentence() -> None:
    from localize.languages.text import sentence_case

    assert sentence_case("SILVER BAY, TRES AÑOS DESPUÉS", ["Silver Bay", "Bay", ""]) == "Silver Bay, tres años después"
    assert sentence_case("Muelle 4", ["Muelle"]) == "Muelle 4"
