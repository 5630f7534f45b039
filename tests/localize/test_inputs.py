"""Bad and odd input: each works or ends in one typed line, exit 2, with the other inputs still done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localize.cli import inputs
from localize.errors import InputError, MediaError, OptionError, SidecarError, one_line
from localize.media import ffmpeg, probe
from localize.pipeline.admit import episode_name
from localize.series import cast
from localize.series.bible import open_bible
from localize.transcript import dialogue_list, dialogue_table


def make(
    path: Path,
    *options: str,
    seconds: float = 2.0,
    size: str = "360x640",
    sound: str = "sine=f=300",
    picture: bool = True,
) -> Path:
    """A small file by ffmpeg: a test picture and a tone, unless the options say otherwise."""
    argv = ["-v", "error"]
    if picture:
        argv += ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=24:d={seconds}"]
    if sound:
        argv += ["-f", "lavfi", "-i", f"{sound}:d={seconds}" if "=" in sound else f"{sound}=d={seconds}"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"] if picture else []
    ffmpeg.run([*argv, *codecs, *options, ffmpeg.url(path)])
    return path


def test_no_sound_no_picture_and_nothing_are_named(tmp_path: Path) -> None:
    silent = make(tmp_path / "a.mp4", sound="")
    with pytest.raises(MediaError, match="no sound"):
        probe.probe(silent)
    only_sound = make(tmp_path / "b.mp4", picture=False)
    with pytest.raises(MediaError, match="no picture"):
        probe.probe(only_sound)
    empty = tmp_path / "c.mp4"
    empty.touch()
    with pytest.raises(MediaError, match="empty"):
        probe.probe(empty)
    text = tmp_path / "d.mp4"
    text.write_text("this is not a video\n" * 100)
    with pytest.raises(MediaError, match="cannot be read as video"):
        probe.probe(text)
    with pytest.raises(InputError, match="no such file"):
        probe.probe(tmp_path / "none.mp4")


@pytest.mark.parametrize("flags", [(), ("-movflags", "+faststart")])
def test_a_cut_off_file_is_refused(tmp_path: Path, flags: tuple[str, ...]) -> None:
    whole = make(tmp_path / "a.mp4", *flags, seconds=6)
    data = whole.read_bytes()
    part = tmp_path / "b.mp4"
    part.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match=r"cut off|cannot be read"):
        probe.probe(part)


def test_odd_files_are_read_as_they_are(tmp_path: Path) -> None:
    turned = make(tmp_path / "t.mp4", size="640x360")
    rotated = tmp_path / "r.mp4"
    ffmpeg.run(
        ["-v", "error", "-display_rotation", "90", "-i", ffmpeg.url(turned), "-c", "copy", ffmpeg.url(rotated)]
    ) if ("-display_rotation" in ffmpeg.run(["-h", "full"])[0].decode(errors="replace")) else ffmpeg.run(
        ["-v", "error", "-i", ffmpeg.url(turned), "-c", "copy", "-metadata:s:v", "rotate=90", ffmpeg.url(rotated)]
    )
    found = probe.probe(rotated)
    assert found.rotation in (90, 270)
    assert probe.is_vertical(found)
    assert not probe.is_vertical(probe.probe(turned))
    surround = make(tmp_path / "s.mp4", "-ac", "6", "-c:a", "aac")
    assert probe.probe(surround).channels == 6
    assert ffmpeg.decode(surround).shape[1] == 2
    low = make(tmp_path / "m.mkv", "-ac", "1", "-ar", "8000", "-c:a", "pcm_s16le")
    assert probe.probe(low).sample_rate == 8000
    odd = make(tmp_path / "o.mkv", "-vf", "scale=541:961", "-pix_fmt", "yuv444p")
    assert (probe.probe(odd).width, probe.probe(odd).height) == (541, 961)
    vfr = make(tmp_path / "v.mp4", "-vf", r"select=not(mod(n\,5))+gt(n\,24)", "-vsync", "vfr", seconds=3)
    assert probe.probe(vfr).duration_ms == pytest.approx(3000, abs=120)


def test_late_sound_stands_where_it_stands(tmp_path: Path) -> None:
    """Sound that starts at 1 s is decoded with a second of silence before it."""
    source = make(tmp_path / "a.mp4", seconds=3)
    late = tmp_path / "late.mp4"
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(source), "-itsoffset", "1", "-i", ffmpeg.url(source), "-map", "0:v", "-map", "1:a",
                "-c", "copy", ffmpeg.url(late)])  # fmt: skip
    samples = ffmpeg.decode(late, 16_000, 1)[:, 0]
    assert abs(samples[:15_000]).max() < 0.001
    assert abs(samples[17_000:18_000]).max() > 0.01


@pytest.mark.parametrize(
    "name",
    ["a b.mp4", 'it\'s "q".mp4', "-rf.mp4", "नमस्ते.mp4", "a\nb.mp4", "50% #1?.mp4", "a:b.mp4", "x" * 180 + ".mp4"],
)
def test_any_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, seconds=1)
    assert probe.probe(path).duration_ms == pytest.approx(1000, abs=60)
    assert len(ffmpeg.decode(path)) > 40_000
    folder = episode_name(path)
    assert folder.isprintable()
    assert folder not in (".", "..")
    assert folder[0] not in ".-"
    assert "/" not in folder


def test_errors_are_one_line_whatever_is_in_the_name() -> None:
    text = str(MediaError("the file\nis empty", "a\nb\x07.mp4", "upload it again"))
    assert "\n" not in text
    assert "\x07" not in text
    assert one_line("x" * 999, 50) == "x" * 49 + "…"


SRT = "1\n00:00:01,000 --> 00:00:02,000\nSUMMER: ¿Dónde está?\n\n2\n00:00:02,500 --> 00:00:03,000\n<i>Aquí.</i>\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_subtitles_are_read_in_what_studios_write(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "E.srt"
    path.write_bytes(SRT.replace("\n", "\r\n").encode(encoding))
    one, two = dialogue_list.lines_of(path, 10_000).lines
    assert (one.speaker, one.text, one.start_ms) == ("Summer", "¿Dónde está?", 1000)
    assert two.text == "Aquí."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no line"),
        ("hello\n", "no line"),
        ("1\n00:00:50,000 --> 00:00:52,000\nx\n", "after the episode's end"),
    ],
)
def test_a_bad_subtitle_file_names_its_cue(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "E.srt"
    path.write_text(text)
    with pytest.raises(SidecarError, match=words):
        dialogue_list.lines_of(path, 10_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("start,end,speaker,text\n1,2,Summer\n", "row 2"),
        ("start,end,speaker,text\n1,2,Summer,Hi\n3,x,Grant,Hi\n", "row 3"),
        ("a,b\n1,2\n", "columns"),
        ("start,end,speaker,text\n", "no line"),
    ],
)
def test_a_bad_dialogue_list_names_its_row(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "E.dialogue.csv"
    path.write_text(text)
    with pytest.raises(SidecarError, match=words):
        dialogue_list.lines_of(path, 10_000)


def test_a_good_dialogue_list(tmp_path: Path) -> None:
    path = tmp_path / "E.dialogue.csv"
    path.write_text(
        'start,end,speaker,text\n1.5,2.25,Summer,"Come, now."\n00:00:03,000,x,y\n'.replace("00:00:03,000,x,y\n", "")
    )
    (line,) = dialogue_list.lines_of(path, 10_000).lines
    assert (line.start_ms, line.end_ms, line.speaker, line.text) == (1500, 2250, "Summer", "Come, now.")
    assert dialogue_table.clock("01:02:03,450", "") == 3_723_450


@pytest.mark.parametrize(
    "text",
    [
        "[Summer]\nregister = 'x'\n",
        "[Summer]\nvoice = 'ef_dora'\n",
        "Summer = 1\n",
        "[Summer\n",
        "[Summer]\nspeed = 'fast'\n",
    ],
)
def test_a_bad_cast_is_named(text: str) -> None:
    with pytest.raises(SidecarError, match=r"cast\.toml"):
        cast.parse(text, "cast.toml")


@pytest.mark.parametrize("series", ["../x", "a/b", "", "..", "a\x00b"])
def test_a_series_is_a_folder_name(settings, series: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OptionError):
        open_bible(settings, series)


def test_binary_and_huge_text_files_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "E.srt"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(SidecarError):
        dialogue_list.lines_of(binary, 1000)
    with binary.open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(SidecarError, match="MiB"):
        dialogue_list.lines_of(binary, 1000)


def test_inputs_are_gathered_and_clashes_named(tmp_path: Path) -> None:
    for folder in ("one", "two", "none"):
        (tmp_path / folder).mkdir()
    for name in ("one/E1.mp4", "one/E2.MOV", "one/notes.txt", "two/E1.mp4"):
        (tmp_path / name).touch()
    paths, bad = inputs.inputs([tmp_path / "one", tmp_path / "two" / "E1.mp4", tmp_path / "none"])
    assert [p.name for p in paths] == ["E1.mp4", "E2.MOV"]
    assert len(bad) == 2
    assert "same episode name" in bad[1] + bad[0]


def cli(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LOCALIZE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "localize", *arguments],
        capture_output=True,
        text=True,
        env=env,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    "options",
    [("--market", "mars"), ("--source-lang", "?!"), ("--series", "../x")],
)
def test_a_bad_option_is_one_line_and_exit_two(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = make(tmp_path / "a.mp4", seconds=1)
    done = cli(tmp_path / "home", "run", str(path), *options, "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.models
def test_unusable_episodes_do_not_stop_the_others(tmp_path: Path) -> None:
    """Silence, music and an empty file are named; the episode among them is still done."""
    silence = make(tmp_path / "silence.mp4", sound="anullsrc=r=48000:cl=stereo", seconds=2)
    music = make(tmp_path / "music.mp4", sound="sine=f=220", seconds=3)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    spoken = make(tmp_path / "spoken.mp4", seconds=3)
    (tmp_path / "spoken.srt").write_text("1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")
    done = cli(
        tmp_path / "home", "run", str(silence), str(music), str(empty), str(spoken),
        "--market", "us", "--source-lang", "en", "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    errors = [row for row in done.stderr.splitlines() if row.startswith("error: ")]
    assert len(errors) == 3, done.stderr
    assert any("silent" in e for e in errors)
    assert any("nobody speaks" in e for e in errors)
    assert "Traceback" not in done.stderr
    folder = tmp_path / "out" / "untitled" / "spoken" / "us"
    assert (folder / "manifest.json").is_file()
    assert (folder / "spoken.us.mp4").is_file()
