"""The words of a segment in TMX and XLIFF: what codes wrap is said, what codes hold is not.

`<bpt>`, `<ept>`, `<ph>`, `<it>`, `<ut>` hold another tool's formatting as text; `<g>`, `<pc>`, `<mrk>`, `<hi>` wrap
words; `<x/>`, `<bx/>`, `<ex/>`, `<sc/>`, `<ec/>`, `<sm/>`, `<em/>` mark places; `<cp>` is a character that XML cannot
hold. A code that breaks the row parts words as a blank does.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

HOLD_CODE = frozenset("bpt ept ph it ut".split())
LEFT_OUT = frozenset("alt-trans note notes seg-source".split())
BREAKS = frozenset("lb x-br br linebreak".split())
DEEPEST = 100
PLACE = "\x00"  # where a code was that is no word


def words(element: Element | None) -> str:
    """What a segment says, codes left out, blanks as one each; a blank that a code was set before a mark is not kept."""
    if element is None:
        return ""
    text = re.sub(rf"\s+{PLACE}+\s*(?=[,.;:!?…](?:\s|$))", "", "".join(_parts(element, 0)))
    return " ".join(text.replace(PLACE, "").split())


def words_inside(child: Element) -> str:
    """What an inline element adds to the words around it: those that it wraps, or a blank where it breaks the row."""
    name = local(child)
    if name == "cp" or _breaks(child, name):
        return " "
    return "" if name in HOLD_CODE or name in LEFT_OUT or _is_deleted(child) else "".join(_parts(child, 0)).replace(PLACE, "")


def _parts(element: Element, depth: int) -> list[str]:
    out = [element.text or (PLACE if not len(element) else "")]
    for child in element:
        name = local(child)
        if name in LEFT_OUT or depth > DEEPEST or _is_deleted(child):
            pass
        elif name == "cp" or _breaks(child, name):
            out.append(" ")
        else:
            out += [PLACE] if name in HOLD_CODE else _parts(child, depth + 1)
        out.append(child.tail or "")
    return out


def _breaks(child: Element, name: str) -> bool:
    """Whether a code stands for a row break: by its type, or by the break that it holds."""
    kind = (child.get("ctype") or child.get("subType") or child.get("type") or "").rpartition(":")[2].lower()
    if kind in BREAKS:
        return True
    shown = child.get("equiv-text") or child.get("equiv") or child.get("disp") or ""
    held = "".join(child.itertext()) if name in HOLD_CODE else ""
    return (
        bool(re.fullmatch(r"(?i)\s*(<br\s*/?>|\\n|\\r\\n|\n|↵|\{newline\})\s*", shown or held))
        if shown or held
        else False
    )


def _is_deleted(child: Element) -> bool:
    """Whether it holds words that a person took out with changes tracked, as Trados writes them."""
    return (child.get("mtype") or child.get("type") or "").lower().endswith("deleted")


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
