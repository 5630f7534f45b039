"""Good files broken at random: bytes, boxes, lengths, channel counts, rates and sizes. The same seed gives the same file."""

from __future__ import annotations

from random import Random

from .media import boxes

EXTREME = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEAD = 4096  # bytes at either end, where containers keep their tables
FOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf", b"moof", b"traf")


def broken(data: bytes, seed: int) -> bytes:
    """The file with one to three things wrong with it."""
    random = Random(seed)
    for _ in range(random.randint(1, 3)):
        data = random.choice((some_bytes, a_number, a_box, a_length, an_entry))(data, random)
    return data


def some_bytes(data: bytes, random: Random) -> bytes:
    """Up to 200 bytes anywhere, or near the file's ends."""
    out = bytearray(data)
    where = random.choice(((0, len(out)), (0, HEAD), (len(out) - HEAD, len(out))))
    for _ in range(random.choice((1, 5, 40, 200)) if out else 0):
        at = min(max(0, random.randrange(*where)), len(out) - 1)
        out[at] = random.randrange(256)
    return bytes(out)


def a_number(data: bytes, random: Random) -> bytes:
    """A 16 or 32 bit number near an end made an extreme one."""
    size = random.choice((2, 4))
    at = random.choice((random.randrange(HEAD), len(data) - random.randrange(4, HEAD)))
    number = random.choice(EXTREME) & (256**size - 1)
    return data[: max(0, at)] + number.to_bytes(size, "big") + data[max(0, at) + size :]


def a_box(data: bytes, random: Random) -> bytes:
    """One box of an MP4 or MOV taken out, doubled, moved, emptied or given another length."""
    parts = boxes(data)
    if len(parts) < 2 or data[4:8] not in (b"ftyp", b"moov", b"wide", b"mdat"):
        return some_bytes(data, random)
    return b"".join(_with_one_changed(parts, random))


def _with_one_changed(parts: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(parts))
    deeper = [i for i, p in enumerate(parts) if p[4:8] in FOLDERS]
    if deeper and random.random() < 0.8:
        at = random.choice(deeper)
        inside = _with_one_changed(boxes(parts[at][8:]), random)
        whole = b"".join(inside)
        parts[at] = (len(whole) + 8).to_bytes(4, "big") + parts[at][4:8] + whole
        return parts
    box = parts[at]
    what = random.randrange(5)
    if what == 0:
        return parts[:at] + parts[at + 1 :]
    if what == 1:
        return [*parts[:at], box, *parts[at:]]
    if what == 2:
        random.shuffle(parts)
    elif what == 3:
        parts[at] = box[:8] + bytes(max(0, len(box) - 8))
    else:
        parts[at] = random.choice(EXTREME).to_bytes(4, "big") + box[4:]
    return parts


def a_length(data: bytes, random: Random) -> bytes:
    """Cut off, with a hole, with something in between, or with rubbish behind it."""
    at = random.randrange(len(data) + 1)
    more = random.randbytes(random.choice((1, 100, 5000)))
    return random.choice((data[:at], data[:at] + data[at + len(more) :], data[:at] + more + data[at:], data + more))


def an_entry(data: bytes, random: Random) -> bytes:
    """Another channel count (1 to 64), bit depth or rate of the sound, or another size of the picture, in its entry."""
    out = bytearray(data)
    for name in (b"mp4a", b"sowt", b"twos", b"in24", b"lpcm"):
        if (at := data.find(name)) >= 0:
            field = random.choice((20, 22, 28))  # channels, bits, rate: behind the entry's four letters
            number = {
                20: random.randint(1, 64),
                22: random.choice((0, 1, 8, 24, 64)),
                28: random.choice(EXTREME) & 0xFFFF,
            }
            out[at + field : at + field + 2] = number[field].to_bytes(2, "big")
            return bytes(out)
    for name in (b"avc1", b"hvc1", b"hev1"):
        if (at := data.find(name, 64)) >= 0:
            out[at + 28 : at + 30] = random.choice((0, 1, 7, 0x7FFF, 0xFFFF)).to_bytes(2, "big")
            return bytes(out)
    return a_number(data, random)
