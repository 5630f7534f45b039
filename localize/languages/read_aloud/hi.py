"""Hindi read aloud: numbers by lakh and crore, times by quarters of an hour, letters by their Indian names."""

from __future__ import annotations

from .numbers import HINDI, hindi
from .speech import Speech, Unit

DIGITS = HINDI[:10]
MONTHS = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split()
LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ए,बी,सी,डी,ई,एफ़,जी,एच,आई,जे,के,एल,एम,एन,ओ,पी,क्यू,आर,एस,टी,यू,वी,डब्ल्यू,एक्स,वाई,ज़ेड".split(","),
        strict=True,
    )
)
_ORDINALS = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}
_PARTS = {3: "तिहाई", 4: "चौथाई"}


def bare(number: int) -> str:
    """1100 to 1999 by hundreds, as years are said."""
    if not 1100 <= number < 2000:
        return hindi(number)
    high, low = divmod(number, 100)
    return f"{hindi(high)} सौ {hindi(low)}" if low else f"{hindi(high)} सौ"


def ordinal(number: int, suffix: str) -> str:
    """पहला, दूसरी, पाँचवें: what is written behind the figure tells gender and case."""
    end = suffix[-2:] if suffix.endswith(("ँ", "ं")) else suffix[-1:]
    vowel = {"ी": "ी", "े": "े"}.get(next((c for c in reversed(suffix) if c in "ाीे"), "ा"), "ा")
    if number in _ORDINALS:
        return _ORDINALS[number] + vowel
    nasal = "ाँ" if vowel == "ा" else vowel + "ं"
    return hindi(number) + "व" + (nasal if end else "ाँ")


def date(day: int, month: int, year: int | None) -> str:
    """Day, month, year."""
    said = f"{hindi(day)} {MONTHS[month - 1]}"
    return f"{said} {bare(year)}" if year is not None else said


def clock(hour: int, minute: int, half: str, follows: bool) -> str:
    """सवा, साढ़े, पौने, डेढ़ and ढाई; other minutes are counted after the hour."""
    part = {"a": "सुबह ", "p": "शाम " if 4 <= hour < 8 else "रात " if 8 <= hour < 12 else "दोपहर "}.get(half, "")
    end = " बजे" if follows or not minute or half else ""
    quarters = {15: f"सवा {hindi(hour)}", 30: f"साढ़े {hindi(hour)}", 45: f"पौने {hindi(hour % 12 + 1)}", 0: hindi(hour)}
    if minute == 30 and hour in (1, 2):
        return part + ("डेढ़", "ढाई")[hour - 1] + end
    if minute in quarters:
        return part + quarters[minute] + end
    return f"{part}{hindi(hour)} बजकर {hindi(minute)} मिनट" + (" पर" if follows else "")


def fraction(up: int, down: int) -> str:
    """आधा, एक तिहाई, तीन चौथाई."""
    if (up, down) == (1, 2):
        return "आधा"
    return f"{hindi(up)} {_PARTS[down]}" if down in _PARTS else f"{hindi(up)} बटा {hindi(down)}"


def mixed(whole: int, up: int, down: int) -> str:
    """डेढ़, ढाई, साढ़े तीन."""
    if (up, down) == (1, 2):
        return {1: "डेढ़", 2: "ढाई"}.get(whole, f"साढ़े {hindi(whole)}")
    return f"सवा {hindi(whole)}" if (up, down) == (1, 4) and whole > 1 else f"{hindi(whole)} सही {fraction(up, down)}"


_RUPEE = Unit("रुपया", "रुपये", part=("पैसा", "पैसे"))
_DOLLAR = Unit("डॉलर", "डॉलर", part=("सेंट", "सेंट"))
_KILO, _KM, _MINUTE = Unit("किलो", "किलो"), Unit("किलोमीटर", "किलोमीटर"), Unit("मिनट", "मिनट")
_WORD_END = r"(?![\w\u0900-\u0963])"
_OPEN = r"(?<![\w\u0900-\u0963])"

