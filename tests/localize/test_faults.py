"""What the night brings: names of any bytes, things in the way, faults nobody foresaw, and kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localize import settings
from localize.errors import OptionError, ToolError
from localize.media import ffmpeg, probe
from localize.pipeline import results
from localize.session import Session, open_session
from tests.localize.test_inputs import cli, make

LINE = "1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n"


def episode(folder: Path, name: str = "E1", seconds: float = 3) -> Path:
    """A short file with a transcript beside it, so that nothing needs recognition."""
    path = make(folder / f"{name}.mp4", seconds=seconds)
    (folder / f"{name}.srt").write_text(LINE)
    return path


def run(
    tmp_path: Path, *inputs: str, market: str = "us", series: str = "untitled", out: str = "out"
) -> subprocess.CompletedProcess[str]:
    return cli(
        tmp_path / "home", "run", *inputs, "--market", market, "--series", series, "--source-lang", "en", "--out", str(tmp_path / out)
    )  # fmt: skip


@pytest.mark.models
def test_names_too_long_or_of_other_bytes_do_not_stop_the_run(tmp_path: Path) -> None:
    long = tmp_path / ("L" * 245 + ".mp4")
    good = episode(tmp_path)
    good.rename(long)
    odd = Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/bad\xff.mp4"))
    episode(tmp_path, "b").rename(odd)
    last = episode(tmp_path, "last")
    done = run(tmp_path, str(long), str(odd), "y" * 5000 + ".mp4", str(last))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out" / "untitled" / "last" / "us" / "manifest.json").is_file()


@pytest.mark.models
def test_something_in_the_way_is_one_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    one, two = episode(tmp_path, "one"), episode(tmp_path, "two")
    (tmp_path / "out" / "untitled" / "one").mkdir(parents=True)
    (tmp_path / "out" / "untitled" / "one" / "us").touch()
    done = run(tmp_path, str(one), str(two))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert (tmp_path / "out" / "untitled" / "two" / "us" / "manifest.json").is_file()


def test_an_out_that_cannot_be_written_is_said_before_any_work(tmp_path: Path) -> None:
    path = episode(tmp_path)
    (tmp_path / "file").touch()
    done = run(tmp_path, str(path), out="file/[/b]")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--out" in done.stderr


@pytest.mark.models
def test_a_voice_that_is_not_there_names_the_cast_and_is_unusable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "glossaries" / "s"
    folder.mkdir(parents=True)
    (folder / "cast.toml").write_text('[S1]\nvoices = { "pt-BR" = "nobody" }\n')
    monkeypatch.setenv("LOCALIZE_GLOSSARIES", str(tmp_path / "glossaries"))
    done = run(tmp_path, str(episode(tmp_path)), market="brazil", series="s")
    assert done.returncode == 2, done.stderr
    assert "cast.toml [S1]: no voice 'nobody' for pt-BR" in done.stderr


def test_a_damaged_memory_is_said_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "glossaries" / "s"
    folder.mkdir(parents=True)
    (folder / "memory.pt-BR.tmx").write_text("<tmx><bad")
    monkeypatch.setenv("LOCALIZE_GLOSSARIES", str(tmp_path / "glossaries"))
    done = run(tmp_path, str(episode(tmp_path)), market="brazil", series="s")
    assert done.returncode == 2
    assert "memory.pt-BR.tmx" in done.stderr


def test_bad_environment_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match="LOCALIZE_THREADS"):
        settings.load_settings({"LOCALIZE_THREADS": "-3", "HOME": str(tmp_path)})
    monkeypatch.setattr(ffmpeg, "binary", lambda: "/nope/ffmpeg")
    with pytest.raises(ToolError, match="cannot be started"):
        ffmpeg.run(["-version"])


def test_an_unforeseen_fault_is_written_out_and_named(session: Session) -> None:
    try:
        raise KeyError("surprise")
    except KeyError as error:
        result = results.failed(session, "E1", "us", error)
    assert "surprise" in result.error
    (path,) = (session.settings.home / "faults").glob("*.txt")
    assert "Traceback" in path.read_text()
    assert str(path) in result.error


def test_a_transport_stream_counts_from_its_own_start(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.mp4", seconds=3)
    stream = tmp_path / "a.ts"
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(whole), "-c", "copy", ffmpeg.url(stream)])
    assert probe.probe(stream).duration_ms == pytest.approx(3000, abs=60)
    back = tmp_path / "b.mp4"
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(stream), "-map", "0:v", "-c", "copy", ffmpeg.url(back)])
    assert probe.packet_hashes(back) != probe.packet_hashes(stream)
    assert probe.same_picture(back, stream)
    other = make(tmp_path / "c.mp4", seconds=3, size="360x642")
    assert not probe.same_picture(other, stream)


@pytest.mark.models
@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """SIGKILL at several moments: never a manifest over half a set, and the rerun finishes and then reuses all."""
    path = episode(tmp_path, seconds=4)
    out = tmp_path / "out" / "untitled" / "E1" / "brazil"
    argv = [
        sys.executable,
        "-m",
        "localize",
        "run",
        str(path),
        "--market",
        "brazil",
        "--source-lang",
        "en",
        "--out",
        str(tmp_path / "out"),
    ]
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}
    for delay in (1.5, 3.0, 4.5, 6.0):
        process = subprocess.Popen(
            argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if (out / "manifest.json").exists():
            manifest = json.loads((out / "manifest.json").read_text())
            assert all((out / name).stat().st_size == facts["bytes"] for name, facts in manifest["files"].items())
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    assert (out / "manifest.json").is_file()
    assert not list(out.parent.glob(".brazil.*.part"))
    again = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert "as before" in again.stdout
    ledger = open_session("untitled", settings.load_settings(env)).ledger
    spoken = ledger.db.all("SELECT subject, count(*) FROM steps WHERE name='speak' GROUP BY key")
    assert spoken
    assert all(times == 1 for _subject, times in spoken)
