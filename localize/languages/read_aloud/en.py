"""American English read aloud."""

from __future__ import annotations

import re

from .numbers import by_num2words
from .speech import Speech, Unit

DIGITS = tuple("zero one two three four five six seven eight nine".split())
_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_VOWELS = re.compile(r"(?i)^[aeiou]")


def cardinal(number: int) -> str:
    """As Americans say it, without "and"."""
    return by_num2words(number, "en").replace(" and ", " ")


def bare(number: int) -> str:
    """As a year: nineteen ninety four, two thousand eight, nineteen oh five."""
    high, low = divmod(number, 100)
    if not 1100 <= number < 10_000 or 2000 <= number < 2010 or (high % 10 == 0 and low < 10):
        return cardinal(number)
    if not low:
        return f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {_two(low)}"


def _two(low: int) -> str:
    return f"oh {cardinal(low)}" if low < 10 else cardinal(low)


def label(digits: str) -> str:
    """Room 101 is one oh one, suite 1408 fourteen oh eight."""
    number = int(digits)
    if len(digits) == 4:
        return bare(number)
    if len(digits) != 3 or not number % 100:
        return ""
    return f"{cardinal(number // 100)} {_two(number % 100)}"


def ordinal(number: int, _suffix: str = "") -> str:
    """First, twenty first."""
    return by_num2words(number, "en", "ordinal").replace(" and ", " ")


def date(day: int, month: int, year: int | None) -> str:
    """Month first."""
    said = f"{MONTHS[month - 1]} {ordinal(day)}"
    return f"{said}, {bare(year)}" if year is not None else said


def clock(hour: int, minute: int, half: str, _follows: bool) -> str:
    """Seven oh five P-M; twelve o'clock."""
    end = {"a": " eigh-M", "p": " P-M"}.get(half, "")
    if minute:
        return f"{cardinal(hour)} {_two(minute)}{end}"
    if hour == 0:
        return f"midnight{end}"
    return cardinal(hour) + (end or (" o'clock" if hour <= 12 else " hundred"))


def fraction(up: int, down: int) -> str:
    """Half, three quarters, two thirds."""
    if (up, down) == (1, 2):
        return "half"
    one, many = _PARTS.get(down, (ordinal(down), ordinal(down) + "s"))
    return f"{cardinal(up)} {one if up == 1 else many}"


def mixed(whole: int, up: int, down: int) -> str:
    """Two and a half."""
    return f"{cardinal(whole)} and {'a half' if (up, down) == (1, 2) else fraction(up, down)}"


def stutter(sound: str, word: str) -> str:
    """W-what: "wuh"; I-I and a-and repeat the vowel."""
    if _VOWELS.match(sound) or sound.casefold() == word.casefold():
        return sound
    return sound.lower() + "uh"


MONTHS = "January February March April May June July August September October November December".split()
_STREETS = {"St": "street", "Ave": "avenue", "Blvd": "boulevard", "Rd": "road", "Ln": "lane", "Ct": "court",
            "Pl": "place", "Hwy": "highway", "Dr": "drive", "Pkwy": "parkway", "Sq": "square"}  # fmt: skip
_MONTH_SHORT = {"Jan": 0, "Feb": 1, "Mar": 2, "Apr": 3, "Jun": 5, "Jul": 6, "Aug": 7, "Sep": 8, "Sept": 8, "Oct": 9,
                "Nov": 10, "Dec": 11}  # fmt: skip

