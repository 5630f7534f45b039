"""The demo's pictures: drawn scenes, 1080x1920, with figures whose mouths move while they speak.

Frames are drawn once a scene with Pillow and written as yuv420p, so that a minute takes seconds.
"""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ..errors import ToolError
from ..media import ffmpeg

WIDTH, HEIGHT, FPS = 1080, 1920, 24
PAN = 96  # how far the camera travels in a scene, in pixels
SKIES = {
    "office": ((22, 26, 48), (70, 60, 92)),
    "street": ((12, 16, 30), (52, 36, 60)),
    "pier": ((14, 34, 58), (214, 128, 92)),
    "gala": ((58, 20, 30), (190, 128, 60)),
}
LOOKS = {
    "Summer": ((236, 196, 166), (198, 92, 40), (34, 96, 110)),
    "Grant": ((206, 160, 128), (40, 30, 28), (52, 58, 74)),
    "Vivian": ((232, 204, 190), (18, 16, 22), (120, 18, 42)),
}
SUBTITLE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
)
SIMPLIFIED = 2  # the face of that collection that has simplified characters
SUBTITLE_SIZE, SUBTITLE_AT = 60, 1420  # pixels: of a character, and of the row's middle from the top
Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Shot:
    """One camera position: who stands in it and when each of them speaks, [start_ms, end_ms]; and its burnt-in subtitles
    with their times, which are left out where no font here has their script."""

    place: str
    who: tuple[str, ...]
    start_ms: int
    end_ms: int
    speaking: tuple[tuple[str, int, int], ...]
    subtitles: tuple[tuple[str, int, int], ...] = ()


