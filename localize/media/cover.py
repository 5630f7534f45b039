"""Text that is drawn into the picture, covered where and while it stands, and the market's own text drawn in its place.

The picture is decoded once, changed frame by frame, and encoded once. Rectangles are left, top, width, height in pixels
of the picture as displayed; times are int ms.

    blur     what stands there, too coarse to be read
    box      a dark box
    inpaint  the letters' own pixels filled from around them
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import MediaError, OptionError, ToolError, one_line
from ..markets import COVERS
from . import ffmpeg, tone
from .frames import View, frames
from .probe_process import ask

Rect = tuple[int, int, int, int]
Plane = NDArray[np.uint8]
Masks = dict[Rect, list[tuple[int, int, Plane]]]  # by rectangle: from and to in ms, and the letters' pixels as 255
PAD = 0.14  # of a row's height: outlines and shadows reach beyond the letters
AROUND_MS = 60  # covered before and after, so that no frame of a fade shows
DARK = 22  # luma of a box
DETAIL = 12  # luma by which a letter stands out of what is around it
MOMENTS = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9)  # of a line's life, at which its letters are told from the picture
KEPT = 0.6  # share of the moments at which a pixel stands out to be a letter's
ENCODE = ("-c:v", "libx264", "-preset", "fast", "-crf", "15", "-pix_fmt", "yuv420p")


@dataclass(frozen=True)
class Patch:
    """One line to be covered: from when to when, and the rectangle of each of its rows."""

    start_ms: int
    end_ms: int
    rows: tuple[Rect, ...]


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height as 4:2:0 can hold them."""
    return size[0] // 2 * 2, size[1] // 2 * 2


