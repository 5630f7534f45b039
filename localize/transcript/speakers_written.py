"""Names before a colon, and what stands in brackets: a speaker, a sound, how a line is said, or words to be spoken.

Pure text, told by shape and by small word lists; who is known (the cast, the terms, names the file uses again) decides
where shape does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

NAME_CHARS = r"[^\W_]|[ _.'’\-#&/,\u0900-\u0963\u0966-\u097f\u200c\u200d·・]"
COLON = r"[:：﹕︓]"
# a name at the start of a row, with what may stand between it and its colon
HEAD = re.compile(
    rf"^\s*(?P<before>[(\[][^()\[\]]{{1,40}}[)\]]\s*)?(?P<name>(?:{NAME_CHARS}){{1,40}}?)\s*"
    rf"(?P<after>[(\[（【][^()\[\]（）【】]{{1,40}}[)\]）】])?\s*(?P<colon>{COLON})(?!//)"
)
PARTICLES = frozenset("de da do das dos del la las los el of the von van der den di du e y and et und the".split())
# words that open a sentence with a colon and are nobody: "Remember: never", "Rule one: run"
NOBODY = frozenset(
    """remember listen look see question answer rule truth fact facts problem note warning result time date name cause
    step option plan first second third finally conclusion example tip reminder attention danger caution ps here now
    so well okay ok yes no but and then also wait because like meaning namely subject re from to dear point translation
    status verdict winner price total age address phone breaking news update alert lesson moral spoiler case condition
    you i he she we they it me him her us them this that these those who what when where why how which there one two
    choice deal offer order message reason motive weapon method location place password code title topic theme menu
    fyi eta btw aka psa asap important urgent correction promise quote unquote fun guess hint bonus clue secret objection
    meanwhile anyway besides still sorry please honestly frankly seriously
    recuerda recuerde escucha escuche mira mire pregunta respuesta regla verdad hecho problema nota aviso resultado hora
    fecha nombre causa paso opción plan primero segundo conclusión ejemplo atención peligro cuidado advertencia motivo
    razón lugar asunto mensaje condición oferta precio
    lembre lembra escute escuta olhe olha pergunta resposta regra verdade fato problema observação aviso resultado data
    nome passo opção primeiro conclusão exemplo atenção perigo cuidado motivo razão lugar assunto mensagem condição
    死因 注意 记住 原因 结果 问题 答案 时间 地点 注 提示 警告 规则 事实 真相 条件 价格 结论 例如 比如 密码 标题 主题
    नोट ध्यान याद सवाल जवाब नियम सच कारण चेतावनी समय तारीख नाम शर्त""".split()
)
# numbered things that are nobody, "Room 12: locked"
PLACES = frozenset("room chapter ep book season volume episode act scene day week step rule part section plan option floor unit gate psalm "
                   "verse lesson level phase stage article figure table item line page apartment".split())  # fmt: skip
# stems of what is heard and not said, as captions for the deaf write it in English, Spanish, Portuguese
SOUND = re.compile(
    r"(?i)\b(sigh|gasp|laugh|chuckl|giggl|sob|cr(y|ies)|scream|shout|whisper|music|song|door|phone|ring(s|ing)?\b|beep|"
    r"thunder|applau|clap|cheer|groan|moan|cough|sniff|footstep|knock|siren|engine|static|silence|indistinct|chatter|"
    r"clears|throat|inhal|exhal|breath|pant|grunt|yell|mutter|mumbl|sing(s|ing)?\b|hum(s|ming)?\b|speak|explo|gunshot|"
    r"crash|bang|slam|creak|buzz|bark|meow|chirp|wind|rain|horn|bell|clock|tick|click|glass|shatter|rumbl|whistl|howl|"
    r"growl|snor|yawn|gulp|kiss|slap|thud|splash|squeal|rustl|crackl|hiss|roar|crowd|baby|dog|cat|bird|car|radio|tv|"
    r"pause|continues|playing|stops|starts|s[uú]spir|r[ií]e\b|ris[ao]s?|llor|chor|grit|m[uú]sica|canci|puerta|porta|"
    r"golpe|tel[eé]fono|telefone|timbre|jade|ofeg|susurr|sussurr|aplau|pasos|passos|sirena|sirene|disparo|tiro|vidrio|"
    r"vidro|lluvia|chuva|trueno|trov|silbid|assobi|campana|sino|murmu|solloz|soluç|carraspe|tos\b|toss|gem)"
)
MANNERS: tuple[tuple[str, str], ...] = (
    ("whispered", r"whisper|under (his|her|their) breath|susurr|sussurr|cochich"),
    ("shouted", r"\b(shout|yell|scream)(s|ing|ed)?\b|loudly|gritando|grita$|berr"),
    ("off screen", r"\bo\.?\s?s\.?\b|\boff(-?screen| camera)?\b|off$|fora de quadro|fuera de c"),
    ("voice over", r"\bv\.?\s?o\.?\b|voice.?over|narrat|narrad|voz en off|voz em off"),
    ("by telephone", r"(on|over|by|through)( the| a)? (tele)?(phone|speaker|intercom|radio)|por tel|ao telefone|al tel"),
    ("on screen or radio", r"on tv|on television|en la tele|na tv|filtered"),
    ("sung", r"\bsing(s|ing)\b|\bsung\b|cantando|\bcanta\b"),
    ("crying", r"(crying|sobbing|weeping|tearful|llorando|chorando|entre lágrimas)"),
    ("laughing", r"(laughing|chuckling|giggling|riendo|rindo)"),
    ("quiet", r"softly|quietly|sotto voce|en voz baja|em voz baixa|baixinho"),
    ("aloud", r"out loud|reading|leyendo|lendo"),
    ("in another language", r"^(in|speaks?|speaking|en|em|hablando en|falando em) [A-ZÁÉÍÓÚa-z]\w+$"),
    ("as an aside", r"to (him|her|my|them|your)sel|aside|aparte|para si|para sí"),
    ("-", r"^continu|^cont['’]?d"),
    ("", r"^\w+ly$|^\w+mente$"),
)  # fmt: skip


# what stands where a speaker should, in tables and before a colon, and is nobody: what is heard, sung, or shown in the picture
HEARD, SUNG, SHOWN = "heard", "sung", "shown"
NO_SPEAKERS = {
    HEARD: "sfx fx sound sounds soundeffect soundeffects music bgm ambience ambient atmos foley walla efecto efectos efeito efeitos "
    "música musica sonido som 音效 音乐 音樂 背景音乐",
    SUNG: "song lyrics lyric canción canção letra 歌词 歌曲",
    SHOWN: "onscreentext onscreen screentext onscreentitle graphic graphics title titles titlecard caption super chyron lowerthird sign "
    "insert burnedin burnedintext textonscreen text intertitle ost rótulo letrero cartela legenda 字幕条 屏幕文字 画面文字 花字",
}  # fmt: skip
_NOBODY_OF = {name: kind for kind, names in NO_SPEAKERS.items() for name in names.split()}
LABEL = re.compile(r"^\s*(?P<name>[^()\[\]（）【】]+?)\s*(?P<how>[(\[（【][^()\[\]（）【】]{1,40}[)\]）】])?\s*[:：]?\s*$")


def nobody(speaker: str) -> str:
    """What a speaker's name stands for that is none: HEARD, SUNG, SHOWN; "" for somebody."""
    return _NOBODY_OF.get(re.sub(r"[\W_\d]", "", speaker.casefold()), "")


