"""XML that came from outside: parsed without entities, its faults named."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .errors import SidecarError


def root_of(text: str, kind: str, where: str, dtd: bool = True) -> Element:
    """The root of a document that should be `kind`, e.g. "TMX"; a declared encoding is that of the file, not of `text`.

    Raises SidecarError for what is no XML, for entity bombs and external entities, and for a DTD unless `dtd`.
    """
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root: Element = fromstring(bare, forbid_dtd=not dtd, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SidecarError(f"is no {kind}: {error}", where, "export it again") from error
    return root