def write(shots: list[Shot], duration_ms: int, target: Path) -> None:
    """A silent H.264 video of the shots. Raises ToolError."""
    argv = [ffmpeg.binary(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}"]
    argv += [
        "-r",
        str(FPS),
        "-i",
        "pipe:",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "animation",
        "-crf",
        "26",
    ]
    argv += ["-g", str(2 * FPS), "-pix_fmt", "yuv420p", "-f", "mp4", ffmpeg.url(target)]
    encoder = subprocess.Popen(argv, stdin=subprocess.PIPE)
    assert encoder.stdin is not None
    total = round(duration_ms * FPS / 1000)
    for shot in shots:
        first, last = (min(total, round(ms * FPS / 1000)) for ms in (shot.start_ms, shot.end_ms))
        still, open_mouths = _draw(shot)
        for frame in range(first, last):
            ms = frame * 1000 / FPS
            talking = {who for who, a, b in shot.speaking if a <= ms < b and int(ms / 110) % 2 == 0}
            picture = open_mouths if talking else still
            shift = int(PAN * (frame - first) / max(1, last - first)) // 2 * 2
            planes = _yuv_window(picture, still, talking, shot, shift)
            for text, a, b in shot.subtitles:
                if a <= ms < b and (drawn := _subtitle(text)) is not None:
                    planes = _under(planes, drawn)
            for data in planes:
                encoder.stdin.write(data)
    encoder.stdin.close()
    if encoder.wait():
        raise ToolError("the demo's picture could not be encoded", str(target), "check that ffmpeg has libx264")


@functools.lru_cache(maxsize=64)
def _subtitle(text: str) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """A subtitle as a whole picture: brightness, and how much of it covers what lies under it; None without a font."""
    font = next((f for f in SUBTITLE_FONTS if Path(f).is_file()), None)
    if font is None:
        return None
    image = Image.new("LA", (WIDTH, HEIGHT))
    letters = ImageFont.truetype(font, SUBTITLE_SIZE, index=SIMPLIFIED)
    ImageDraw.Draw(image).text((WIDTH // 2, SUBTITLE_AT), text, (255, 255), letters, "mm", stroke_width=5,
                               stroke_fill=(0, 255))  # fmt: skip
    bright, cover = (np.asarray(c, np.float32) / 255 for c in image.split())
    return np.asarray(16 + 219 * bright, np.float32), np.asarray(cover, np.float32)


def _under(planes: list[bytes], drawn: tuple[NDArray[np.float32], NDArray[np.float32]]) -> list[bytes]:
    """The planes of a frame with a subtitle drawn over them."""
    bright, cover = drawn
    rows = slice(SUBTITLE_AT - SUBTITLE_SIZE, SUBTITLE_AT + SUBTITLE_SIZE)
    half = slice(rows.start // 2, rows.stop // 2)
    out = []
    for plane, data in enumerate(planes):
        scale = 1 if plane == 0 else 2
        frame = np.frombuffer(data, np.uint8).reshape(HEIGHT // scale, WIDTH // scale).copy()
        part, ink = (rows, bright[rows]) if plane == 0 else (half, np.float32(128))
        share = cover[rows] if plane == 0 else cover[rows][::2, ::2]
        frame[part] = (frame[part] * (1 - share) + ink * share).round().astype(np.uint8)
        out.append(frame.tobytes())
    return out


def _yuv_window(
    picture: tuple[Frame, Frame, Frame],
    still: tuple[Frame, Frame, Frame],
    talking: set[str],
    shot: Shot,
    shift: int,
) -> list[bytes]:
    """The camera's window on the wide still; only the half of the one who talks shows the open mouth."""
    out = []
    for plane, (one, other) in enumerate(zip(picture, still, strict=True)):
        scale = 1 if plane == 0 else 2
        left, width = shift // scale, WIDTH // scale
        window = one[:, left : left + width]
        if talking and len(shot.who) == 2:
            middle = (WIDTH + PAN) // 2 // scale - left
            keep_left = shot.who[0] in talking
            window = window.copy()
            quiet = other[:, left : left + width]
            if keep_left:
                window[:, middle:] = quiet[:, middle:]
            else:
                window[:, :middle] = quiet[:, :middle]
        out.append(np.ascontiguousarray(window).tobytes())
    return out


def _draw(shot: Shot) -> tuple[tuple[Frame, Frame, Frame], tuple[Frame, Frame, Frame]]:
    background = _place(shot.place)
    pictures = []
    for mouth in (False, True):
        image = background.copy()
        centres = (0.5,) if len(shot.who) == 1 else (0.27, 0.73)
        for who, centre in zip(shot.who, centres, strict=True):
            _figure(ImageDraw.Draw(image), who, int(image.width * centre), len(shot.who) == 1, mouth)
        pictures.append(_yuv(image))
    return pictures[0], pictures[1]


def _place(place: str) -> Image.Image:
    top, bottom = (np.array(c, np.float64) for c in SKIES[place])
    ramp = np.linspace(0, 1, HEIGHT)[:, None]
    rows = (top * (1 - ramp) + bottom * ramp).astype(np.uint8)
    image = Image.fromarray(np.repeat(rows[:, None, :], WIDTH + PAN, axis=1))
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(sum(map(ord, place)))
    if place == "office":
        for x in range(60, WIDTH + PAN, 260):
            draw.rectangle((x, 240, x + 200, 1050), fill=(18, 22, 40), outline=(120, 110, 130), width=6)
            for _ in range(14):
                wx, wy = x + int(rng.integers(10, 170)), int(rng.integers(500, 1020))
                draw.rectangle((wx, wy, wx + 14, wy + 20), fill=(250, 220, 130))
        draw.rectangle((0, 1560, WIDTH + PAN, HEIGHT), fill=(60, 38, 30))
    elif place == "street":
        for x in range(-40, WIDTH + PAN, 210):
            height = int(rng.integers(500, 1100))
            draw.rectangle((x, 1500 - height, x + 190, 1500), fill=(24, 24, 40))
            for _ in range(18):
                wx, wy = x + int(rng.integers(12, 160)), 1500 - int(rng.integers(40, height - 20))
                draw.rectangle((wx, wy, wx + 16, wy + 24), fill=(240, 200, 110))
        draw.rectangle((0, 1500, WIDTH + PAN, HEIGHT), fill=(30, 28, 36))
    elif place == "pier":
        draw.ellipse((700, 620, 980, 900), fill=(255, 206, 140))
        draw.rectangle((0, 1150, WIDTH + PAN, 1500), fill=(20, 60, 90))
        for row in range(1170, 1500, 36):
            draw.line((0, row, WIDTH + PAN, row + int(rng.integers(-8, 8))), fill=(64, 112, 140), width=4)
        draw.polygon([(120, 1150), (170, 560), (250, 560), (300, 1150)], fill=(230, 226, 220))
        draw.rectangle((160, 480, 260, 560), fill=(250, 226, 120))
        draw.rectangle((0, 1500, WIDTH + PAN, HEIGHT), fill=(84, 62, 46))
    else:
        for x in range(90, WIDTH + PAN, 180):
            draw.line((x, 0, x, 300), fill=(220, 180, 90), width=4)
            draw.ellipse((x - 46, 280, x + 46, 372), fill=(255, 232, 160))
        for x in range(0, WIDTH + PAN, 150):
            draw.ellipse((x, 1180, x + 110, 1290), fill=(52, 18, 26))
            draw.rectangle((x - 10, 1270, x + 120, 1600), fill=(44, 14, 22))
        draw.rectangle((0, 1560, WIDTH + PAN, HEIGHT), fill=(96, 52, 36))
    return image.filter(ImageFilter.GaussianBlur(3))


def _figure(draw: ImageDraw.ImageDraw, who: str, x: int, close: bool, mouth: bool) -> None:
    skin, hair, cloth = LOOKS[who]
    s = 1.5 if close else 1.0
    y = 980 if close else 1080

    def box(dx: float, dy: float, w: float, h: float) -> tuple[int, int, int, int]:
        return (int(x + (dx - w) * s), int(y + (dy - h) * s), int(x + (dx + w) * s), int(y + (dy + h) * s))

    long_hair = who != "Grant"
    draw.ellipse(box(0, -30, 165, 200), fill=hair)
    if long_hair:
        draw.rounded_rectangle(box(0, 130, 165, 180), 60, fill=hair)
    draw.rounded_rectangle(box(0, 620, 250, 380), 120, fill=cloth)
    draw.rectangle(box(0, 215, 52, 70), fill=tuple(int(c * 0.9) for c in skin))
    draw.ellipse(box(0, 20, 132, 175), fill=skin)
    draw.pieslice(box(0, -50, 150, 150), 180, 360, fill=hair)
    for side in (-1, 1):
        draw.ellipse(box(side * 52, 0, 22, 13), fill=(250, 250, 250))
        draw.ellipse(box(side * 52, 0, 10, 11), fill=(40, 60, 70))
        draw.line(box(side * 52, -34, 30, 2), fill=hair, width=int(8 * s))
    draw.line(box(6, 46, 4, 22), fill=tuple(int(c * 0.82) for c in skin), width=int(6 * s))
    lips = (176, 60, 66) if long_hair else (150, 84, 76)
    if mouth:
        draw.ellipse(box(0, 112, 34, 26), fill=(74, 20, 26), outline=lips, width=int(8 * s))
    else:
        draw.rounded_rectangle(box(0, 112, 40, 8), 8, fill=lips)


def _yuv(image: Image.Image) -> tuple[Frame, Frame, Frame]:
    """Planes of BT.601 limited range; chroma at half width and height."""
    rgb = np.asarray(image, np.float32)
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    y = 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255
    u = 128 + (-37.797 * r - 74.203 * g + 112.0 * b) / 255
    v = 128 + (112.0 * r - 93.786 * g - 18.214 * b) / 255
    half = [c.reshape(HEIGHT // 2, 2, -1, 2).mean((1, 3)) for c in (u, v)]
    return y.astype(np.uint8), half[0].astype(np.uint8), half[1].astype(np.uint8)
