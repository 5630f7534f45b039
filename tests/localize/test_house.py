"""Rules of the house that a reader relies on."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from localize.settings import ROOT


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return found | {
        (n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level
    }


def test_the_library_never_imports_prefect_or_flows() -> None:
    for path in (ROOT / "localize").rglob("*.py"):
        assert not {"prefect", "flows"} & imports(path), path


def test_media_files_are_opened_in_a_process_of_their_own_only() -> None:
    """A file that ends the library that reads it must not end the run."""
    users = {path.name for path in (ROOT / "localize").rglob("*.py") if "av" in imports(path)}
    assert users == {"probe_child.py"}


def test_the_environment_is_read_in_settings_alone() -> None:
    for path in (ROOT / "localize").rglob("*.py"):
        if path.name != "settings.py":
            text = path.read_text(encoding="utf-8")
            if path == ROOT / "localize" / "__init__.py":  # tells numpy one thing, before it is loaded
                text = text.replace('os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")', "")
            assert "os.environ" not in text, path
            assert "getenv" not in text, path


def test_modules_are_read_in_one_sitting() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in (ROOT / "localize").rglob("*.py")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 350
    }
    assert long == {}


def test_a_status_question_loads_no_engine() -> None:
    """`localize models list` and a rerun must not pay for imports that only engines need."""
    code = (
        "import sys, localize.cli.run, localize.pipeline.episode, localize.cli.tables; "
        "heavy = {'onnxruntime', 'ctranslate2', 'faster_whisper', 'kokoro_onnx', 'torch', 'prefect', 'scipy', 'cv2', 'httpx'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
