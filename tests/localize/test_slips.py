"""Slips on the command line: one line that says what, where and what to do, before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localize import files
from localize.cli import main as cli
from localize.cli.inputs import inputs
from localize.errors import SidecarError
from localize.series import cast, glossary
from localize.service.rules import rules_of
from localize.settings import ADDRESS, load_settings
from tests.service.conftest import free_port


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (["bible", "export", "untitled", "{here}/file"], "cannot be made"),
        (["glossary", "check", "nosuch"], "has no folder"),
        (["glossary", "export", "nosuch", "{here}/x.csv"], "has no folder"),
        (["demo", "{here}/demo", "--episode", "E99"], "choose from E01"),
        (["memory", "add", "--series", "untitled", "--lang", "es-419", "", ""], "must have words"),
        (["cast", "enrol", "--series", "untitled", "--character", " ", "{here}/file"], "is empty"),
        (["export", "{here}", "{here}/x.xlf"], "holds no report.json"),
        (["gc", "--keep-days", "nan"], "is no number of days"),
        (["gc", "--keep-days=-1"], "is no number of days"),
        (["models", "pull", "--for", "latam", "ge2e-resemblyzer"], "name two sets"),
        (["bench", "mt", "--pair", "en:es", "--out", "{here}/nowhere/x.txt"], "cannot be written"),
    ],
)
def test_a_slip_is_one_line(
    argv: list[str], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path / "home"))
    (tmp_path / "file").write_text("")
    assert cli.main([a.format(here=tmp_path) for a in argv]) == 2
    said = capsys.readouterr().err.strip()
    assert what in said
    assert said.startswith("error: ")
    assert " -> " in said
    assert "\n" not in said


def test_what_is_not_known_in_a_file_is_named() -> None:
    with pytest.raises(SidecarError, match="patience_minutes must be a number, not 'x'"):
        rules_of(b'patience_minutes = "x"', "night/series.toml")
    with pytest.raises(SidecarError, match="has 'markts', and knows only wait_for"):
        rules_of(b'markts = ["us"]', "night/series.toml")
    with pytest.raises(SidecarError, match="a key that is not known: voic"):
        cast.parse('[Bob]\nvoic = "x"', "night/cast.toml")
    with pytest.raises(SidecarError, match="dnt 'maybe' is unknown"):
        glossary.parse("term,dnt,es\nSummer,maybe,Verano\n", "night/terms.csv")
    assert glossary.parse("term,dnt,es\nSummer,Sí,\n", "night/terms.csv").terms[0].dnt
    with pytest.raises(SidecarError, match="is no table"):
        cast.parse('Bob = "x"', "night/cast.toml")


def test_a_voice_that_is_not_there_is_found_before_anything_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALIZE_GLOSSARIES", str(tmp_path))
    (tmp_path / "night").mkdir()
    (tmp_path / "night/cast.toml").write_text('[Bob]\nvoices = { "es419" = "em_alex", "es-419" = ["em_alex", "em_alexx"] }\n')
    assert cli.main(["glossary", "check", "night"]) == 2
    said = capsys.readouterr().out
    assert "[Bob] has a voice for 'es419', no language of here" in said
    assert "[Bob] kokoro: no voice 'em_alexx'" in said
    assert "2 findings" in said


def test_one_file_by_two_spellings_is_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/E01.mp4").write_bytes(b"x")
    (tmp_path / "E01.mp4").write_bytes(b"y")
    paths, unusable = inputs([tmp_path / "a/E01.mp4", tmp_path / "a/../a/E01.mp4"])
    assert (paths, unusable) == ([tmp_path / "a/E01.mp4"], [])
    assert len(inputs([tmp_path / "a/E01.mp4", tmp_path / "E01.mp4"])[1]) == 1


def test_a_series_without_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path / "home"))
    argv = ["run", str(tmp_path / "none.mp4"), "--market", "us", "--out", str(tmp_path / "out")]
    assert cli.main([*argv, "--series", "nosuch"]) == 2
    assert "note: series 'nosuch' has no folder" in capsys.readouterr().err
    assert cli.main(argv) == 2
    assert "note: series" not in capsys.readouterr().err


def test_a_service_is_not_started_where_another_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    from flows import up

    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path))
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert up.main(["start", "--port", str(port)]) == 2
        assert f"port {port}: another program listens there -> choose another one" in capsys.readouterr().err
        assert not (tmp_path / "service").exists()
    assert up.main(["start", "--port", str(port), "--workers", "0"]) == 2
    assert "--workers 0 would make nothing" in capsys.readouterr().err


def test_commands_find_the_service_of_their_home_and_a_start_does_not_keep_the_last_ones_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import up

    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path))
    monkeypatch.delenv("LOCALIZE_BUCKET", raising=False)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert (load_settings().bucket, load_settings().server) == ("", "")
    (tmp_path / "service").mkdir()
    address = {"LOCALIZE_BUCKET": "s3://studio", "PREFECT_API_URL": "http://127.0.0.1:4200/api"}
    (tmp_path / ADDRESS).write_text(json.dumps(address))
    assert (load_settings().bucket, load_settings().server) == tuple(address.values())
    assert up._environment(4201)["LOCALIZE_BUCKET"] == f"file://{tmp_path / 'bucket'}"
    monkeypatch.setenv("LOCALIZE_BUCKET", "s3://another")
    assert load_settings().bucket == up._environment(4201)["LOCALIZE_BUCKET"] == "s3://another"
    (tmp_path / ADDRESS).write_text("[")
    monkeypatch.delenv("LOCALIZE_BUCKET")
    assert load_settings().bucket == ""


def test_a_place_that_is_looked_at_keeps_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "best.txt").write_text("of the last measurement")
    files.check_place(tmp_path / "best.txt")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"best.txt": "of the last measurement"}
