"""Rows of text followed through the frames of the band: each is one place, one text, a first and a last frame.

The band is searched a few times a second, and only where its picture changed; between two searches the text's own
edges tell to the frame when it came and went.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from ...engines.reading.ppocr import Box
from ...media.frames import Image
from . import match
from .band import Reader, alike, cut

SEARCH = 24  # pixels of a row's box where text is searched
CLOSER = 1.4
TALLEST = 1.8  # of a row's box: what is taller is a shape of the picture that looked like writing, often the whole band
SURE = 0.95  # score of a reading that needs no further one
STEP_S = 0.2  # between two searches
BACK_S = 1.0  # how far before it was first found a row may have begun (fades)
SETTLE = 4  # searches after which a row's beginning is measured
STAYS = 0.55  # score of the edges from which a row is the same without being read again
PART_STAYS = 0.25  # the same for each of its letters
YOUNG = 1  # searches after which a row is searched again only every RARE steps, while its edges stay
RARE = 3
GONE = 0.4
# no letter in sight: measured on ten styles, the densest spot of a band without a row had 0.14 to 0.8 (mostly below 0.4) of
# the edges that a row's densest letter has
BARE = 0.5  # of the weakest row's; below, an empty band is searched only every BLIND steps
BLIND = 5
KNOWN = 3  # rows that were read before this is relied on
SAME_PICTURE = 1.2  # mean difference (of 255) below which a band need not be searched again
SAME_SPOT = 12.0  # the same for each spot of 16 x 16 pixels
KEPT = 8  # cut-outs kept of a row's life


@dataclass
class Track:
    """One row as it is followed. Boxes are in pixels of the frames handed in, `place` in those of the search."""

    place: Box
    edges: match.Template
    first: int
    seen: list[int]
    crops: list[tuple[int, int, Image]] = field(default_factory=list)  # frame, width, cut-out
    earliest: match.Template | None = None  # of a row that grew: as it was first found
    begin: int | None = None
    end: int = 0
    text: str = ""
    score: float = 0.0
    on: list[float] = field(default_factory=list)
    moved: float = 0.0


@dataclass(frozen=True)
class Row:
    """A finished row: frames [first, last), box in pixels of the frames handed in."""

    first: int
    last: int
    text: str
    score: float
    box: Box
    moved: float


class Follower:
    """Follows rows through frames handed in one by one; `finish` gives what was found."""

    def __init__(self, reader: Reader, row: int, rate: float) -> None:
        """`row` is the height of a row's box in the frames; `rate` in frames a second."""
        self.reader, self.rate = reader, rate
        self.scale = SEARCH / row
        self.step = max(1, round(STEP_S * rate))
        self.recent: deque[tuple[int, match.Grey]] = deque(maxlen=round((BACK_S + (SETTLE + 2) * STEP_S) * rate) + 2)
        self.active: list[Track] = []
        self.rows: list[Row] = []
        self.searched: match.Grey | None = None
        self.boxes: list[Box] = []
        self.empty = 0
        self.letters: list[float] = []  # of each row read, the edges of its densest letter
        self.passed = 0
        self.due = 0
        self.frame = -1

    def run(self, pictures: Iterable[Image]) -> list[Row]:
        """All rows of these frames. Raises EngineError and what reading the frames raises."""
        import cv2

        size: tuple[int, int] | None = None
        last: tuple[Image, Image, match.Grey] | None = None
        for number, picture in enumerate(pictures):
            size = size or (
                max(32, round(picture.shape[1] * self.scale)),
                max(32, round(picture.shape[0] * self.scale)),
            )
            how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
            small = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
            grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
            self.recent.append((number, grey))
            self.frame, last = number, (picture, small, grey)
            if number % self.step == 0:
                self._search(number, picture, small, grey)
        if last is not None and self.frame % self.step:
            self._search(self.frame, *last)
        for track in self.active:
            self._close(track, self.frame + 1)
        return sorted(self.rows, key=lambda r: (r.first, r.box.top))

    def _search(self, number: int, picture: Image, small: Image, grey: match.Grey) -> None:
        if self.active and number < self.due and all(_stays(t, grey) for t in self.active):
            for track in self.active:
                self._seen(track, number, picture, grey)
            self._settle()
            return
        if not self.active and self.passed < BLIND and self._bare(grey):
            self.passed += 1
            return
        self.passed = 0
        if self.searched is None or not _same(self.searched, grey):
            self.boxes, self.searched = _joined(self._found(small)), grey
        left = list(self.active)
        kept: list[Track] = []
        for box in self.boxes:
            there = next((t for t in left if _meets(t.place, box)), None)
            if there is not None:
                left = [t for t in left if t is not there]
            kept.append(self._place(there, box, number, picture, grey))
        for track in left:  # not found: a search misses a row now and then that its edges show
            if _stays(track, grey):
                self._seen(track, number, picture, grey)
                kept.append(track)
            else:
                self._close(track, number)
        self.active = kept
        if kept and all(len(t.seen) > YOUNG and t.place.width == t.crops[-2][1] for t in kept):
            self.due = number + RARE * self.step
        self._settle()

    def _bare(self, grey: match.Grey) -> bool:
        """Whether no spot of the band comes near a letter of the rows read so far."""
        if len(self.letters) < KNOWN:
            return False
        return match.densest(match.edges(grey), SEARCH) < BARE * min(self.letters)

    def _found(self, small: Image) -> list[Box]:
        """Rows in the band; where there is none, every other time a closer look is taken, which shows single letters.

        A box of many rows' height would be followed in place of the subtitles that come and go within it.
        """
        import cv2

        boxes = [b for b in self.reader.find(small) if b.height <= TALLEST * SEARCH]
        self.empty = 0 if boxes else self.empty + 1
        if self.empty % 2 == 0:
            return boxes
        larger = np.asarray(cv2.resize(small, None, fx=CLOSER, fy=CLOSER, interpolation=cv2.INTER_LINEAR), np.uint8)
        closer = [b.scaled(1 / CLOSER) for b in self.reader.find(larger)]
        return [b for b in closer if b.height <= TALLEST * SEARCH]

    def _settle(self) -> None:
        for track in self.active:
            if track.begin is None and len(track.seen) >= SETTLE:
                track.begin = self._began(track)

    def _place(self, track: Track | None, box: Box, number: int, picture: Image, grey: match.Grey) -> Track:
        """The track that this box belongs to: the one there, or a new one in its stead."""
        if track is None:
            return self._open(box, number, picture, grey)
        grown = box.width > track.place.width + 0.5 * SEARCH
        stays = _stays(track, grey)
        if stays and not grown:
            self._seen(track, number, picture, grey)
            return track
        text, score = self._read(picture, box)
        if not track.text:
            track.text, track.score = self._read_crop(track)
        revealed = grown and len(track.text) > 0 and alike(text[: len(track.text)], track.text)
        if revealed or (alike(text, track.text) and _close_texts(text, track.text)):
            if revealed and track.earliest is None:
                track.earliest = track.edges
            track.moved = max(track.moved, abs(box.left - track.place.left) if not revealed else 0.0)
            if len(text) >= len(track.text) and score >= 0.8:
                track.text, track.score = text, score
            if revealed or not stays:
                track.place, track.edges = box, match.template(grey, _edges_of(box))
            self._seen(track, number, picture, grey)
            return track
        self._close(track, number)
        fresh = self._open(box, number, picture, grey)
        fresh.text, fresh.score = text, score
        return fresh

    def _open(self, box: Box, number: int, picture: Image, grey: match.Grey) -> Track:
        track = Track(box, match.template(grey, _edges_of(box)), number, [number])
        self._keep(track, number, picture)
        return track

    def _seen(self, track: Track, number: int, picture: Image, grey: match.Grey) -> None:
        if not track.seen or track.seen[-1] != number:
            track.seen.append(number)
            track.edges.add(grey)
        self._keep(track, number, picture)

    def _keep(self, track: Track, number: int, picture: Image) -> None:
        if len(track.crops) >= KEPT:
            track.crops = track.crops[::2]
        track.crops.append((number, track.place.width, cut(picture, self._in_frame(track.place), 2).copy()))

    def _in_frame(self, box: Box) -> Box:
        return box.scaled(1 / self.scale)

    def _read(self, picture: Image, box: Box) -> tuple[str, float]:
        return self.reader.read([cut(picture, self._in_frame(box), 2)])[0]

    def _read_crop(self, track: Track) -> tuple[str, float]:
        return self.reader.read([track.crops[-1][2]])[0]

    # --- to the frame ------------------------------------------------------------------------------------------

    def _began(self, track: Track) -> int:
        """The first frame in which the row stands; a fade counts from where it begins to show."""
        edges = track.earliest or track.edges
        columns = slice(0, round(1.2 * SEARCH)) if track.earliest else None  # of a row that grows, its first letter
        frames = [(n, g) for n, g in self.recent if track.first - BACK_S * self.rate <= n <= track.seen[-1]]
        scores = [match.score(edges, g, columns) for _n, g in frames]
        return frames[_rise(scores, [n for n, _g in frames].index(track.first))][0] if frames else track.first

    def _ended(self, track: Track, number: int) -> int:
        """The first frame in which the row stands no longer."""
        frames = [(n, g) for n, g in self.recent if track.seen[-1] <= n <= number]
        if not frames:
            return number
        scores = [match.score(track.edges, g) for _n, g in frames]
        return (
            number
            if number > frames[-1][0] and min(scores) > STAYS
            else frames[-1][0] + 1 - _rise(scores[::-1], len(scores) - 1)
        )

    def _close(self, track: Track, number: int) -> None:
        if track.begin is None:
            track.begin = self._began(track)
        track.end = self._ended(track, number)
        text, score = self._best(track)
        if score >= SURE:
            self.letters.append(match.densest(track.edges.mean, SEARCH))
        box = self._in_frame(track.place)
        self.rows.append(Row(track.begin, track.end, text, score, box, track.moved / SEARCH))

    def _best(self, track: Track) -> tuple[str, float]:
        """The reading that most of three moments of the row's life agree on; of one that grows, its widest. Where no
        reading is sure, of all moments."""
        widest = max(w for _n, w, _c in track.crops)
        crops = [c for _n, w, c in track.crops if w >= widest - 0.5 * SEARCH]
        picked = {len(crops) // 4, len(crops) // 2, (3 * len(crops)) // 4}
        readings = self.reader.read([crops[i] for i in sorted(picked)])
        if max(s for _t, s in readings) < SURE:
            readings += self.reader.read([c for i, c in enumerate(crops) if i not in picked])
        votes: dict[str, float] = {}
        for text, score in readings:
            votes[text] = votes.get(text, 0.0) + score
        best = max(votes, key=votes.__getitem__)
        return best, max(s for t, s in readings if t == best)


def _stays(track: Track, grey: match.Grey) -> bool:
    return match.score(track.edges, grey) >= STAYS and match.worst(track.edges, grey, SEARCH) >= PART_STAYS


def _rise(scores: list[float], found: int) -> int:
    """Index of the first of the rising scores before and at `found`: where a third of the height is passed, less what
    a fade needed to come that far."""
    high = median(scores[found:]) if found < len(scores) else scores[-1]
    low = max(0.0, min(scores[: found + 1]))
    if high - low < 0.15:
        return 0 if low > GONE else found
    third, most = low + 0.3 * (high - low), low + 0.75 * (high - low)
    at = found
    while at > 0 and scores[at - 1] >= third:
        at -= 1
    up = at
    while up < len(scores) - 1 and scores[up] < most:
        up += 1
    return max(0, at - round(0.6 * (up - at)))


def _same(one: match.Grey, other: match.Grey) -> bool:
    """Whether two pictures of the band differ nowhere."""
    import cv2

    difference = cv2.absdiff(one, other)
    if float(difference.mean()) > SAME_PICTURE:
        return False
    spots = cv2.resize(
        difference, (max(1, one.shape[1] // 16), max(1, one.shape[0] // 16)), interpolation=cv2.INTER_AREA
    )
    return float(spots.max()) < SAME_SPOT


def _meets(one: Box, other: Box) -> bool:
    """Whether two boxes are on one row and share most of the narrower."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    level = abs(one.top + one.bottom - other.top - other.bottom) < 0.8 * max(one.height, other.height)
    return level and wide > 0.5 * min(one.width, other.width)


def _joined(boxes: list[Box]) -> list[Box]:
    """Level boxes with a short gap between them as one: a blank parts a row for the finder."""
    out: list[Box] = []
    for box in sorted((b for b in boxes if abs(b.slant) < 4.0), key=lambda b: b.left):
        near = next(
            (
                n
                for n, o in enumerate(out)
                if abs(o.top + o.bottom - box.top - box.bottom) < 0.6 * max(o.height, box.height)
                and box.left - o.right < 1.2 * box.height
                and 0.7 < o.height / max(1, box.height) < 1.4
            ),
            None,
        )
        if near is None:
            out.append(box)
        else:
            o = out[near]
            out[near] = Box(
                o.left, min(o.top, box.top), max(o.right, box.right), max(o.bottom, box.bottom), min(o.score, box.score)
            )
    return sorted(out, key=lambda b: (b.top, b.left))


def _close_texts(one: str, other: str) -> bool:
    """Whether two readings in one place are one text: of the same length but for one in eight characters."""
    from rapidfuzz.distance import Levenshtein

    return bool(Levenshtein.distance(one, other) <= max(1, len(other)) // 6)


def _edges_of(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom
