"""A market's picture with the burnt-in subtitles covered and the market's own drawn in their place."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..errors import InputError, LocalizeError
from ..media import cover, ffmpeg, probe, tone
from ..media.frames import View, frames
from ..qc.variant import Covered
from ..records import Cue, Episode
from ..session import Session
from ..subtitles import formats
from ..transcript.burnt_in import BurntLine
from ..transcript.burnt_in.band import Reader
from ..transcript.burnt_in.legible import still_legible

CLEAN_LIKENESS = 0.85  # SSIM outside the subtitles from which a textless master shows the same picture
SHOWN = 360  # pixels of the width of the frames in the report
ROOM = 1.35  # a drawn row's height, of the font's size


@dataclass(frozen=True)
class Replaced:
    """The picture to mux, what the checks need to know of it, and a frame before and after as JPEG data addresses."""

    picture: Path
    facts: Covered
    before: str
    after: str
    notes: tuple[str, ...] = ()


def replaced(
    session: Session,
    episode: Episode,
    way: str,
    lines: tuple[BurntLine, ...],
    language: str,
    cues: list[Cue],
    canvas: formats.Canvas,
    work: Path,
) -> Replaced:
    """Cover, draw, encode once, and look at the result. Raises MediaError, ToolError, EngineError."""
    size, source, made = probe.displayed_size(episode.media), Path(episode.path), work / "picture.tmp"
    patches = [cover.Patch(x.start_ms, x.end_ms, x.rows) for x in lines]
    clean, note = clean_master(episode, patches, size)
    ffmpeg.need_font(canvas.font, way)
    styled = work / "cover.tmp.ass"
    bottom = max(0, size[1] - _bottom(lines, size))
    styled.write_text(formats.to_ass(cues, canvas, bottom), encoding="utf-8")
    picture = clean or source
    cover.cover(picture, [] if clean else patches, way, made, size, styled)
    styled.unlink()
    drawn = [_drawn(c, canvas, size, bottom) for c in cues]
    changed = [*([] if clean else cover.padded(patches, size)), *drawn]
    same = cover.likeness(picture, made, size, episode.media.duration_ms, changed)
    rate = 1000 / episode.media.frame_ms
    left = still_legible(cast(Reader, session.engines.get("ppocr")), made, lines, size, rate, language)
    characters = sum(len(x.text) for x in lines)
    share = sum(v * len(lines[i].text) for i, v in left.items()) / max(1, characters)
    facts = Covered(
        way="textless master" if clean else way,
        lines=len(lines),
        likeness=same,
        legible=round(share, 4),
        still=tuple(f"{lines[i].start_ms / 1000:.1f}s {lines[i].text}" for i, v in sorted(left.items()) if v > 0.2),
    )
    middle = lines[len(lines) // 2]
    at = (middle.start_ms + middle.end_ms) // 2
    before = still(source, at, episode, episode.media.picture, tone.to_sdr(episode.media.transfer))
    return Replaced(made, facts, before, still(made, at, episode), (note,) if note else ())


def _bottom(lines: tuple[BurntLine, ...], size: tuple[int, int]) -> int:
    """Where the market's rows end: where the source's do, most of the time."""
    ends = sorted(x.rect[1] + x.rect[3] for x in lines)
    return ends[len(ends) // 2] if ends else round(size[1] * 0.9)


def _drawn(cue: Cue, canvas: formats.Canvas, size: tuple[int, int], bottom: int) -> cover.Patch:
    high = round((cue.text.count("\n") + 1) * ROOM * canvas.font_size) + canvas.font_size // 2
    top = max(0, size[1] - bottom - high)
    return cover.Patch(cue.start_ms, cue.end_ms, ((0, top, size[0], min(high + canvas.font_size // 2, size[1] - top)),))


def clean_master(episode: Episode, patches: list[cover.Patch], size: tuple[int, int]) -> tuple[Path | None, str]:
    """The studio's textless master where it is this picture, else None and why not."""
    if "clean" not in episode.sidecars:
        return None, ""
    path = Path(episode.sidecars["clean"])
    try:
        its_size, length = cover.picture_of(path)
        if its_size != size:
            raise InputError(f"is {its_size[0]}x{its_size[1]}, not {size[0]}x{size[1]}", path.name)
        if abs(length - episode.media.duration_ms) > 2 * episode.media.frame_ms:
            raise InputError(f"lasts {length} ms, not {episode.media.duration_ms}", path.name)
        same = cover.likeness(Path(episode.path), path, size, length, cover.padded(patches, size))
        if same < CLEAN_LIKENESS:
            raise InputError(f"shows another picture (SSIM {same:.2f} outside the subtitles)", path.name)
    except LocalizeError as error:
        return None, f"{path.name} is not used: {error.what}"
    return path, ""


def still(path: Path, ms: int, episode: Episode, stream: str = "v:0", filters: str = "") -> str:
    """One frame as the address of a JPEG inside the page; "" where there is none. `filters`: see View.before."""
    import cv2

    size = probe.displayed_size(episode.media)
    height = max(2, round(size[1] * SHOWN / size[0]))
    view = View((0, 0, *size), (SHOWN, height), 1000 / episode.media.frame_ms, stream, filters)
    for number, picture in enumerate(frames(path, view)):
        if number >= ms / episode.media.frame_ms:
            ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
            return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}" if ok else ""
    return ""
