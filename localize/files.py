"""Files read, written and hashed safely: text with a size limit, XML without entities, sha256 of a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from . import encodings
from .errors import OptionError, SidecarError

MAX_BYTES = 16 << 20
PIECE = 8 << 20  # bytes hashed at a time: with smaller ones other threads take their turn between any two, and it takes thrice as long


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file of a studio. Raises SidecarError where it cannot be read or is over `limit` bytes."""
    try:
        if path.stat().st_size > limit:
            raise SidecarError(f"is larger than {limit >> 20} MiB", path.name, "split it")
        return path.read_bytes()
    except OSError as error:
        raise SidecarError(f"cannot be read: {error}", path.name, "check the file and its rights") from error


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """A text file of a studio, in whatever encoding its tool wrote it.

    Raises SidecarError for binary content and for files over `limit` bytes.
    """
    decoded = encodings.decode(read_bytes(path, limit))
    if decoded is None:
        raise SidecarError("is no text in UTF-8, UTF-16 or an older encoding", path.name, "save it as UTF-8")
    return decoded[0]


def write_text(path: Path, text: str) -> None:
    """A text file written whole or not at all. Raises OptionError."""
    with _part_of(path) as part:
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def check_place(path: Path) -> None:
    """See that a file can be written there, before long work; what lies there stays. Raises OptionError."""
    with _part_of(path) as part:
        part.touch()
        part.unlink()


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    try:
        yield path.with_name(f".{path.name}.part")
    except OSError as error:
        raise OptionError(f"cannot be written: {error.strerror or error}", str(path), "choose another place") from error


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, in hex."""
    digest, buffer = hashlib.sha256(), bytearray(PIECE)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(memoryview(buffer)[:count])
    return digest.hexdigest()


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
