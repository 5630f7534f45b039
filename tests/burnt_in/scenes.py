"""Test pictures with subtitles drawn in: moving backgrounds with cuts, and text whose every frame is known.

The dialogue was written for this project. Frames are drawn with Pillow and piped to ffmpeg one at a time.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-{}.ttc"
SIMPLIFIED = 2  # the face's number in the collection


@dataclass(frozen=True)
class Style:
    """How subtitles are drawn; sizes are shares of the picture's shorter side, `y` of its height."""

    fill: tuple[int, int, int] = (255, 255, 255)
    outline: tuple[int, int, int] | None = (0, 0, 0)
    stroke: float = 0.09  # of the size
    size: float = 0.05
    y: float = 0.74
    font: str = SANS
    weight: str = "Bold"
    box: int = 0  # opacity of a box behind the text
    shadow: bool = False
    fade_frames: int = 0
    reveal_frames: int = 0  # frames from one character to the next
    sweep: tuple[int, int, int] | None = None  # the colour that runs over the text while it is said


@dataclass(frozen=True)
class Said:
    """A subtitle: frames [first, last) and its rows; `other` is the second language's row."""

    first: int
    last: int
    rows: tuple[str, ...]
    other: str = ""

    @property
    def text(self) -> str:
        return "".join(self.rows)


@dataclass(frozen=True)
class Sign:
    """Other text: a share of width and height for its middle, frames, and how it moves (pixels a frame)."""

    text: str
    x: float
    y: float
    first: int
    last: int
    size: float = 0.05
    fill: tuple[int, int, int] = (235, 235, 235)
    board: tuple[int, int, int] | None = None
    move: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Scene:
    name: str
    width: int
    height: int
    seconds: float
    style: Style = Style()
    said: tuple[Said, ...] = ()
    signs: tuple[Sign, ...] = ()
    fps: int = 25
    seed: int = 0
    light: tuple[int, int] = (20, 190)  # darkest and brightest of the background
    extra: list[str] = field(default_factory=list)  # further arguments of ffmpeg's output

    @property
    def frames(self) -> int:
        return round(self.seconds * self.fps)


def lines(
    texts: list[str | tuple[str, ...]], others: list[str] = (), fps: int = 25, start: float = 0.7
) -> tuple[Said, ...]:  # type: ignore[assignment]
    """Subtitles one after the other: some touch, some stand apart, as long as one needs to read them."""
    out, at = [], round(start * fps)
    for n, text in enumerate(texts):
        rows = (text,) if isinstance(text, str) else text
        length = round(max(0.6, 0.13 * sum(map(len, rows)) + 0.35) * fps) + n % 4
        out.append(Said(at, at + length, rows, others[n] if n < len(others) else ""))
        at += length + (0, round(0.45 * fps), 3, round(0.9 * fps))[n % 4]
    return tuple(out)


def write(scene: Scene, folder: Path, sound: bool = True) -> Path:
    """The scene as H.264 in MP4, with a quiet tone as sound."""
    target = folder / f"{scene.name}.mp4"
    argv = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{scene.width}x{scene.height}"]
    argv += ["-r", str(scene.fps), "-i", "pipe:", "-f", "lavfi", "-i", "sine=220:sample_rate=48000", "-shortest"]
    argv += [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-crf",
        "23",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        *scene.extra,
    ]
    encoder = subprocess.Popen([*argv, str(target)], stdin=subprocess.PIPE)
    assert encoder.stdin is not None
    for frame in draw(scene):
        encoder.stdin.write(frame.tobytes())
    encoder.stdin.close()
    if encoder.wait():
        raise RuntimeError(f"ffmpeg could not write {target}")
    return target


def draw(scene: Scene) -> Any:
    """Frames, shape (height, width, 3), RGB."""
    rng = np.random.default_rng(scene.seed)
    world, mask = _world(scene, rng), {}
    drawn = [_subtitle(scene, said) for said in scene.said]
    signs = [_sign(scene, sign) for sign in scene.signs]
    room_y, room_x = world.shape[0] - scene.height, world.shape[1] - scene.width
    shot_length, path = round(2.7 * scene.fps), None
    del mask
    for n in range(scene.frames):
        if n % shot_length == 0:
            path = rng.uniform(0, 1, 2), rng.uniform(-1, 1, 2)
        assert path is not None
        where = np.clip(path[0] + path[1] * (n % shot_length) / shot_length * 0.5, 0, 1) * (room_y, room_x)
        top, left = int(where[0]), int(where[1])
        frame = world[top : top + scene.height, left : left + scene.width].copy()
        for sign, layer in zip(scene.signs, signs, strict=True):
            if sign.first <= n < sign.last:
                moved = (np.array(sign.move) * (n - sign.first)).astype(int)
                _blend(
                    frame, layer, round(sign.x * scene.width) + moved[0], round(sign.y * scene.height) + moved[1], 1.0
                )
        for said, layers in zip(scene.said, drawn, strict=True):
            if said.first <= n < said.last:
                _show(scene, said, layers, frame, n)
        yield frame


