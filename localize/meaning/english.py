"""English words by their stems, and which of them carry a line's meaning: what back-translations are compared by."""

from __future__ import annotations

import re

from .record import words

# (form, what it is a form of)
_IRREGULAR = {
    form: base
    for base, forms in (
        row.split(":")
        for row in """be:am is are was were been being 's 're 'm;have:has had having;do:does did done doing;say:said;go:went gone goes;
        get:got gotten;make:made;know:knew known;think:thought;take:took taken;see:saw seen;come:came;want:wanna;give:gave given;
        find:found;tell:told;leave:left;feel:felt;become:became;bring:brought;begin:began begun;keep:kept;hold:held;write:wrote written;
        stand:stood;hear:heard;mean:meant;meet:met;run:ran;pay:paid;sit:sat;speak:spoke spoken;lie:lied lying;lead:led;grow:grew grown;
        lose:lost;fall:fell fallen;send:sent;build:built;understand:understood;draw:drew drawn;break:broke broken;spend:spent;
        rise:rose risen;drive:drove driven;buy:bought;wear:wore worn;choose:chose chosen;seek:sought;throw:threw thrown;catch:caught;
        win:won;forget:forgot forgotten;sell:sold;fight:fought;teach:taught;eat:ate eaten;sleep:slept;steal:stole stolen;
        fly:flew flown;ring:rang rung;sing:sang sung;drink:drank drunk;swear:swore sworn;wake:woke woken;bear:bore born;
        hide:hid hidden;shoot:shot;burn:burnt;bleed:bled;die:died dying dead death;forgive:forgave forgiven;betray:betrayed;
        shake:shook shaken;swim:swam swum;dream:dreamt;kneel:knelt;marry:married marriage;child:children;man:men;woman:women;
        wife:wives;life:lives;person:people;foot:feet;tooth:teeth;good:better best well;bad:worse worst""".replace("\n", "").split(";")
    )
    for form in forms.split()
    for base in [base.strip()]
}  # fmt: skip
_GRADED = """young old strong weak big small tall short long rich poor fast slow hot cold dark light near far hard soft deep wide
cheap clean dirty happy sad safe brave cruel kind nice fine smart loud quiet late early easy heavy thin thick high low new"""
for _word in _GRADED.split():
    _root = _word.removesuffix("e")
    _root = _root[:-1] + "i" if _root.endswith("y") else _root
    _double = _root + _root[-1] if re.search(r"[^aeiou][aeiou][bdgnt]$", _root) else _root
    _IRREGULAR.update({_double + "er": _word, _double + "est": _word})
_CONTRACTED = (
    ("won't", "will not"),
    ("can't", "can not"),
    ("shan't", "shall not"),
    ("ain't", "is not"),
    ("let's", "let us"),
)
FUNCTION = frozenset(
    """a an the this that these those and or but so if then than as of in on at by for from with to into onto about up down out off
    over under again be have do will would shall should can could may might must not no yes i me my mine myself you your yours
    yourself he him his himself she her hers herself it its itself we us our ours ourselves they them their theirs themselves who
    whom whose which what where when why how there here just also too very really only even still already now well oh ah please
    because since while until though although let get go come take make one some any each every all more most much many own same
    such both either s t d ll ve re m going am is are own ever back away thing something anything ok okay hey right sir ma'am
    need want say tell know think see look never always nothing nobody everything everyone anyone someone like put give ask""".split()
)


def tokens(text: str) -> list[str]:
    """Words of an English text, contractions taken apart: "he's won't" -> he, 's, will, not."""
    text = text.replace("’", "'").casefold()
    for short, long in _CONTRACTED:
        text = text.replace(short, long)
    text = re.sub(r"n't\b", " not", text)
    text = re.sub(r"'(s|re|m|ve|ll|d)\b", r" '\1", text)
    return re.findall(r"'?[a-zà-ÿ]+", text)


def stem(word: str) -> str:
    """A word without its ending: crude, and the same for both texts that are compared."""
    word = word.casefold().strip("'")
    word = _IRREGULAR.get(word, word)
    for ending, least in (("ies", 3), ("ied", 3), ("ing", 3), ("ed", 3), ("es", 4), ("ly", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            root = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "sl":
                root = root[:-1]
            return _IRREGULAR.get(root, root).rstrip("e") or root
    return word.rstrip("e") or word


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(w) for w in words(text) if w not in FUNCTION and len(w) > 1 and stem(w) not in FUNCTION]