def label(written: str, known: Iterable[str]) -> tuple[str, str]:
    """(name, manner) of a speaker's field, "ANA (V.O.):": what stands in brackets is a manner where it tells one, or where
    the name before it is known; else it tells two people of one name apart, as "MAN (50s)"."""
    match = LABEL.match(written)
    if match is None:
        return written, ""
    inside = (match["how"] or "").strip(" ()[]（）【】")
    how = manner(inside) if inside else ""
    if how is None and folded(match["name"]) not in known:
        return written.strip().rstrip(":：").rstrip(), ""
    return match["name"], inside.lower() if how is None else how


def names_used(heads: Iterable[str]) -> frozenset[str]:
    """Names, folded, that stand before a colon in more than one row of a file: its own speakers."""
    counts = Counter(folded(h) for h in heads)
    return frozenset(n for n, times in counts.items() if times > 1)


def folded(name: str) -> str:
    """A name as it is compared: case, apostrophes, spaces and accents' form do not count."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "'").replace(".", " ")
    return " ".join(plain.split())


def shown(name: str, known: dict[str, str]) -> str:
    """A speaker as lines carry it: as the cast writes it, else capitals as a name is written."""
    name = " ".join(name.split()).strip(" ,-/")
    if folded(name) in known:
        return known[folded(name)]
    if name.isupper() or name.islower():
        made = re.sub(r"[^\W\d_]+(['’][^\W\d_]+)*", lambda m: _capital(m[0]), name)
        return made[:1].upper() + made[1:]
    return name


def _capital(word: str) -> str:
    """ "O’NEIL" -> "O’Neil", "ANA'S" -> "Ana's"."""
    head, apostrophe, rest = re.match(r"([^'’]*)(['’]?)(.*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
    if word.casefold() in PARTICLES:
        return word.lower()
    return head.capitalize() + apostrophe + (rest.capitalize() if len(rest) > 2 else rest.lower())


def is_name(name: str, known: Iterable[str], used: Iterable[str] = (), said: str = "") -> bool:
    """Whether what stands before a colon is somebody: known, used again in the file, or written like a name.

    Capitals before words that are not (`said`) may be longer: "THE OLD WOMAN FROM UPSTAIRS: Quiet!".
    """
    fold = folded(name)
    if fold in known or (name.isupper() and nobody(name)):  # "TITLE CARD:" is told apart later
        return True
    words = name.replace("/", " ").replace("&", " ").split()
    bare = [re.sub(r"[^\w'’]", "", w) for w in words]
    letters = [c for c in name if c.isalpha()]
    most = 7 if name.isupper() and any(c.islower() for c in said) else 4
    if not letters or len(words) > most or not all(bare[:1]) or name.strip()[-1:] in ",":
        return False
    if bare[0].casefold() in NOBODY or " ".join(bare).casefold() in NOBODY:
        return False
    if len(bare) > 1 and bare[0].casefold() in PLACES:
        return False
    cased = [c for c in letters if c.lower() != c.upper()]
    if not cased:
        # a script without capitals: short, and used again or of the length of a name
        return fold in used or (len(words) <= 2 and len(letters) <= (4 if _is_han(letters[0]) else 12))
    if "".join(cased).isupper():
        return len(letters) > 1 or (bool(re.fullmatch(r"[A-Z]", name.strip())) and fold in used)
    named = [b for b in bare if b and b.casefold() not in PARTICLES and not b[:1].isdigit()]
    if not named or not all(b[:1].isupper() for b in named) or bare[-1].casefold() in PARTICLES:
        return False
    return len(words) <= 3 or fold in used


def _is_han(char: str) -> bool:
    return 0x2E80 <= ord(char) <= 0x9FFF or 0xAC00 <= ord(char) <= 0xD7AF


def manner(text: str) -> str | None:
    """How a line is said, of what stands in brackets: "(whispers)" -> "whispered"; None where it says no manner.

    A manner without a word of its own here is given as written, in small letters; "(CONT'D)" says nothing: "".
    """
    bare = text.strip(" .,;")
    for name, pattern in MANNERS:
        if re.search(rf"(?i){pattern}", bare) and len(bare.split()) <= 6:
            return name.strip("-") if name else bare.lower()
    return None


def is_sound(text: str) -> bool:
    """Whether bracketed words tell of a sound."""
    return bool(SOUND.search(text))


def is_spoken(text: str) -> bool:
    """Whether words in round brackets are an aside that somebody says: a sentence of its own, "(Don't tell her.)"."""
    words = text.split()
    return len(words) >= 3 and text.strip()[-1:] in ".!?…" and text.strip()[:1].isupper() and not is_sound(text)