def _show(scene: Scene, said: Said, layers: list[tuple[Image.Image, ...]], frame: np.ndarray, n: int) -> None:
    style, size = scene.style, scene.style.size * min(scene.width, scene.height)
    alpha = 1.0
    if style.fade_frames:
        alpha = min(1.0, (n - said.first + 1) / style.fade_frames, (said.last - n) / style.fade_frames)
    shown = (n - said.first) // style.reveal_frames + 1 if style.reveal_frames else 10**6
    for row, (layer, swept) in enumerate(layers):
        y = round(style.y * scene.height + row * 1.35 * size)
        if style.reveal_frames:
            total = len(said.rows[row]) if row < len(said.rows) else 1
            _blend(frame, layer, scene.width // 2, y, alpha, min(1.0, shown / total))
        else:
            _blend(frame, layer, scene.width // 2, y, alpha)
        if style.sweep:
            _blend(frame, swept, scene.width // 2, y, alpha, min(1.0, (n - said.first) / (said.last - said.first)))


def _blend(frame: np.ndarray, layer: Image.Image, x: int, y: int, alpha: float, share: float = 1.0) -> None:
    """Lay an RGBA picture with its middle on (x, y), only its left `share`."""
    pixels = np.asarray(layer)
    left, top = x - layer.width // 2, y - layer.height // 2
    pixels = pixels[:, : round(layer.width * share)]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(frame.shape[1], left + pixels.shape[1]), min(frame.shape[0], top + pixels.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = pixels[y0 - top : y1 - top, x0 - left : x1 - left]
    a = part[..., 3:].astype(np.float32) / 255 * alpha
    under = frame[y0:y1, x0:x1]
    frame[y0:y1, x0:x1] = (under * (1 - a) + part[..., :3] * a + 0.5).astype(np.uint8)


def _subtitle(scene: Scene, said: Said) -> list[tuple[Image.Image, ...]]:
    style, size = scene.style, scene.style.size * min(scene.width, scene.height)
    rows = [(t, size) for t in said.rows] + ([(said.other, size * 0.6)] if said.other else [])
    out = []
    for text, points in rows:
        plain = _text(text, points, style, style.fill)
        out.append((plain, _text(text, points, style, style.sweep) if style.sweep else plain))
    return out


def _text(text: str, points: float, style: Style, fill: tuple[int, int, int]) -> Image.Image:
    font = ImageFont.truetype(style.font.format(style.weight), round(points), index=SIMPLIFIED)
    stroke = max(1, round(points * style.stroke)) if style.outline else 0
    pad = round(points * 0.3) + stroke
    box = font.getbbox(text, stroke_width=stroke)
    image = Image.new(
        "RGBA", (round(box[2] - box[0]) + 2 * pad, round(box[3] - box[1]) + 2 * pad), (0, 0, 0, style.box)
    )
    at = (pad - box[0], pad - box[1])
    if style.shadow:
        shade = Image.new("RGBA", image.size)
        off = max(1, round(points * 0.05))
        ImageDraw.Draw(shade).text((at[0] + off, at[1] + off), text, font=font, fill=(0, 0, 0, 255))
        soft = shade.filter(ImageFilter.GaussianBlur(max(1.0, points * 0.06)))
        image = Image.alpha_composite(Image.alpha_composite(image, soft), soft)
    ImageDraw.Draw(image).text(
        at, text, font=font, fill=(*fill, 255), stroke_width=stroke, stroke_fill=(*(style.outline or fill), 255)
    )
    return image


def _sign(scene: Scene, sign: Sign) -> Image.Image:
    points = sign.size * min(scene.width, scene.height)
    font = ImageFont.truetype(SANS.format("Bold"), round(points), index=SIMPLIFIED)
    probe = ImageDraw.Draw(Image.new("RGBA", (1, 1)))
    box = probe.multiline_textbbox((0, 0), sign.text, font=font, spacing=points * 0.4)
    pad = round(points * 0.5)
    image = Image.new("RGBA", (int(box[2] - box[0]) + 2 * pad, int(box[3] - box[1]) + 2 * pad))
    draw = ImageDraw.Draw(image)
    if sign.board:
        draw.rectangle((0, 0, *image.size), fill=(*sign.board, 255))
    draw.multiline_text(
        (pad - box[0], pad - box[1]), sign.text, font=font, fill=(*sign.fill, 255), spacing=points * 0.4
    )
    return image


def _world(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """A picture wider and higher than the frame, of soft colour, edges and grain, for the camera to move over."""
    height, width = scene.height * 3 // 2, scene.width * 3 // 2
    low, high = scene.light
    small = rng.uniform(low, high, (14, 12, 3)).astype(np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(70):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        w, h = rng.uniform(0.03, 0.2, 2) * width
        colour = tuple(int(c) for c in rng.uniform(low, high, 3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape(
            (x, y, x + w, y + h), fill=colour, outline=tuple(int(c * 0.7) for c in colour), width=max(1, width // 300)
        )
    for _ in range(40):
        x, y = rng.uniform(0, width, 2), rng.uniform(0, height, 2)
        draw.line(
            (x[0], y[0], x[1], y[1]), fill=tuple(int(c) for c in rng.uniform(low, high, 3)), width=max(1, width // 400)
        )
    pixels = np.asarray(image).astype(np.int16) + rng.normal(0, 4, (height, width, 1)).astype(np.int16)
    return np.clip(pixels, 0, 255).astype(np.uint8)
