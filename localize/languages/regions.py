"""Which of several regions' wordings serves a market: es-MX serves es-419, pt-PT serves pt-BR only where nothing nearer is there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

# regions whose audiences take one wording for their own; the first of a row stands for it
AREAS: dict[str, tuple[str, ...]] = {
    "es": (
        "419 LA XL XM MX CO AR PE CL VE EC GT CU BO DO HN PY SV NI CR PA UY PR US",
        "ES GQ",
    ),
    "pt": ("BR", "PT AO MZ CV GW ST TL"),
    "en": ("US CA PH PR", "GB UK AU NZ IE ZA IN SG"),
    "fr": ("FR BE CH LU", "CA"),
    "zh": ("HANS CN SG MY", "HANT TW HK MO"),
}
# ISO 639-2 and -3 codes, and names, that studios write in a file's name
PRIMARY = {
    "spa": "es", "esp": "es", "cas": "es", "por": "pt", "ptb": "pt-BR", "ptbr": "pt-BR", "pob": "pt-BR", "eng": "en", "hin": "hi",
    "zho": "zh", "chi": "zh", "chs": "zh-Hans", "cht": "zh-Hant", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "ita": "it",
    "jpn": "ja", "jap": "ja", "kor": "ko", "rus": "ru", "ara": "ar", "tur": "tr", "ind": "id", "vie": "vi", "tha": "th", "pol": "pl",
    "nld": "nl", "dut": "nl", "tam": "ta", "tel": "te", "ben": "bn", "mar": "mr", "urd": "ur", "msa": "ms", "may": "ms", "fil": "fil",
    "english": "en", "spanish": "es", "castilian": "es-ES", "castellano": "es-ES", "latino": "es-419", "latam": "es-419",
    "espanol": "es", "español": "es", "portuguese": "pt", "portugues": "pt", "português": "pt", "brazilian": "pt-BR", "hindi": "hi",
    "chinese": "zh", "mandarin": "zh", "french": "fr", "german": "de", "italian": "it", "japanese": "ja", "korean": "ko",
    "russian": "ru", "arabic": "ar", "turkish": "tr", "indonesian": "id", "vietnamese": "vi", "thai": "th",
}  # fmt: skip
# regions as people write them beside a language's name: "Spanish (Latin America)", "Brazilian Portuguese"
REGIONS = {
    "latin america": "419", "latin american": "419", "latam": "419", "latinoamérica": "419", "latinoamerica": "419",
    "américa latina": "419", "america latina": "419", "latino": "419", "neutral": "419", "mexico": "MX", "méxico": "MX",
    "mexican": "MX", "argentina": "AR", "colombia": "CO", "spain": "ES", "españa": "ES", "castilian": "ES", "brazil": "BR",
    "brasil": "BR", "brazilian": "BR", "portugal": "PT", "simplified": "Hans", "traditional": "Hant", "us": "US", "usa": "US",
    "united states": "US", "american": "US", "uk": "GB", "united kingdom": "GB", "british": "GB", "india": "IN",
}  # fmt: skip
EUROPEAN = {"es": "ES", "pt": "PT"}
TWO_LETTERS = frozenset(
    """af am ar as az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn
    ko ky lo lt lv mk ml mn mr ms my nb ne nl no or pa pl ps pt ro ru sd si sk sl so sq sr sv sw ta te th tl tr uk ur uz
    vi zh zu""".split()
)
EXACT, AREA, NEUTRAL, OTHER = range(4)


def tag_of(text: str) -> str | None:
    """A language tag as it is written properly, of what a file's name or a column's heading has: "pt_br" -> "pt-BR",
    "spa" -> "es", "Spanish (Latin America)" -> "es-419"; None for no tag."""
    if by_name := _of_name(re.findall(r"[^\W_]+", text.casefold())):
        return by_name
    parts = re.split(r"[-_ ]", text.strip())
    first = parts[0].lower()
    primary = first if first in TWO_LETTERS else PRIMARY.get(first)
    if primary is None and "".join(parts).lower() in PRIMARY:
        return PRIMARY["".join(parts).lower()]
    if primary is None or not all(re.fullmatch(r"[A-Za-z0-9]{2,8}", p) for p in parts[1:]):
        return None
    shaped = [p.title() if len(p) == 4 and p.isalpha() else p.upper() if len(p) <= 3 else p.lower() for p in parts[1:]]
    return "-".join([primary, *(s for s in shaped if s.lower() not in primary.lower().split("-")[1:])])


def _of_name(words: list[str]) -> str | None:
    """The tag of a language's name with its region's before or behind it."""
    for at, word in enumerate(words if len(words) > 1 else ()):
        primary = PRIMARY.get(word, "").partition("-")[0] if len(word) > 3 else ""
        region = " ".join((*words[:at], *words[at + 1 :]))
        region = EUROPEAN.get(primary, "") if region in ("europe", "european") else REGIONS.get(region, "")
        if primary and region:
            return f"{primary}-{region}"
    return None


@functools.lru_cache(maxsize=4096)
def distance(wanted: str, given: str) -> int | None:
    """How far a wording for `given` is from what `wanted` asks: EXACT, AREA (the same audience), NEUTRAL (no region is
    named on one side), OTHER (another region); None for another language."""
    if wanted.lower() == given.lower():
        return EXACT
    one, two = (t.replace("_", "-").split("-") for t in (wanted, given))
    if one[0].lower() != two[0].lower():
        return None
    regions = [[p.upper() for p in t[1:]] for t in (one, two)]
    if not regions[0] or not regions[1]:
        return NEUTRAL
    for area in AREAS.get(one[0].lower(), ()):
        if set(area.split()) & set(regions[0]) and set(area.split()) & set(regions[1]):
            return AREA
    return OTHER


def nearest(wanted: str, given: Iterable[str], most: int = OTHER) -> str | None:
    """The tag of `given` whose wording is the nearest to what is wanted, no further than `most`; the first of equals."""
    ranked = [(d, n, g) for n, g in enumerate(given) if (d := distance(wanted, g)) is not None and d <= most]
    return min(ranked)[2] if ranked else None
