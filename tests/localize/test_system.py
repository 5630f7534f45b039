"""Every program, font and dictionary that the code names is one that deploy/system.sh installs."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from localize.settings import ROOT

SYSTEM = (ROOT / "deploy/system.sh").read_text(encoding="utf-8")
STARTERS = {"run", "Popen", "check_output", "check_call"}
SOURCES = ("localize", "flows", "tests")


def calls(path: Path) -> list[ast.Call]:
    return [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]


def programs(path: Path) -> set[str]:
    """Names that are looked up on PATH, or that begin an argument list of subprocess, as they stand in the source."""
    found = set()
    for call in calls(path):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        first = call.args[0] if call.args else None
        if name == "which" and isinstance(first, ast.Constant):
            found.add(str(first.value))
        if name in STARTERS and isinstance(first, ast.List) and first.elts and isinstance(first.elts[0], ast.Constant):
            found.add(str(first.elts[0].value))
    return {Path(f).name for f in found if not f.startswith("-")}


def named() -> set[str]:
    return set().union(*(programs(p) for d in SOURCES for p in (ROOT / d).rglob("*.py")))


def everywhere(package: str) -> bool:
    """Whether every Debian system has a package."""
    argv = ["dpkg-query", "-W", "-f", "${Essential} ${Priority}", package]
    shown = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    return "yes" in shown or "required" in shown


def package(program: str) -> str:
    """The Debian package that brings a program; empty where it is not installed."""
    path = shutil.which(program)
    if path is None:
        return ""
    for shown in (path, str(Path(path).resolve()), path.removeprefix("/usr")):
        done = subprocess.run(["dpkg", "-S", shown], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(":")[0]
    return path


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="not a Debian system: packages cannot be asked")
def test_every_program_is_installed_by_its_own_files() -> None:
    known = named()
    assert {"ffmpeg", "apertium", "chromium"} <= known  # the search sees what there is
    unnamed = {}
    for program in known:
        brings = package(program)
        if brings and everywhere(brings):
            continue
        # a machine may have it from elsewhere: another package than Debian's, which has the program's own name
        if not re.search(rf"\s({re.escape(brings or program)}|{re.escape(program)})$", SYSTEM, re.MULTILINE):
            unnamed[program] = brings or "not installed"
    assert unnamed == {}


def test_every_font_and_dictionary_is_installed_by_its_own_files() -> None:
    languages = tomllib.loads((ROOT / "localize/languages.toml").read_text(encoding="utf-8"))["language"]
    fonts = {row.get("font", "Noto Sans") for row in languages.values()}
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout
    missing = {f for f in fonts if not re.search(rf"^{re.escape(f)}(,|$)", listed, re.MULTILINE)}
    assert missing == set()
    assert "fonts-noto-core" in SYSTEM
    for tag in ("en_US", "es_MX", "pt_BR", "hi_IN"):
        assert f"/usr/share/hunspell/{tag}.dic" in SYSTEM
        assert Path(f"/usr/share/hunspell/{tag}.dic").is_file()
