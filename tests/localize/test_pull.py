"""Pulls from a rough hub: what breaks, refuses, lies or runs out of room ends in the right bytes or a clear sentence."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localize.errors import DownloadError, ModelError, ModelMissing
from localize.models import pull, record, registry, request
from localize.models.download import Patience
from localize.settings import Settings, load_settings
from tests.localize.rough_hub import COMMIT, FAULTS, RoughHub, serve

WEIGHTS = random.Random(1).randbytes(700_000)
CONFIG = b'{"layers": 6}\n'
FILES = {"model.bin": WEIGHTS, "config.json": CONFIG}
QUICK = Patience(answer_s=2.0, read_s=0.4, tries=4, pause_s=0.0, longest_s=0.2, rest_s=0.3)
PULLS = int(os.environ.get("LOCALIZE_TEST_PULLS", "20"))
SLACK = 64 << 10  # what a connection that breaks may hold in its buffers


def table(pinned: bool, revision: str = COMMIT, size: int = len(WEIGHTS)) -> str:
    text = f"""
[[model]]
id = "toy"
task = "mt"
languages = ["en->hi"]
licence = "MIT"
commercial_use = true
[[model.source]]
kind = "hub"
repo = "some/toy"
revision = "{revision}"
"""
    for name, data in FILES.items():
        digest = f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n' if pinned else ""
        text += f'[[model.file]]\nname = "{name}"\nbytes = {size if name == "model.bin" else len(data)}\n{digest}'
    return text


@pytest.fixture
def hub() -> Iterator[RoughHub]:
    request.resting.clear()
    with serve(RoughHub(dict(FILES))) as state:
        yield state


def opened(folder: Path, url: str, text: str, token: str = "") -> tuple[registry.Registry, Settings]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models.toml").write_text(text, encoding="utf-8")
    env = {"HOME": str(folder), "LOCALIZE_MODELS": str(folder / "models"), "LOCALIZE_HUB": url, "HF_TOKEN": token,
           "LOCALIZE_MODELS_TOML": str(folder / "models.toml")}  # fmt: skip
    found = load_settings(env)
    return registry.load(found), found


def bring(folder: Path, url: str, text: str, token: str = "", patience: Patience = QUICK) -> registry.Registry:
    known, found = opened(folder, url, text, token)
    pull.pull(known, found, "toy", patience=patience)
    return known


def whole(known: registry.Registry) -> bool:
    folder = known.require("toy")
    return all((folder / name).read_bytes() == data for name, data in FILES.items())


@pytest.mark.parametrize("seed", range(PULLS))
def test_random_faults_end_in_the_right_bytes_or_a_clear_line(seed: int, tmp_path: Path, hub: RoughHub) -> None:
    chance = random.Random(seed)
    hub.random, hub.redirect = random.Random(seed), chance.random() < 0.5
    hub.faults = [chance.choice(FAULTS) for _ in range(chance.randrange(1, 12))]
    text, said = table(pinned=chance.random() < 0.5), ""
    try:
        known = bring(tmp_path, hub.url, text)
        assert whole(known)
    except ModelMissing as error:
        said = str(error)
    assert not said or ("tried hub (" in said and ("model.bin" in said or "config.json" in said))
    folder = tmp_path / "models" / "toy"
    for name, data in FILES.items():
        if (folder / name).is_file():
            assert (folder / name).read_bytes() == data, "no wrong byte under a real name"
    hub.faults.clear()
    time.sleep(0.3 if request.resting else 0)
    assert whole(bring(tmp_path, hub.url, text)), "what failed goes on and ends well"
    assert not hub.leaked


@pytest.mark.parametrize("redirect", [False, True])
def test_no_byte_is_fetched_twice_where_connections_break(redirect: bool, tmp_path: Path, hub: RoughHub) -> None:
    hub.faults, hub.redirect = ["cut"] * 9, redirect
    assert whole(bring(tmp_path, hub.url, table(pinned=False)))
    pieces = [(start, count) for path, start, count in hub.sent if path.endswith("model.bin")]
    assert len(pieces) > 4
    assert sum(count for _start, count in pieces) <= len(WEIGHTS) + SLACK * (len(pieces) - 1)
    assert {method for method, _path, _range in hub.requests} == {"GET"}


HONEST = ("none", "cut", "refuse", "slow", "no ranges", "short length", "long length")  # whatever comes is right


@pytest.mark.parametrize("seed", range(PULLS))
def test_no_range_is_asked_for_twice_beyond_one_chunk(seed: int, tmp_path: Path, hub: RoughHub) -> None:
    chance = random.Random(1000 + seed)
    hub.random, hub.redirect = random.Random(seed), chance.random() < 0.5
    hub.faults = [chance.choice(HONEST) for _ in range(chance.randrange(4, 16))]
    text, made = table(pinned=chance.random() < 0.5), False
    for _pull in range(40):
        try:
            made = whole(bring(tmp_path, hub.url, text))
            break
        except ModelMissing:
            time.sleep(0.3 if request.resting else 0)
    assert made
    here, times = 0, 0
    for asked, start, count in hub.asked["model.bin"]:
        assert asked >= here - SLACK * times, "what had come is not asked for again"
        here, times = max(here, start + count), times + 1
    assert here >= len(WEIGHTS)


@pytest.mark.parametrize("seed", range(4))
def test_a_pull_killed_at_any_moment_goes_on(seed: int, tmp_path: Path, hub: RoughHub) -> None:
    opened(tmp_path, hub.url, table(pinned=True))
    env = os.environ | {"HOME": str(tmp_path), "LOCALIZE_MODELS": str(tmp_path / "models"), "LOCALIZE_HUB": hub.url,
                        "LOCALIZE_MODELS_TOML": str(tmp_path / "models.toml"), "LOCALIZE_OFFLINE": "0"}  # fmt: skip
    code = "from localize.settings import load_settings; from localize.models import pull, registry\n"
    code += "s = load_settings(); pull.pull(registry.load(s), s, 'toy')\n"
    chance, killed = random.Random(seed), 0
    hub.drip = 0.01  # a second for the whole file
    for _pull in range(20):
        before = sum(count for _asked, _start, count in hub.asked["model.bin"])
        process = subprocess.Popen([sys.executable, "-c", code], env=env)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:  # until it fetches, and a moment longer
            if sum(count for _asked, _start, count in hub.asked["model.bin"]) > before:
                break
            time.sleep(0.01)
        time.sleep(chance.random() * 0.4)
        if process.poll() is None and killed < 5:
            process.kill()
            killed += 1
        if process.wait(timeout=60) == 0:
            break
    assert killed >= 2
    assert whole(bring(tmp_path, hub.url, table(pinned=True)))
    sent = sum(count for _asked, _start, count in hub.asked["model.bin"])
    assert sent <= len(WEIGHTS) + 2 * SLACK * (killed + 1), "a killed pull costs what was on its way"


def test_a_killed_pull_goes_on_where_it_stopped(tmp_path: Path, hub: RoughHub) -> None:
    opened(tmp_path, hub.url, table(pinned=True))
    code = (
        "import os, sys, signal; from localize.models import remote, job\n"
        "real = job.Job.land\n"
        "def land(self, file, part, *rest):\n"
        "    if file.name == sys.argv[1]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(self, file, part, *rest)\n"
        "job.Job.land = land\n"
        "from localize.settings import load_settings; from localize.models import pull, registry\n"
        "s = load_settings(); pull.pull(registry.load(s), s, 'toy')\n"
    )
    env = os.environ | {"HOME": str(tmp_path), "LOCALIZE_MODELS": str(tmp_path / "models"), "LOCALIZE_HUB": hub.url,
                        "LOCALIZE_MODELS_TOML": str(tmp_path / "models.toml"), "LOCALIZE_OFFLINE": "0"}  # fmt: skip
    for name in FILES:
        done = subprocess.run([sys.executable, "-c", code, name], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert whole(bring(tmp_path, hub.url, table(pinned=True)))
    for name, data in FILES.items():
        assert sum(count for path, _start, count in hub.sent if path.endswith(name)) == len(data)


def test_two_at_once_fetch_once(tmp_path: Path, hub: RoughHub) -> None:
    opened(tmp_path, hub.url, table(pinned=False))
    hub.faults = ["slow"] * 2
    env = os.environ | {"HOME": str(tmp_path), "LOCALIZE_MODELS": str(tmp_path / "models"), "LOCALIZE_HUB": hub.url,
                        "LOCALIZE_MODELS_TOML": str(tmp_path / "models.toml"), "LOCALIZE_OFFLINE": "0"}  # fmt: skip
    code = "from localize.settings import load_settings; from localize.models import pull, registry\n"
    code += "s = load_settings(); pull.pull(registry.load(s), s, 'toy')\n"
    both = [subprocess.Popen([sys.executable, "-c", code], env=env) for _ in range(2)]
    assert [p.wait(timeout=60) for p in both] == [0, 0]
    assert sum(count for _path, _start, count in hub.sent) == sum(map(len, FILES.values()))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("401", "wants a token -> set HF_TOKEN"),
        ("403", "gated, its terms must be accepted first"),
        ("404", "no such file, revision or repository there"),
        ("429", "HTTP 429: the server is busy"),
        ("500", "HTTP 500: the server failed"),
        ("503", "HTTP 503: the server is busy"),
        ("flip", "came with sha256"),
        ("silent", "no answer within"),
    ],
)
def test_each_refusal_says_what_it_is(fault: str, said: str, tmp_path: Path, hub: RoughHub) -> None:
    hub.faults = [fault] * 20
    # only silence is waited out: a hub that does answer, on a busy machine, must not be taken for a silent one
    answer_s = 0.3 if fault == "silent" else QUICK.answer_s
    with pytest.raises(ModelMissing) as caught:
        bring(tmp_path, hub.url, table(pinned=True), patience=Patience(answer_s=answer_s, read_s=0.3, tries=2, pause_s=0.0))
    assert said in str(caught.value).replace(": set HF_TOKEN", " -> set HF_TOKEN")


def test_a_busy_server_is_waited_for_as_long_as_it_asks_within_reason(tmp_path: Path, hub: RoughHub) -> None:
    hub.faults, hub.retry_after = ["429", "503"], "0.2"
    started = time.monotonic()
    assert whole(bring(tmp_path, hub.url, table(pinned=True)))
    assert time.monotonic() - started >= 0.4
    hub.faults, hub.retry_after = ["429"], "3600"
    (tmp_path / "models/toy/config.json").unlink()
    with pytest.raises(ModelMissing, match="asks to wait 3600 s"):
        bring(tmp_path, hub.url, table(pinned=True))


@pytest.mark.parametrize("redirect", [False, True])
def test_the_token_goes_to_the_hub_and_nowhere_else(redirect: bool, tmp_path: Path, hub: RoughHub) -> None:
    hub.token, hub.redirect = "hf_secret", redirect
    with pytest.raises(ModelMissing, match="HF_TOKEN"):
        bring(tmp_path, hub.url, table(pinned=True))
    with pytest.raises(ModelMissing, match="the token in HF_TOKEN is not accepted"):
        bring(tmp_path, hub.url, table(pinned=True), "hf_old")
    assert whole(bring(tmp_path, hub.url, table(pinned=True), "hf_secret"))
    assert not hub.leaked
    hub.gated = True
    (tmp_path / "models/toy/config.json").unlink()
    with pytest.raises(ModelMissing, match="accept its terms"):
        bring(tmp_path, hub.url, table(pinned=True), "hf_secret")


def test_what_came_first_is_recorded_beside_the_files_and_held_to(tmp_path: Path, hub: RoughHub) -> None:
    known = bring(tmp_path, hub.url, table(pinned=False, revision="main"))
    assert known.model("toy").held == "first come, then held"
    seen = record.read(tmp_path / "models/toy")
    assert seen.revision == COMMIT
    assert seen.files == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    (tmp_path / "models/toy/model.bin").unlink()
    hub.files["model.bin"] = WEIGHTS[:-1] + b"!"
    with pytest.raises(ModelMissing, match="came with sha256"):
        bring(tmp_path, hub.url, table(pinned=False, revision="main"))
    assert COMMIT in hub.requests[-1][1], "the commit of the first pull is asked for, not the branch"
    assert not (tmp_path / "models/toy/model.bin").exists()


def test_no_room_is_seen_before_and_said_in_the_middle(
    tmp_path: Path, hub: RoughHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=r"needs 10\d+ MB, .* MB are free"):
        bring(tmp_path, hub.url, table(pinned=True, size=10**15))
    assert not hub.requests
    real = Path.open

    class Full:
        def __init__(self, file: object) -> None:
            self.file, self.room = file, 300_000

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_rest: object) -> None:
            self.file.close()  # type: ignore[attr-defined]

        def write(self, data: bytes) -> None:
            self.room -= len(data)
            if self.room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.file.write(data)  # type: ignore[attr-defined]

    def opening(path: Path, mode: str = "r", *rest: object, **more: object) -> object:
        file = real(path, mode, *rest, **more)  # type: ignore[call-overload]
        return Full(file) if path.name == "model.bin.part" and mode != "rb" else file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opening)
        with pytest.raises(ModelError, match="the disk is full -> free some space and pull again"):
            bring(tmp_path, hub.url, table(pinned=True))
    assert (tmp_path / "models/toy/model.bin.part").stat().st_size > 0
    assert whole(bring(tmp_path, hub.url, table(pinned=True)))
    sent = sum(count for path, _start, count in hub.sent if path.endswith("model.bin"))
    assert sent < 2 * len(WEIGHTS), "it went on with what lay there"


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self/status").exists(), reason="needs a folder that refuses")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, hub: RoughHub) -> None:
    (tmp_path / "models").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ModelError, match="LOCALIZE_MODELS"):
        bring(tmp_path, hub.url, table(pinned=True))


def test_one_slow_answer_does_not_ban_a_host(tmp_path: Path, hub: RoughHub) -> None:
    request.answered.clear()
    hub.faults = ["silent"]
    with pytest.raises(ModelMissing, match="out of reach"):
        bring(tmp_path, hub.url, table(pinned=True), patience=Patience(answer_s=0.2, rest_s=0.3))
    with pytest.raises(ModelMissing, match="not asked again"):
        bring(tmp_path, hub.url, table(pinned=True), patience=Patience(answer_s=0.2, rest_s=0.3))
    time.sleep(0.35)
    assert whole(bring(tmp_path, hub.url, table(pinned=True)))


def test_an_unreadable_record_is_named(tmp_path: Path, hub: RoughHub) -> None:
    known = bring(tmp_path, hub.url, table(pinned=False))
    (known.folder("toy") / record.NAME).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"record\.json: the record of its digests cannot be read"):
        known.require("toy")


def test_addresses_are_told_without_their_signature() -> None:
    assert request.shown("https://host/file?signature=secret") == "https://host/file"
    with pytest.raises(DownloadError):
        raise DownloadError("x")
