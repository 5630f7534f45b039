"""Latin American Spanish read aloud."""

from __future__ import annotations

from .numbers import by_num2words
from .romance import NOT_COUNTED_ES, agrees, sound_of
from .speech import Speech, Unit

DIGITS = tuple("cero uno dos tres cuatro cinco seis siete ocho nueve".split())
MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_ORDINALS = "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo".split()
_PARTS = {3: "tercio", 4: "cuarto", 5: "quinto", 6: "sexto", 7: "séptimo", 8: "octavo", 9: "noveno", 10: "décimo"}


def cardinal(number: int) -> str:
    """Masculine, as it stands alone."""
    return by_num2words(number, "es")


def counted(number: int, feminine: bool) -> str:
    """Veintiún hombres, treinta y una casas, doscientas personas."""
    said = cardinal(number)
    if feminine:
        said = said.replace("cientos", "cientas").replace("quinientos", "quinientas")
        if number >= 10**6:  # millions are counted in the masculine
            head, mark, tail = said.rpartition("llones" if "llones" in said else "llón")
            said = head.replace("cientas", "cientos").replace("quinientas", "quinientos") + mark + tail
    if said.endswith("veintiuno"):
        return said[:-9] + ("veintiuna" if feminine else "veintiún")
    if said == "uno" or said.endswith(" uno"):
        return said[:-3] + ("una" if feminine else "un")
    return said


def ordinal(number: int, suffix: str) -> str:
    """Primer, tercera, vigésimo primero."""
    said = _ORDINALS[number - 1] if 1 <= number <= 10 else by_num2words(number, "es", "ordinal")
    if suffix.endswith(("ª", "a")):
        return " ".join(w[:-1] + "a" if w.endswith("o") else w for w in said.split())
    return said[:-1] if suffix.endswith("r") and number in (1, 3) else said


def date(day: int, month: int, year: int | None) -> str:
    """Day, month, year; the first is "primero"."""
    said = f"{day_of_month(day)} de {MONTHS[month - 1]}"
    return f"{said} de {cardinal(year)}" if year is not None else said


def day_of_month(day: int) -> str:
    """As it stands before "de enero"."""
    return "primero" if day == 1 else cardinal(day)


def clock(hour: int, minute: int, half: str, _follows: bool) -> str:
    """La una y cuarto, las siete y media de la noche; the day's second half by its own hours."""
    part = ""
    if half:
        late = "de la noche" if hour >= 8 and hour != 12 else "de la tarde"
        late = "de la noche" if hour == 7 else "del día" if hour == 12 else late
        part = " " + (late if half == "p" else "de la noche" if hour == 12 else "de la mañana")
    said = counted(hour, True)
    if not minute:
        return said + (part or (" horas" if hour > 12 or hour == 0 else ""))
    quarter = {15: "cuarto", 30: "media"}.get(minute) if hour <= 12 else None
    return f"{said} y {quarter or cardinal(minute)}{part}"


def fraction(up: int, down: int) -> str:
    """Media, un tercio, tres cuartos."""
    if (up, down) == (1, 2):
        return "media"
    return f"{counted(up, False)} {_PARTS[down]}{'s' if up > 1 else ''}" if down in _PARTS else ""


def mixed(whole: int, up: int, down: int) -> str:
    """Una y media."""
    return f"{counted(whole, True)} y {fraction(up, down)}"


def regnal(number: int, name: str) -> str:
    """Felipe sexto, Isabel segunda, Juan veintitrés."""
    if number > 10:
        return cardinal(number)
    return ordinal(number, "ª" if name.endswith("a") or name in ("Isabel", "Beatriz") else "º")


def decimals(rest: str) -> str:
    """Two digits as a number ("catorce"), others one by one."""
    if len(rest) <= 2 and not rest.startswith("0"):
        return cardinal(int(rest))
    return " ".join(DIGITS[int(c)] for c in rest)


LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNÑOPQRSTUVWXYZ",
        "a,be,ce,de,e,efe,ge,hache,i,jota,ka,ele,eme,ene,eñe,o,pe,cu,erre,ese,te,u,ve,doble u,equis,ye,zeta".split(","),
        strict=True,
    )
)
_DOLLAR = Unit("dólar", "dólares", part=("centavo", "centavos"))
_EURO = Unit("euro", "euros", part=("céntimo", "céntimos"))
_PESO = Unit("peso", "pesos", part=("centavo", "centavos"))
_HOUR, _MINUTE, _SECOND = Unit("hora", "horas", True), Unit("minuto", "minutos"), Unit("segundo", "segundos")

SPEECH = Speech(
    primary="es",
    cardinal=cardinal,
    bare=cardinal,
    counted=counted,
    ordinal=ordinal,
    ordinal_suffix=r"\.?º|\.?ª|er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na",
    decimals=decimals,
    date=date,
    day_of_month=day_of_month,
    clock=clock,
    fraction=fraction,
    mixed=mixed,
    regnal=regnal,
    agrees=lambda word: agrees(word, NOT_COUNTED_ES),
    stutter=lambda sound, word: sound_of(sound, word, "aeiouáéíóú"),
    label=lambda _digits: "",
    digits=DIGITS,
    marks={".": "punto", ",": "coma"},
    decimal_mark=",",
    both_thousands=True,
    months="|".join(MONTHS),
    money={
        "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR, "MX$": _PESO, "MXN": _PESO, "€": _EURO, "EUR": _EURO,
        "£": Unit("libra", "libras", True, ("penique", "peniques")), "¥": Unit("yuan", "yuanes"),
        "₹": Unit("rupia", "rupias", True, ("paisa", "paisas")), "R$": Unit("real", "reales", part=("centavo", "centavos")),
        "¢": Unit("centavo", "centavos"), "S/": Unit("sol", "soles", part=("céntimo", "céntimos")),
    },
    money_words="dólar(?:es)?|euros?|libras?|pesos?|rupias?|reales|soles|centavos?",
    units={
        "km": Unit("kilómetro", "kilómetros"), "m": Unit("metro", "metros"), "cm": Unit("centímetro", "centímetros"),
        "mm": Unit("milímetro", "milímetros"), "kg": Unit("kilo", "kilos"), "g": Unit("gramo", "gramos"),
        "mg": Unit("miligramo", "miligramos"), "lb": Unit("libra", "libras", True), "l": Unit("litro", "litros"),
        "L": Unit("litro", "litros"), "ml": Unit("mililitro", "mililitros"), "km/h": Unit("kilómetro por hora", "kilómetros por hora"),
        "mph": Unit("milla por hora", "millas por hora", True), "%": Unit("por ciento", "por ciento"), "°C": Unit("grado", "grados"),
        "°F": Unit("grado", "grados"), "°": Unit("grado", "grados"), "h": _HOUR, "hrs": _HOUR, "hs": _HOUR, "min": _MINUTE,
        "seg": _SECOND, "s": _SECOND, "GB": Unit("giga", "gigas"), "m²": Unit("metro cuadrado", "metros cuadrados"),
        "m2": Unit("metro cuadrado", "metros cuadrados"),
    },
    scales={"mil": "mil", "millón": "millón", "millones": "millones", "mil millones": "mil millones", "billones": "billones",
            "k": "mil", "m": "millones", "K": "mil", "M": "millones"},
    of=" de",
    letters=LETTERS,
    as_words={"OK": "okey", "ONU": "onu", "OTAN": "otan", "CIA": "cia", "NASA": "nasa", "SIDA": "sida", "OVNI": "ovni", "PIN": "pin",
              "VIP": "vip", "IVA": "iva", "UNICEF": "unicef", "FIFA": "fifa", "ONG": "o ene ge", "EEUU": "Estados Unidos",
              "EE.UU": "Estados Unidos", "USA": "Estados Unidos", "COVID": "covid", "UCI": "uci", "SIM": "sim", "PYME": "pyme", "INE": "ine",
              "IMSS": "ims", "SOS": "ese o ese", "DNI": "de ene i", "NIP": "nip", "RFC": "erre efe ce", "UNAM": "unam", "PRI": "pri", "PAN": "pan"},
    short=(
        (r"\bEE\.?\s?UU\.?", "Estados Unidos"), (r"\bSres\.", "señores"), (r"\bSras\.", "señoras"), (r"\b[Ss]r\.", "señor"), (r"\b[Ss]ra\.", "señora"),
        (r"\bSrta\.", "señorita"), (r"\b[Dd]r\.", "doctor"), (r"\b[Dd]ra\.", "doctora"), (r"\bDres\.", "doctores"), (r"\bUds\.", "ustedes"),
        (r"\b[Uu]d\.", "usted"), (r"\bVds\.", "ustedes"), (r"\bVd\.", "usted"), (r"\bAv(?:da)?\.", "avenida"), (r"\bC/\s?(?=[A-Z])", "calle "),
        (r"\bBlvd\.", "bulevar"), (r"\bDepto\.|\bDpto\.", "departamento"), (r"\bCol\.(?=\s+[A-Z])", "colonia"), (r"\bPza\.", "plaza"),
        (r"\bProf\.", "profesor"), (r"\bProfa\.", "profesora"), (r"\bIng\.", "ingeniero"), (r"\b(?<=[Ll]a )Lic\.", "licenciada"), (r"\bLic\.", "licenciado"),
        (r"\bArq\.", "arquitecto"), (r"\bGral\.", "general"), (r"\bCap\.(?=\s+[A-Z])", "capitán"), (r"\bCap\.(?=\s+\d)", "capítulo"), (r"\bTte\.", "teniente"),
        (r"\bSgto\.", "sargento"), (r"\bCmdte\.", "comandante"), (r"\bSta\.(?=\s+[A-Z])", "santa"), (r"\bSto\.(?=\s+[A-Z])", "santo"),
        (r"\bD\.(?=\s+[A-ZÁÉÍÓÚ][a-z])", "don"), (r"\bDña\.|\bD\.ª", "doña"), (r"\betc\.", "etcétera"), (r"\bvs?\.(?=\s)", "contra"), (r"\bCía\.", "compañía"),
        (r"\bS\.\s?A\.", "ese a"), (r"\bp\. ?ej\.", "por ejemplo"), (r"\bTel\.|\btel\.(?=\s*\d)", "teléfono"), (r"\bpágs?\.(?=\s*\d)", "página"),
        (r"\b(?:[Nn]úm\.?|[Nn]\.?[º°]|[Nn]\.o|[Nn]o\.)\s?(?=\d)(?!\d+ (?!es)[a-z]+s\b)", "número "), (r"\baprox\.", "aproximadamente"), (r"\bJr\.", "junior"),
    ),
    hush=(
        (r"\b(?:s+h+|ch+ist|ch+t)\b(?!\w)", "chis"), (r"\b(?:h*m{2,}|hm+)\b", "hum"), (r"\bp+s+t+\b", "pist"),
        (r"\b(?:ja){2,}j?\b|\bja(?:-ja)+\b", "ja, ja"), (r"\b(?:je){2,}\b", "je, je"), (r"\ba{2,}h*\b|\bah{2,}\b", "ah"), (r"\bno{3,}\b", "no"),
        (r"\bgr{2,}\b", "gur"), (r"\bbr{2,}\b", "bur"),
    ),
    signs={"-": "menos", "+": "más", "=": "igual a", "×": "por", "&": "y", "@": "arroba", ".": "punto", "/": "barra",
           "#": "hashtag", "#1": "número", "to": "a", "and": "y", "%": "por ciento", "°": "grados", "www": "doble u doble u doble u"},
    and_part="con",
    dials="al|llama|llame|llamen|llamar|marca|marque|marquen|marcar",
    labels="habitación|suite|página|número|capítulo|piso|puerta|sala|canal|agente|zona|calle|ruta|cuarto|vuelo|línea|departamento|apartamento|casa|autobús|autopista|nivel|paso|plan|día|regla",
    codes="pin|pin es|clave|clave es|código|código es|contraseña|contraseña es|extensión|combinación|combinación es",
    counted_romans=r"(?:capítulo|parte|acto|escena|tomo|libro|guerra|temporada|fase|tipo|clase|nivel|página|siglo|episodio|volumen|mundial)",
    titles=r"rey|reina|papa|don|emperador",
    score="a",
)  # fmt: skip