def cover(
    source: Path, patches: list[Patch], way: str, target: Path, size: tuple[int, int], styled: Path | None = None
) -> None:
    """Write a silent MP4 with the patches covered and, where given, an ASS file drawn over it.

    `size` is the picture's as displayed. Frame rate, number of frames and colour tags stay; eight bits a sample, HDR is
    brought to SDR, and a rotation is applied. Raises OptionError for an unknown way, MediaError, ToolError.
    """
    if way not in COVERS:
        raise OptionError(f"cover {way!r} is unknown", do=f"choose from {', '.join(COVERS)}")
    width, height = even(size)
    patches = padded(patches, (width, height))
    rate, colour, stream, to_sdr = _facts(source)
    view = View((0, 0, width, height), (width, height), float(rate), stream, to_sdr)
    masks = _letters(source, patches, view) if way == "inpaint" else {}
    argv = [ffmpeg.binary(), "-hide_banner", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    argv += ["-s", f"{width}x{height}", "-r", str(rate), *colour, "-i", "pipe:"]
    if styled is not None:
        argv += ["-vf", f"ass=filename={_quoted(styled)}"]
    argv += [*ENCODE, *colour, "-movflags", "+faststart", "-f", "mp4", ffmpeg.url(target)]
    encoder = subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert encoder.stdin is not None
    try:
        for number, frame in enumerate(frames(source, view, "yuv420p")):
            encoder.stdin.write(_changed(frame, number * 1000 / float(rate), patches, way, masks, width).data)
        _out, said = encoder.communicate()
    except BrokenPipeError:
        _out, said = encoder.communicate()
    except BaseException:
        encoder.kill()
        encoder.wait()
        raise
    if encoder.returncode:
        raise ToolError(f"ffmpeg: {one_line(said.decode(errors='replace'), 300)}", source.name, "check that it plays")


def padded(patches: list[Patch], size: tuple[int, int]) -> list[Patch]:
    """Rectangles a little larger, on even pixels and inside the picture; times a little longer."""
    out = []
    for patch in patches:
        rows = []
        for left, top, wide, high in patch.rows:
            pad = round(PAD * high)
            x0, y0 = max(0, left - pad) // 2 * 2, max(0, top - pad) // 2 * 2
            x1, y1 = min(size[0], (left + wide + pad + 1) // 2 * 2), min(size[1], (top + high + pad + 1) // 2 * 2)
            rows.append((x0, y0, x1 - x0, y1 - y0))
        out.append(Patch(patch.start_ms - AROUND_MS, patch.end_ms + AROUND_MS, tuple(rows)))
    return out


def _changed(frame: Plane, ms: float, patches: list[Patch], way: str, masks: Masks, width: int) -> Plane:
    """The frame with what stands in it covered; the frame itself where nothing does."""
    here = [(p, r) for p in patches if p.start_ms <= ms < p.end_ms for r in p.rows]
    if not here:
        return frame
    frame = frame.copy()
    height = len(frame) * 2 // 3
    luma = frame[:height]
    chroma = frame[height:].reshape(2, height // 2, width // 2)
    for patch, (left, top, wide, high) in here:
        spots = [luma[top : top + high, left : left + wide]]
        spots += [c[top // 2 : (top + high) // 2, left // 2 : (left + wide) // 2] for c in chroma]
        for number, spot in enumerate(spots):
            mask = _mask_of(masks, (left, top, wide, high), patch) if way == "inpaint" else None
            spot[:] = _filled(spot, way, number, mask, high)
    return frame


def _mask_of(masks: Masks, rect: Rect, patch: Patch) -> Plane | None:
    return next((m for a, b, m in masks.get(rect, []) if (a, b) == (patch.start_ms, patch.end_ms)), None)


def _filled(spot: Plane, way: str, plane: int, mask: Plane | None, row: int) -> Plane:
    """One plane of a covered rectangle; plane 0 is luma, 1 and 2 are chroma at half the size."""
    import cv2

    high, wide = spot.shape
    if way == "box":
        return np.full_like(spot, DARK if plane == 0 else 128)
    if way == "inpaint" and mask is not None:
        if plane:
            mask = np.asarray(cv2.resize(mask, (wide, high), interpolation=cv2.INTER_NEAREST), np.uint8)
        # a third of the size is enough behind letters, and nine times as fast
        small = max(8, wide // 3), max(8, high // 3)
        shrunk = cv2.resize(spot, small, interpolation=cv2.INTER_AREA)
        holes = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
        filled = cv2.inpaint(shrunk, np.asarray(holes > 0, np.uint8), 3, cv2.INPAINT_TELEA)
        grown = np.asarray(cv2.resize(filled, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)
        return np.where(mask > 0, grown, spot)
    coarse = cv2.resize(spot, (max(1, round(wide / row * (2 if plane else 1))), 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)


def _letters(source: Path, patches: list[Patch], whole: View) -> Masks:
    """Which pixels of each rectangle are letters: those that stand out from around them at most moments of its life."""
    import cv2

    masks: Masks = {}
    if not patches:
        return masks
    top = min(r[1] for p in patches for r in p.rows)
    bottom = max(r[1] + r[3] for p in patches for r in p.rows)
    wanted: dict[int, list[Patch]] = {}
    for patch in patches:
        for share in MOMENTS:
            at = patch.start_ms + AROUND_MS + share * (patch.end_ms - patch.start_ms - 2 * AROUND_MS)
            wanted.setdefault(round(at * whole.rate / 1000), []).append(patch)
    sums: dict[tuple[int, int, Rect], NDArray[np.uint8]] = {}
    width = whole.size[0]
    view = replace(whole, crop=(0, top, width, bottom - top), size=(width, bottom - top))
    for number, band in enumerate(frames(source, view, "gray")):
        for patch in wanted.get(number, []):
            for left, y, wide, high in patch.rows:
                spot = band[y - top : y - top + high, left : left + wide]
                around = cv2.medianBlur(spot, min(255, round(0.35 * high) * 2 + 1))
                stands = cv2.absdiff(spot, around) > DETAIL
                key = patch.start_ms, patch.end_ms, (left, y, wide, high)
                sums[key] = sums.get(key, np.zeros(spot.shape, np.uint8)) + stands.astype(np.uint8)
    for (start, end, rect), count in sums.items():
        mask = np.where(count >= KEPT * len(MOMENTS), 255, 0).astype(np.uint8)
        reach = max(3, round(rect[3] * 0.09)) | 1
        grown = np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)), np.uint8)
        masks.setdefault(rect, []).append((start, end, grown))
    return masks


def picture_of(path: Path) -> tuple[tuple[int, int], int]:
    """Size as displayed and length in ms of a file's picture, with or without sound. Raises MediaError."""
    (facts,) = ask([path])
    if facts["picture"] is None or facts["rotation"] is None:
        raise MediaError("holds no picture", path.name, "export it again")
    video = facts["streams"][facts["picture"]]
    turned = facts["rotation"] % 180 == 90
    size = (video["height"], video["width"]) if turned else (video["width"], video["height"])
    return size, round(1000 * (video["promised"] or facts["duration"]))


def likeness(
    source: Path, made: Path, size: tuple[int, int], duration_ms: int, covered: list[Patch], moments: int = 24
) -> float:
    """SSIM of the luma outside what was covered or drawn, the mean of moments evenly spread; 1.0 for the same picture.

    `covered` holds the rectangles of both, padded, at their times. Raises MediaError.
    """
    size = even(size)
    every = max(duration_ms / 1000 / moments, 0.04)
    views = [View((0, 0, *size), size, 1 / every, *_facts(p)[2:]) for p in (source, made)]
    shares = []
    pairs = zip(frames(source, views[0], "gray"), frames(made, views[1], "gray"), strict=False)
    for number, (one, other) in enumerate(pairs):
        ms, half = number * every * 1000, 500 / 24
        outside = np.ones(one.shape, bool)
        for patch in covered:
            if patch.start_ms - half - AROUND_MS <= ms <= patch.end_ms + half + AROUND_MS:
                for left, top, wide, high in patch.rows:
                    outside[max(0, top - 8) : top + high + 8, max(0, left - 8) : left + wide + 8] = False
        shares.append(float(_ssim(one, other)[outside].mean()))
    return round(float(np.mean(shares)), 4)


def _ssim(one: Plane, other: Plane) -> NDArray[np.float32]:
    """SSIM of each pixel (Wang 2004: Gaussian window of 1.5 pixels, K1 0.01, K2 0.03)."""
    import cv2

    a, b = one.astype(np.float32), other.astype(np.float32)

    def soft(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5), np.float32)

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = soft(a), soft(b)
    va, vb, both = soft(a * a) - ma * ma, soft(b * b) - mb * mb, soft(a * b) - ma * mb
    top = (2 * ma * mb + c1) * (2 * both + c2)
    return np.asarray(top / ((ma * ma + mb * mb + c1) * (va + vb + c2)), np.float32)


def _facts(path: Path) -> tuple[Fraction, list[str], str, str]:
    """Average frame rate, the colour tags as ffmpeg's options, the picture's stream as ffmpeg selects it, and the filters
    that make it SDR; the tags are those of what they make."""
    (facts,) = ask([path])
    colour = facts["colour"]
    names = ("color_primaries", "color_trc", "colorspace")
    # 0 and 2 stand for "not said"
    argv = [a for name in names if colour[name] not in (0, 2) for a in (f"-{name}", str(colour[name]))]
    if colour["color_range"]:  # here 2 is full range
        argv += ["-color_range", str(colour["color_range"])]
    if facts["picture"] is None:
        raise MediaError("holds no picture", path.name, "export it again")
    to_sdr = tone.to_sdr(tone.CODES.get(colour["color_trc"], ""))
    rate = Fraction(*facts["rate"]) if facts["rate"] else Fraction(25)
    return rate, list(tone.SDR) if to_sdr else argv, str(facts["picture"]), to_sdr


def _quoted(path: Path) -> str:
    """A path inside a filter graph."""
    text = str(path.absolute()).replace("\\", "\\\\").replace("'", r"\'").replace(":", r"\:")
    return "".join("\\" + c if c in ",;[]" else c for c in text)
