"""What a verdict must say something about: each of these was `pass` once."""

from __future__ import annotations

from .case import Case, srt

SOURCE = srt((1000, 3000, "SUMMER: Nobody leaves this room."), (4000, 6000, "GRANT: My husband is outside."), (7000, 9000, "VIVIAN: Let him wait."))
GOOD = srt((1000, 3000, "Ninguém sai desta sala."), (4000, 6000, "Meu marido está lá fora."), (7000, 9000, "Deixe ele esperar."))


def given(name: str, why: str, translation: str, because: tuple[str, ...] | None, *told: str, seen: str = "", source: str = SOURCE) -> Case:
    """A studio's own translation with something wrong in it, or nothing."""
    return Case(name=name, kind="verdict", why=why, seen=seen, beside={".srt": source, ".pt-BR.srt": translation}, market="pt",
                because=because, told=told)  # fmt: skip


CASES = (
    given("good", "a good translation is not flagged", GOOD, ()),
    given("forgotten", "a line left in the source's language", GOOD.replace("Ninguém sai desta sala.", "Nobody leaves this room."),
          None, "source words", "L001", seen="tldr-pages/tldr-lint#457"),
    given("twice", "a translation's cue used for two lines", GOOD.replace("Deixe ele esperar.", "Meu marido está lá fora."),
          None, "said once", "L002/L003", seen="translate/translate#3426"),
    given("placeholder", "a word that stands for a translation to come", GOOD.replace("Meu marido está lá fora.", "TBD"), None, "L002 has only"),
    given("lostletters", "marks where letters were lost", GOOD.replace("Ninguém", "Ningu\ufffdm"), None, "cue 1: characters were lost"),
    given("wrongtable", "one cue pasted in another encoding", GOOD.replace("está lá fora", "estÃ¡ lÃ¡ fora"), None, "cue 2: characters were lost"),
    given("missing", "a line without a translation", srt((1000, 3000, "Ninguém sai desta sala."), (4000, 6000, "Meu marido está lá fora.")),
          None, "no cue for L003"),
    given("extraname", "a name that the translation lacks", GOOD.replace("Meu marido", "Meu marido Renato"), (),
          source=SOURCE),
    given("namelost", "a locked name left out by a person", srt((1000, 3000, "Espere aqui.")), None, "names", "Summer",
          source=srt((1000, 3000, "GRANT: Wait here, Summer."))),
    given("consistent", "one source said in two ways is no fault", srt((1000, 3000, "Vá embora."), (4000, 6000, "Saia daqui.")), (),
          source=srt((1000, 3000, "SUMMER: Go away."), (4000, 6000, "GRANT: Go away.")), seen="tolgee/tolgee-platform#3700"),
    given("inconsistent", "a name alone is the same in both", srt((1000, 3000, "Vivian!"), (4000, 6000, "Meu marido está lá fora.")), (),
          source=srt((1000, 3000, "GRANT: Vivian!"), (4000, 6000, "VIVIAN: My husband is outside.")), seen="WeblateOrg/weblate#579"),
    given("answers", "two people who say one word are not one cue used twice", srt((1000, 3000, "Não."), (4000, 6000, "Não.")), (),
          source=srt((1000, 3000, "SUMMER: No."), (4000, 6000, "GRANT: Never."))),
    given("figure", "another number than the line's, by a person", srt((1000, 3000, "Você me deve 300 dólares.")), ("machine lines",),
          "number", source=srt((1000, 3000, "GRANT: You owe me 200 dollars."))),
    given("words", "the same number in words", srt((1000, 3000, "Você me deve duzentos dólares.")), (),
          source=srt((1000, 3000, "GRANT: You owe me 200 dollars."))),
    given("accents", "accents that a program wrote as question marks", srt((1000, 3000, "Ningu?m sabe."), (4000, 6000, "Eu sei.")),
          ("studio's files",), source=srt((1000, 3000, "GRANT: Nobody knows."), (4000, 6000, "SUMMER: I know."))),
    given("loan", "a name and a word that stay are no source words", srt((1000, 3000, "Summer, ligue para a Northwind."), (4000, 6000, "OK.")), (),
          source=srt((1000, 3000, "GRANT: Summer, call Northwind."), (4000, 6000, "SUMMER: OK.")), seen="WeblateOrg/weblate#1431"),
    Case(name="banned", kind="verdict", why="a word that the market bans, written by an engine", beside={".srt": srt((1000, 3000, "GRANT: Bring me the poison."))},
         market="pt", because=None, told=("banned words", "L001")),
    Case(name="unplaced", kind="verdict", why="a translation whose cues stand elsewhere is another episode's",
         beside={".srt": SOURCE, ".pt-BR.srt": srt((9500, 10000, "Outra."), (10100, 10800, "Coisa."), (10900, 11500, "Aqui."))}, market="pt",
         error="stands where nobody speaks"),
    Case(name="lostbytes", kind="verdict", why="characters that were lost before the file came", beside={".srt": srt((1000, 3000, "GRANT: Caf\ufffd is closed."))},
         because=("sources",), told=("characters were lost",)),
)  # fmt: skip