SPEECH = Speech(
    primary="hi",
    cardinal=hindi,
    bare=bare,
    counted=lambda n, _f: hindi(n),
    ordinal=ordinal,
    ordinal_suffix="वाँ|वां|वीं|वें|वा|वी|वे|ला|ली|ले|रा|री|रे|था|थी|थे|ठा|ठी|ठे",
    decimals=lambda rest: " ".join(DIGITS[int(c)] for c in rest),
    date=date,
    day_of_month=hindi,
    clock=clock,
    fraction=fraction,
    mixed=mixed,
    regnal=lambda n, _name: hindi(n),
    agrees=lambda _word: None,
    stutter=lambda sound, _word: sound,
    label=lambda _digits: "",
    digits=DIGITS,
    marks={".": "दशमलव", ",": "दशमलव"},
    decimal_mark=".",
    months="|".join([*MONTHS, "फरवरी", "नवम्बर", "दिसम्बर", "सितम्बर"]),
    money={
        "₹": _RUPEE, "Rs.": _RUPEE, "RS.": _RUPEE, "RS": _RUPEE, "INR": _RUPEE, "रु.": _RUPEE, "रु": _RUPEE, "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR,
        "€": Unit("यूरो", "यूरो", part=("सेंट", "सेंट")), "£": Unit("पाउंड", "पाउंड", part=("पेंस", "पेंस")),
        "¥": Unit("युआन", "युआन"), "R$": Unit("रियाल", "रियाल", part=("सेंटावो", "सेंटावो")),
    },
    money_words="रुपये|रुपया|डॉलर|यूरो",
    units={
        "km": _KM, "कि.मी.": _KM, "किमी": _KM, "m": Unit("मीटर", "मीटर"), "cm": Unit("सेंटीमीटर", "सेंटीमीटर"), "mm": Unit("मिलीमीटर", "मिलीमीटर"),
        "kg": _KILO, "कि.ग्रा.": Unit("किलोग्राम", "किलोग्राम"), "किग्रा": Unit("किलोग्राम", "किलोग्राम"), "g": Unit("ग्राम", "ग्राम"),
        "mg": Unit("मिलीग्राम", "मिलीग्राम"), "L": Unit("लीटर", "लीटर"), "l": Unit("लीटर", "लीटर"), "ml": Unit("मिलीलीटर", "मिलीलीटर"),
        "km/h": Unit("किलोमीटर प्रति घंटा", "किलोमीटर प्रति घंटा"), "%": Unit("प्रतिशत", "प्रतिशत"), "°C": Unit("डिग्री", "डिग्री"),
        "°F": Unit("डिग्री", "डिग्री"), "°": Unit("डिग्री", "डिग्री"), "h": Unit("घंटा", "घंटे"), "min": _MINUTE, "मि.": _MINUTE, "ft": Unit("फ़ुट", "फ़ुट"),
        "से.मी.": Unit("सेंटीमीटर", "सेंटीमीटर"), "GB": Unit("जी बी", "जी बी"),
    },
    scales={"हज़ार": "हज़ार", "हजार": "हज़ार", "लाख": "लाख", "करोड़": "करोड़", "अरब": "अरब", "मिलियन": "मिलियन", "बिलियन": "बिलियन",
            "k": "हज़ार", "m": "मिलियन", "K": "हज़ार", "M": "मिलियन"},
    of="",
    letters=LETTERS,
    as_words={"OK": "ओके", "NASA": "नासा", "PIN": "पिन", "SIM": "सिम", "UNICEF": "यूनिसेफ़", "STOP": "STOP", "AIDS": "एड्स", "COVID": "कोविड"},
    short=(
        (rf"{_OPEN}डॉ\.", "डॉक्टर"), (rf"{_OPEN}श्री\.", "श्री"), (rf"{_OPEN}प्रो\.", "प्रोफ़ेसर"), (rf"{_OPEN}नं\.\s?(?=\d)", "नंबर "),
        (rf"{_OPEN}इंस्पे\.", "इंस्पेक्टर"), (rf"(?<!\d ){_OPEN}(?<!\d)मि\.(?=\s[\u0900-\u097f])", "मिस्टर"), (rf"{_OPEN}कु\.(?=\s)", "कुमारी"),
        (rf"{_OPEN}सु\.(?=\s)", "सुश्री"), (rf"{_OPEN}कै\.(?=\s)", "कैप्टन"), (rf"{_OPEN}पृ\.\s?(?=\d)", "पृष्ठ "),
        (r"\bDr\.", "डॉक्टर"), (r"\bMr\.", "मिस्टर"), (r"\bMrs\.", "मिसेज़"), (r"\bNo\.\s?(?=\d)", "नंबर "),
    ),
    hush=(
        (rf"{_OPEN}(?:श्+श*|श{{2,}}|sh+){_WORD_END}", "श्"), (rf"{_OPEN}(?:हा){{2,}}{_WORD_END}", "हा हा"), (rf"{_OPEN}h*m{{2,}}{_WORD_END}", "हम्म"),
        (r"\b(?:ha){2,}h?\b", "हा हा"),
    ),
    signs={"-": "माइनस", "+": "प्लस", "=": "बराबर", "×": "गुणा", "&": "और", "@": "ऐट", ".": "डॉट", "/": "स्लैश", "#": "हैशटैग",
           "#1": "नंबर", "to": "से", "and": "और", "%": "प्रतिशत", "°": "डिग्री", "www": "डब्ल्यू डब्ल्यू डब्ल्यू", "com": "कॉम"},
    and_part="",
    dials="(?!)",
    labels="कमरा|पन्ना|नंबर|गेट|एजेंट",
    codes="pin|पिन|कोड|पासवर्ड",
    counted_romans="(?:भाग|अध्याय)",
    titles=r"king|queen|pope|emperor",
    after_clock="बजे",
)  # fmt: skip
