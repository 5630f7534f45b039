"""What lies beside an episode, by its name."""

from __future__ import annotations

from .case import Case, srt

TEXT = srt((1000, 3000, "SUMMER: Close the door."), (4000, 6000, "GRANT: It is closed."))
LINES = (("Summer", "Close the door."), ("Grant", "It is closed."))
PT = srt((1000, 3000, "Feche a porta."), (4000, 6000, "Está fechada."))
PT_SHOWN = ("Feche a porta.", "Está fechada.")
ES = srt((1000, 3000, "Cierra la puerta."), (4000, 6000, "Está cerrada."))
ES_SHOWN = ("Cierra la puerta.", "Está cerrada.")
OTHER_ES = srt((1000, 3000, "Cierra la puerta, tío."), (4000, 6000, "Ya está cerrada, hombre."))
LONG_EN = srt((500, 4000, "SUMMER: You knew that he was alive, and you told me nothing."), (4200, 7500, "GRANT: I wanted to protect you from him."),
              (8000, 11_500, "SUMMER: Then leave me alone until tomorrow."))  # fmt: skip
LONG_ES = srt((500, 4000, "Sabías que él estaba vivo y no me dijiste nada."), (4200, 7500, "Yo quería protegerte de él."),
              (8000, 11_500, "Entonces déjame sola hasta mañana."))  # fmt: skip


def taken(name: str, ending: str, why: str, seen: str = "") -> Case:
    """A transcript of an odd name that is taken."""
    return Case(name=name, kind="sidecars", why=why, seen=seen, beside={ending: TEXT}, lines=LINES, set_right=())


def serves(name: str, market: str, ending: str, why: str, row: tuple[str, ...] = (), seen: str = "", **more: object) -> Case:
    """A finished translation of an odd name that serves a market."""
    text, shown = (PT, PT_SHOWN) if market == "pt" else (ES, ES_SHOWN)
    return Case(name=name, kind="sidecars", why=why, seen=seen, beside={".srt": TEXT, ending: text}, market=market,
                lines=LINES, shown=shown, set_right=row, **more)  # type: ignore[arg-type]  # fmt: skip


def named(name: str, ending: str, why: str, seen: str = "") -> Case:
    """A file that looks like a sidecar, is not taken, and is named for a person to look at."""
    return Case(name=name, kind="sidecars", why=why, seen=seen, beside={".srt": TEXT, ending: PT}, lines=LINES,
                notes=(ending,), because=("studio's files",), told=(ending,))  # fmt: skip


CASES = (
    taken("capital", ".SRT", "capitals in the ending"),
    taken("mixed", ".Srt", "mixed case in the ending"),
    serves("lower", "pt", ".pt-br.srt", "a region in small letters"),
    serves("under", "pt", ".pt_BR.srt", "an underscore between language and region"),
    serves("three", "es", ".spa.srt", "three letters", ("the nearest there is",), "RandomEngy/VidCoder#1075"),
    serves("mexico", "es", ".es-MX.srt", "another region of the same audience", ("the nearest there is",)),
    serves("portugal", "pt", ".pt-PT.srt", "another region's words", ("another region",)),
    serves("language", "es", ".Spanish.srt", "the language's name", ("the nearest there is",), "YAMJ/yamj-v2#1497"),
    Case(name="nearer", kind="sidecars", why="two regions: the nearer one serves, not the last",
         beside={".srt": TEXT, ".es-ES.srt": OTHER_ES, ".es-MX.srt": ES}, market="es", lines=LINES, shown=ES_SHOWN,
         set_right=("es-MX",)),
    Case(name="formats", kind="sidecars", why="the same in two formats: one is taken, the other named",
         beside={".srt": TEXT, ".vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nAnother.\n"}, lines=LINES,
         notes=("formats.vtt is not used: formats.srt is taken",)),
    Case(name="tongue", kind="sidecars", why="a Spanish file under the name of the Portuguese one",
         beside={".srt": LONG_EN, ".pt-BR.srt": LONG_ES}, market="pt", because=("studio's files",),
         told=("is not in the language of its name, pt-BR",)),
    Case(name="credits", kind="sidecars", why="who made the subtitles is not said",
         beside={".srt": srt((0, 900, "Subtitles by NightOwl"), (1000, 3000, "SUMMER: Close the door."),
                             (4000, 6000, "GRANT: It is closed."), (8000, 9000, "www.example.org"))},
         lines=LINES, set_right=("credits of the subtitles left out",)),
    named("final", ".final.srt", "a word that is no language"),
    named("joined", "_es.srt", "an underscore before the language"),
    named("forced", ".pt.forced.srt", "forced subtitles are not the translation", "mpv-player/mpv#16060"),
    named("forcedfirst", ".forced.pt.srt", "the same in the other order", "ukdtom/SRT2UTF-8.bundle#33"),
    named("deaf", ".en.hi.srt", "hi means hard of hearing here, not Hindi", "jellyfin/jellyfin#4291"),
    named("deafname", ".English - SDH.srt", "a label for people", "jellyfin/jellyfin#7057"),
    named("brackets", "[pt-BR].srt", "the language in brackets, without a dot"),
    named("copy", "(1).srt", "a second download of the same file"),
    named("cc", ".cc.srt", "closed captions", "mpv-player/mpv#14805"),
)  # fmt: skip
