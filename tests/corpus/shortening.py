"""Lines that are too long for their time: what a rule may write, and what a voice may do.

A case with `before` is a line and the rule's wordings of it (none: the line stays). The others are spoken by the real voice.
"""

from __future__ import annotations

from dataclasses import dataclass

from .case import Case, srt


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A line in a language, and the shortest that a rule may make of it; empty where it must stay."""

    name: str
    tag: str
    before: str
    after: str = ""


RULES = (
    Rule(name="sonando", tag="es-419", before="El teléfono está sonando.", after="El teléfono suena."),
    Rule(name="blando", tag="es-419", before="El pan está blando."),
    Rule(name="lloviendo", tag="es-419", before="Ahora está lloviendo.", after="Ahora llueve."),
    Rule(name="riendo", tag="es-419", before="Ella está riendo.", after="Está riendo."),
    Rule(name="lugar", tag="es-419", before="Él va a cualquier lugar."),
    Rule(name="oliendo", tag="es-419", before="Algo está oliendo mal.", after="Algo huele mal."),
    Rule(name="doendo", tag="pt-BR", before="Meu braço está doendo."),
    Rule(name="falando", tag="pt-BR", before="Eles estão falando alto.", after="Falam alto."),
    Rule(name="passeando", tag="pt-BR", before="Ela está passeando."),
    Rule(name="brando", tag="pt-BR", before="O fogo está brando."),
    Rule(name="quando", tag="pt-BR", before="Ele está aqui quando chove."),
)

LONG = "Se você não sair desta casa agora mesmo, eu vou chamar a polícia e contar tudo o que aconteceu."
SOURCE = srt((1000, 2000, "SUMMER: Leave now."), (7000, 9000, "GRANT: Fine, I will go away."))


def spoken(name: str, why: str, seen: str, source: str, given: str, **more: object) -> Case:
    """An episode that is dubbed from the studio's own translation."""
    return Case(name=name, kind="shortening", why=why, seen=seen, beside={".srt": source, ".pt-BR.srt": given},
                market="brazil", because=None, **more)  # type: ignore[arg-type]  # fmt: skip


CASES = (
    spoken("toolong", "a line that does not fit is told, and neither cut nor said at any speed", "krillinai/OpenCreator#109", SOURCE,
           srt((1000, 2000, LONG), (7000, 9000, "Está bem, eu vou embora.")), told=("too-long",)),
    spoken("person", "a person's words are never reworded to fit", "SubtitleEdit/subtitleedit#9001", SOURCE,
           srt((1000, 2000, "Saia desta casa agora mesmo."), (7000, 9000, "Está bem, eu vou embora."))),
    spoken("drawl", "a short line is not drawn out over a long time", "R3gm/SoniTranslate#89",
           srt((1000, 5000, "SUMMER: I never wanted any of this to happen to you."), (7000, 9000, "GRANT: I know.")),
           srt((1000, 5000, "Eu não quis isto."), (7000, 9000, "Eu sei."))),
    spoken("pauses", "short takes leave silence, and stand where the mouth moves", "elevenlabs/elevenlabs-python#128",
           srt((1000, 4000, "SUMMER: Where have you been all night long?"), (5000, 9000, "GRANT: I was sitting by the river, thinking.")),
           srt((1000, 4000, "Onde você esteve?"), (5000, 9000, "No rio, pensando."))),
    spoken("uneven", "no line is more than a quarter faster than its voice", "ThioJoe/Auto-Synced-Translated-Dubs#6",
           srt((1000, 1800, "SUMMER: Stop."), (2000, 3000, "GRANT: Why me?"), (3200, 5000, "SUMMER: You know why.")),
           srt((1000, 1800, "Pare agora mesmo."), (2000, 3000, "Por que logo eu?"), (3200, 5000, "Você sabe por quê."))),
)  # fmt: skip
