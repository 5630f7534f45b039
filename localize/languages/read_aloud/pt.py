"""Brazilian Portuguese read aloud."""

from __future__ import annotations

from .numbers import by_num2words
from .romance import NOT_COUNTED_PT, agrees, sound_of
from .speech import Speech, Unit

DIGITS = tuple("zero um dois três quatro cinco seis sete oito nove".split())
MONTHS = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split()
_ORDINALS = "primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo".split()
_PARTS = {3: "terço", 4: "quarto", 5: "quinto", 6: "sexto", 7: "sétimo", 8: "oitavo", 9: "nono", 10: "décimo"}
LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "á,bê,cê,dê,é,efe,gê,agá,i,jota,cá,ele,eme,ene,ó,pê,quê,erre,esse,tê,u,vê,dáblio,xis,ípsilon,zê".split(","),
        strict=True,
    )
)


def cardinal(number: int) -> str:
    """Masculine, as it stands alone."""
    return by_num2words(number, "pt_BR").replace("catorze", "quatorze")


def counted(number: int, feminine: bool) -> str:
    """Duas horas, vinte e uma casas, quinhentas pessoas; millions stay masculine."""
    if not feminine:
        return cardinal(number)
    millions, rest = divmod(number, 10**6)
    words = cardinal(rest).split() if rest or not millions else []
    bent = {"um": "uma", "dois": "duas"}
    words = [bent.get(w, w.replace("entos", "entas") if w.endswith("entos") else w) for w in words]
    head = cardinal(millions * 10**6) if millions else ""
    joint = " e " if head and rest and (rest < 100 or rest % 100 == 0) else " "
    return f"{head}{joint}{' '.join(words)}".strip()


def ordinal(number: int, suffix: str) -> str:
    """Primeiro, terceira, vigésimo primeiro."""
    said = _ORDINALS[number - 1] if 1 <= number <= 10 else by_num2words(number, "pt_BR", "ordinal")
    if suffix.endswith(("ª", "a")):
        return " ".join(w[:-1] + "a" if w.endswith("o") else w for w in said.split())
    return said


def date(day: int, month: int, year: int | None) -> str:
    """Day, month, year; the first is "primeiro"."""
    said = f"{day_of_month(day)} de {MONTHS[month - 1]}"
    return f"{said} de {cardinal(year)}" if year is not None else said


def day_of_month(day: int) -> str:
    """As it stands before "de janeiro"."""
    return "primeiro" if day == 1 else cardinal(day)


def clock(hour: int, minute: int, half: str, _follows: bool) -> str:
    """Duas e trinta, dezenove e trinta, vinte horas."""
    part = ""
    if half:
        late = "da tarde" if hour < 7 or hour == 12 else "da noite"
        part = " " + (late if half == "p" else "da manhã")
    said = counted(hour, True)
    if not minute:
        return said + (part or (" hora" if hour == 1 else " horas"))
    return f"{said} e {cardinal(minute)}{part}"


def fraction(up: int, down: int) -> str:
    """Meia, um terço, três quartos."""
    if (up, down) == (1, 2):
        return "meia"
    return f"{cardinal(up)} {_PARTS[down]}{'s' if up > 1 else ''}" if down in _PARTS else ""


def mixed(whole: int, up: int, down: int) -> str:
    """Uma e meia."""
    return f"{counted(whole, True)} e {fraction(up, down)}"


def regnal(number: int, name: str) -> str:
    """Henrique oitavo, Maria segunda, João vinte e três."""
    return cardinal(number) if number > 10 else ordinal(number, "ª" if name.endswith("a") else "º")


def decimals(rest: str) -> str:
    """Two digits as a number ("quatorze"), others one by one."""
    if len(rest) <= 2 and not rest.startswith("0"):
        return cardinal(int(rest))
    return " ".join(DIGITS[int(c)] for c in rest)