SPEECH = Speech(
    primary="en",
    cardinal=cardinal,
    bare=bare,
    counted=lambda n, _f: cardinal(n),
    ordinal=ordinal,
    ordinal_suffix="st|nd|rd|th",
    decimals=lambda rest: " ".join(DIGITS[int(c)] for c in rest),
    date=date,
    day_of_month=lambda day: ordinal(day),
    clock=clock,
    fraction=fraction,
    mixed=mixed,
    regnal=lambda n, _name: f"the {ordinal(n)}",
    agrees=lambda _word: None,
    stutter=stutter,
    label=label,
    digits=DIGITS,
    marks={".": "point", ",": "point"},
    decimal_mark=".",
    months="|".join(MONTHS),
    month_first=True,
    month_before_day=True,
    money={
        "$": Unit("dollar", "dollars", part=("cent", "cents")), "US$": Unit("dollar", "dollars", part=("cent", "cents")),
        "USD": Unit("dollar", "dollars", part=("cent", "cents")), "€": Unit("euro", "euros", part=("cent", "cents")),
        "EUR": Unit("euro", "euros", part=("cent", "cents")), "£": Unit("pound", "pounds", part=("pence", "pence")),
        "¥": Unit("yuan", "yuan"), "₹": Unit("rupee", "rupees", part=("paisa", "paise")),
        "R$": Unit("real", "reais", part=("centavo", "centavos")), "¢": Unit("cent", "cents"),
        "MX$": Unit("peso", "pesos", part=("centavo", "centavos")), "₩": Unit("won", "won"), "₿": Unit("bitcoin", "bitcoin"),
    },
    money_words="dollars?|euros?|pounds?|pesos?|bucks|rupees?|reais|yuan|cents",
    units={
        "km": Unit("kilometer", "kilometers"), "m": Unit("meter", "meters"), "cm": Unit("centimeter", "centimeters"),
        "mm": Unit("millimeter", "millimeters"), "kg": Unit("kilo", "kilos"), "g": Unit("gram", "grams"),
        "mg": Unit("milligram", "milligrams"), "lb": Unit("pound", "pounds"), "lbs": Unit("pound", "pounds"),
        "oz": Unit("ounce", "ounces"), "ft": Unit("foot", "feet"), "mi": Unit("mile", "miles"), "L": Unit("liter", "liters"),
        "l": Unit("liter", "liters"), "ml": Unit("milliliter", "milliliters"), "mL": Unit("milliliter", "milliliters"),
        "mph": Unit("mile an hour", "miles an hour"), "km/h": Unit("kilometer an hour", "kilometers an hour"),
        "kph": Unit("kilometer an hour", "kilometers an hour"), "%": Unit("percent", "percent"),
        "°C": Unit("degree", "degrees"), "°F": Unit("degree", "degrees"), "°": Unit("degree", "degrees"),
        "x": Unit("time", "times"), "h": Unit("hour", "hours"), "hr": Unit("hour", "hours"), "hrs": Unit("hour", "hours"), "min": Unit("minute", "minutes"),
        "mins": Unit("minute", "minutes"), "sec": Unit("second", "seconds"), "secs": Unit("second", "seconds"),
        "s": Unit("second", "seconds"), "ms": Unit("millisecond", "milliseconds"), "GB": Unit("gigabyte", "gigabytes"),
        "MB": Unit("megabyte", "megabytes"), "hp": Unit("horsepower", "horsepower"), "kW": Unit("kilowatt", "kilowatts"),
        "m²": Unit("square meter", "square meters"), "m2": Unit("square meter", "square meters"),
    },
    scales={"thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion", "k": "thousand",
            "m": "million", "b": "billion", "bn": "billion", "mn": "million", "lakh": "lakh", "crore": "crore",
            "K": "thousand", "M": "million", "B": "billion"},
    of="",
    # espeak reads "eigh-T-M" by letters, "A T M" with an article, and the end of "D-N-A" as "a"
    letters={"A": "eigh"},
    between_letters="-",
    as_words={"NASA": "nasa", "NATO": "nato", "UNICEF": "unicef", "FIFA": "fifa", "SWAT": "swat", "PIN": "pin", "SIM": "sim",
              "AIDS": "aids", "OK": "okay", "ASAP": "eigh-S-eigh-P", "COVID": "covid", "PhD": "P-H-D", "PhDs": "P-H-dees", "POTUS": "potus",
              "TED": "ted", "FEMA": "feema", "GIF": "gif", "RAM": "ram", "TVs": "tee vees", "CEOs": "C-E-ohs", "IDs": "eye dees",
              "DNAs": "D-N-eighs", "ATMs": "eigh-T-ems", "VIPs": "V-I-pees"},
    short=(
        (r"(?<!\w)(\d)'\s?(\d{1,2})(?:\"|''|(?![\w']))", r"\1 foot \2"),
        (r"\b[Mm]r\.|\bMr(?=\s)", "mister"), (r"\b[Mm]rs\.|\bMrs(?=\s)", "missus"), (r"\b[Mm]s\.(?=\s)|\bMs(?=\s)", "miss"),
        *((rf"\b(?<=[a-z] ){k}\.(?=\s+(?:[a-z]|[A-Z]\w*\.)|\s*[,;:!?)]|\s*$)", v) for k, v in _STREETS.items() if k not in ("Dr", "St")),
        *((rf"(?<=[a-z] ){k}\.(?=\s+[a-z]|\s*[,;:!?)]|\s*$)", v) for k, v in _STREETS.items() if k in ("Dr", "St")),
        *((rf"(?<=[a-z] ){k}\b(?=\s*[,.;:!?)]|\s*$)", v) for k, v in _STREETS.items() if k not in ("Dr", "Pl", "Ct", "St")),
        *((rf"(?<=[a-z] ){k}\.(?=\s)", v) for k, v in _STREETS.items() if k not in ("Dr", "St")),
        (r"\bSt\.(?=\s+[A-Z])", "saint"), (r"\b[Dd]r\.", "doctor"), (r"\bDr(?=\s+[A-Z])", "doctor"),
        (r"\bMt\.(?=\s+[A-Z])", "mount"), (r"\bFt\.(?=\s+[A-Z])", "fort"), (r"\bJr\b\.?", "junior"), (r"\bSr\b\.?", "senior"),
        (r"\bProf\.", "professor"), (r"\bCapt\.", "captain"), (r"\bLt\.", "lieutenant"), (r"\bSgt\.", "sergeant"),
        (r"\bGen\.(?=\s+[A-Z])", "general"), (r"\bCol\.(?=\s+[A-Z])", "colonel"), (r"\bMaj\.(?=\s+[A-Z])", "major"),
        (r"\bCpl\.", "corporal"), (r"\bDet\.(?=\s+[A-Z])", "detective"), (r"\bInsp\.", "inspector"), (r"\bSen\.(?=\s+[A-Z])", "senator"),
        (r"\bGov\.(?=\s+[A-Z])", "governor"), (r"\bRep\.(?=\s+[A-Z])", "representative"), (r"\bPres\.(?=\s+[A-Z])", "president"),
        (r"\bRev\.(?=\s+[A-Z])", "reverend"), (r"\bHon\.(?=\s+[A-Z])", "honorable"),
        (r"\bvs?\.(?=\s)", "versus"), (r"\betc\.", "et cetera"), (r"\bInc\.", "incorporated"), (r"\bLtd\.", "limited"),
        (r"\bCorp\.", "corporation"), (r"(?<=& )Co\.", "company"), (r"(?<=[a-z] )Co\.(?=\s+[a-z]|\s*$)", "company"), (r"\bDept\.", "department"), (r"\bApt\.?(?=\s*\d)", "apartment"),
        (r"\bapprox\.", "approximately"), (r"\be\.g\.", "for example"), (r"\bi\.e\.", "that is"), (r"\ba\.k\.a\.", "eigh-K-eigh"),
        (r"\bw/o\b", "without"), (r"\bw/(?=\s?\w)", "with "), (r"\bNos?\.\s?(?=\d)(?!\d+ (?!is|was|has)[a-z]+s\b)", "number "), (r"\bTel\.(?=\s*\d)", "telephone"),
        (r"\bext\.(?=\s*\d)", "extension"), (r"\bpp?\.(?=\s*\d)", "page"),
        *((rf"\b{k}\.?(?=\s\d)", MONTHS[v]) for k, v in _MONTH_SHORT.items()),
    ),
    hush=(
        (r"\b(?:s+h{2,}|sh+|s{2,}h+)\b", "shush"), (r"\bm+-?h+m+\b", "uh huh"), (r"\b(?:h*m{2,}|hm+)\b", "hmm"), (r"\bp+s+t+\b", "pist"),
        (r"\b(?:ha){2,}h?\b|\bha(?:-ha)+\b|\blo+l\b", "ha ha"), (r"\b(?:he){3,}h?\b", "heh heh"), (r"\btsk(?: tsk)*\b", "tisk tisk"),
        (r"\bbr{2,}\b", "burr"), (r"\bgr{2,}\b", "gurr"), (r"\b(?:a+r*g+h+|u+g+h+)\b", "ugh"), (r"\ba{2,}h*\b|\bah{2,}\b", "ah"), (r"\bo{2,}h+\b|\boh{2,}\b", "oh"),
        (r"\bno{3,}\b", "no"),
    ),
    signs={"-": "minus", "+": "plus", "=": "equals", "×": "times", "&": "and", "@": "at", ".": "dot", "/": "slash",
           "#": "hashtag", "#1": "number", "to": "to", "and": "and", "%": "percent", "°": "degrees", "www": "W-W-W"},
    and_part="and",
    dials="call|dial|dialed|dialing|phone|called|calling|text|to",
    labels="room|suite|apartment|apt|flight|gate|route|highway|bus|unit|locker|cell|flat|bungalow|interstate|studio",
    codes="pin|code|password|passcode|combination|extension|pin is|code is|password is|passcode is|combination is",
    counted_romans=r"(?:chapter|part|act|scene|volume|book|war|season|phase|type|class|level|page|section|episode|century|round|stage|number|line|channel|step|rule|plan|phase|track|agent)",
    titles=r"king|queen|pope|emperor",
    decades=((r"(?<![\w.,])'?(\d0)'?s\b", "{1}"),),
)  # fmt: skip