_REAL = Unit("real", "reais", part=("centavo", "centavos"))
_DOLLAR = Unit("dólar", "dólares", part=("centavo", "centavos"))
_EURO = Unit("euro", "euros", part=("centavo", "centavos"))
_HOUR, _MINUTE, _SECOND = Unit("hora", "horas", True), Unit("minuto", "minutos"), Unit("segundo", "segundos")

SPEECH = Speech(
    primary="pt",
    cardinal=cardinal,
    bare=cardinal,
    counted=counted,
    ordinal=ordinal,
    ordinal_suffix=r"\.?º|\.?ª|[oa]",
    decimals=decimals,
    date=date,
    day_of_month=day_of_month,
    clock=clock,
    fraction=fraction,
    mixed=mixed,
    regnal=regnal,
    agrees=lambda word: agrees(word, NOT_COUNTED_PT),
    stutter=lambda sound, word: sound_of(sound, word, "aeiouáéíóúâêôãõ"),
    label=lambda _digits: "",
    digits=DIGITS,
    marks={".": "ponto", ",": "vírgula"},
    decimal_mark=",",
    both_thousands=True,
    months="|".join(MONTHS),
    money={
        "R$": _REAL, "BRL": _REAL, "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR, "€": _EURO, "EUR": _EURO,
        "£": Unit("libra", "libras", True, ("pêni", "pence")), "¥": Unit("yuan", "yuans"),
        "₹": Unit("rupia", "rupias", True, ("paisa", "paisas")), "MX$": Unit("peso", "pesos", part=("centavo", "centavos")),
        "¢": Unit("centavo", "centavos"),
    },
    money_words="dólar(?:es)?|euros?|libras?|pesos?|rupias?|reais|real|centavos?",
    units={
        "km": Unit("quilômetro", "quilômetros"), "m": Unit("metro", "metros"), "cm": Unit("centímetro", "centímetros"),
        "mm": Unit("milímetro", "milímetros"), "kg": Unit("quilo", "quilos"), "g": Unit("grama", "gramas"),
        "mg": Unit("miligrama", "miligramas"), "lb": Unit("libra", "libras", True), "l": Unit("litro", "litros"),
        "L": Unit("litro", "litros"), "ml": Unit("mililitro", "mililitros"), "km/h": Unit("quilômetro por hora", "quilômetros por hora"),
        "mph": Unit("milha por hora", "milhas por hora", True), "%": Unit("por cento", "por cento"), "°C": Unit("grau", "graus"),
        "°F": Unit("grau", "graus"), "°": Unit("grau", "graus"), "h": _HOUR, "hs": _HOUR, "min": _MINUTE, "seg": _SECOND,
        "s": _SECOND, "x": Unit("vez", "vezes", True), "GB": Unit("giga", "gigas"), "m²": Unit("metro quadrado", "metros quadrados"),
        "m2": Unit("metro quadrado", "metros quadrados"),
    },
    scales={"mil": "mil", "milhão": "milhão", "milhões": "milhões", "bilhão": "bilhão", "bilhões": "bilhões", "trilhões": "trilhões",
            "k": "mil", "m": "milhões", "K": "mil", "M": "milhões"},
    of=" de",
    letters=LETTERS,
    as_words={"OK": "oquei", "ONU": "onu", "OTAN": "otan", "CIA": "cia", "NASA": "nasa", "AIDS": "aids", "OVNI": "ovni", "PIN": "pin",
              "VIP": "vip", "UNICEF": "unicef", "FIFA": "fifa", "EUA": "Estados Unidos", "USA": "Estados Unidos", "SUS": "sus",
              "COVID": "covid", "UTI": "u tê i", "SIM": "sim", "ONG": "ongue", "INSS": "i ene esse esse", "SOS": "esse ó esse", "PIX": "pix"},
    short=(
        (r"\bSrs\.", "senhores"), (r"\bSras\.", "senhoras"), (r"\b[Ss]r\.", "senhor"), (r"\b[Ss]ra\.", "senhora"), (r"\bSrta\.", "senhorita"),
        (r"\b[Dd]r\.", "doutor"), (r"\b[Dd]ra\.", "doutora"), (r"\bAv\.", "avenida"), (r"\bR\.(?=\s+(?:d[aeo]s?\s)?[A-ZÁÉÍÓÚ]|\s+\d)", "rua"),
        (r"\bPça\.", "praça"), (r"\b[Aa]p(?:to|t)?\.(?=\s*\d)", "apartamento"), (r"\bProf\.", "professor"), (r"\bProfa\.|\bProf\.ª", "professora"),
        (r"\bEng\.", "engenheiro"), (r"\bGal\.|\bGen\.(?=\s+[A-Z])", "general"), (r"\bCap\.(?=\s+[A-Z])", "capitão"), (r"\bCap\.(?=\s+\d)", "capítulo"),
        (r"\bTen\.(?=\s+[A-Z])", "tenente"), (r"\bSgt\.|\bSarg\.", "sargento"), (r"\bCel\.(?=\s+[A-Z])", "coronel"), (r"\bDel\.(?=\s+[A-Z])", "delegado"),
        (r"\bSta\.(?=\s+[A-Z])", "santa"), (r"\bSto\.(?=\s+[A-Z])", "santo"), (r"\bS\.(?=\s+[A-ZÁÉÍÓÚ][a-záéíóú])", "São"),
        (r"\bD\.(?=\s+[A-ZÁÉÍÓÚ][a-záéíóú])", "dona"), (r"\bV\.\s?Exa\.", "Vossa Excelência"), (r"\betc\.", "et cetera"), (r"\bvs?\.(?=\s)", "versus"),
        (r"\bCia\.", "companhia"), (r"\bLtda\.", "limitada"), (r"\bS\.\s?A\.|\bS/A\b", "esse á"), (r"\bp\. ?ex\.", "por exemplo"),
        (r"\b[Tt]el\.(?=\s*\d)", "telefone"), (r"\bpágs?\.(?=\s*\d)", "página"), (r"\b(?:[Nn]úm\.?|[Nn]\.?[º°]|[Nn]\.o|[Nn]o\.)\s?(?=\d)", "número "),
        (r"\bE\.?U\.?A\.", "Estados Unidos"), (r"\baprox\.", "aproximadamente"), (r"\bJr\.", "júnior"),
    ),
    hush=(
        (r"\b(?:s+h+|x+i+u+)\b", "xiu"), (r"\b(?:h*m{2,}|hm+)\b", "hum"), (r"\bp+s+t+\b", "pist"),
        (r"\b(?:ha){2,}h?\b|\bha(?:-ha)+\b|\bk{3,}\b|\b(?:rs){2,}\b|\b(?:ah){2,}\b", "ha, ha"), (r"\b(?:he){2,}\b", "he, he"),
        (r"\ba{2,}h*\b|\bah{2,}\b", "ah"), (r"\bn[aã]o{3,}\b", "não"), (r"\bgr{2,}\b", "gur"), (r"\bbr{2,}\b", "bur"),
    ),
    signs={"-": "menos", "+": "mais", "=": "igual a", "×": "vezes", "&": "e", "@": "arroba", ".": "ponto", "/": "barra",
           "#": "hashtag", "#1": "número", "to": "a", "and": "e", "%": "por cento", "°": "graus", "www": "dáblio dáblio dáblio"},
    and_part="e",
    dials="pro|para o|ao|disque|liga|ligue|liguem|ligar|disca|chama|chame|o",
    labels="quarto|suíte|página|número|capítulo|andar|porta|sala|canal|agente|zona|rua|rota|voo|linha|apartamento|casa|ônibus|rodovia|nível|passo|plano|dia|regra|bloco",
    codes="pin|pin é|senha|senha é|código|código é|ramal|combinação|combinação é",
    counted_romans=r"(?:capítulo|parte|ato|cena|tomo|livro|guerra|temporada|fase|tipo|classe|nível|página|século|episódio|volume|mundial)",
    titles=r"rei|rainha|papa|dom|imperador",
    score="a",
)  # fmt: skip
