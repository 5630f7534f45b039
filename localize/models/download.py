"""One file over HTTP: resumed by range, checked by digest, with a clear sentence for everything that can go wrong.

`NAME.part` holds what has arrived so far; it outlives errors and the process. The hub's own client was tried in its place:
after a break it fetched from the first byte again, and it took a flipped byte for right."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import tenacity

from ..errors import DownloadError
from ..files import file_sha256
from .local_files import _size, disk, git_digest
from .request import Broken, Facts, Patience, Wanted, receive, resting, shown

__all__ = ["Facts", "Patience", "Wanted", "fetch"]


def fetch(wanted: Wanted, patience: Patience, report: Callable[[int], None] = lambda _bytes: None) -> Facts:
    """Bring the file to `wanted.part`, every byte checked; what the hub said of it, with the digest that was found.

    Args:
        report: told how many bytes are there, as they arrive.
    Raises: DownloadError where this source cannot give it, ModelError where this machine cannot take it.
    """
    host = urlsplit(wanted.url).netloc
    if resting.get(host, 0.0) > time.monotonic():
        raise DownloadError("out of reach, not asked again for a minute", host)
    if wanted.sha256 and wanted.bytes and _size(wanted.part) >= wanted.bytes:
        with disk(wanted.part):
            if file_sha256(wanted.part) == wanted.sha256:
                return Facts(wanted.sha256)
    with httpx.Client(verify=_tls(), timeout=httpx.Timeout(patience.read_s, connect=patience.answer_s)) as client:
        return _until_right(client, wanted, patience, report)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than fetching a small file."""
    return httpx.create_ssl_context()


@dataclass
class _Tries:
    """The tries at one file, as tenacity asks about them: another one unless too many in a row gained nothing.

    Attributes:
        idle: tries in a row without one new byte.
        anew: what lay here before was wrong and is gone: wrong bytes are now the source's fault.
    """

    client: httpx.Client
    wanted: Wanted
    patience: Patience
    report: Callable[[int], None]
    idle: int = 0
    anew: bool = False

    def once(self) -> Facts:
        """The file with the right bytes. Raises Broken where another try may help, DownloadError, ModelError."""
        before, facts = _size(self.wanted.part), Facts()
        try:
            receive(self.client, self.wanted, self.patience, facts, self.report)
        except Broken:
            self.idle = 0 if _size(self.wanted.part) > before else self.idle + 1
            raise
        with disk(self.wanted.part):
            found = _right(self.wanted, facts)
        if found:
            facts.sha256 = found
            return facts
        if 0 < _size(self.wanted.part) < self.wanted.bytes:  # not wrong yet: whoever ended it said too short a length
            self.idle = 0 if _size(self.wanted.part) > before else self.idle + 1
            raise Broken("it ended early")
        if self.anew or before == 0:  # it came in one piece and is wrong all the same
            raise _wrong(self.wanted, facts)
        with disk(self.wanted.part):
            self.wanted.part.unlink(missing_ok=True)
        self.anew = True
        raise Broken("what lay here was of another file", 0.0)

    def stop(self, state: tenacity.RetryCallState) -> bool:
        """Whether this source was borne with for long enough."""
        return self.idle >= self.patience.tries or state.attempt_number >= self.patience.tries_in_all

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds before the next try: what the server asks for, none after new bytes, else twice as long each time."""
        broken = state.outcome.exception() if state.outcome else None
        if isinstance(broken, Broken) and broken.wait_s is not None:
            return broken.wait_s
        return min(self.patience.pause_s * 2 ** (self.idle - 1), self.patience.longest_s) if self.idle else 0.0


def _until_right(client: httpx.Client, wanted: Wanted, patience: Patience, report: Callable[[int], None]) -> Facts:
    tries = _Tries(client, wanted, patience, report)
    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Broken), stop=tries.stop, wait=tries.wait, sleep=time.sleep, reraise=True
    )
    try:
        return again(tries.once)
    except Broken as broken:
        if tries.idle >= patience.tries:
            raise DownloadError(f"gave up after {tries.idle} tries: {broken}", shown(wanted.url)) from broken
        raise DownloadError(f"broke off {patience.tries_in_all} times", shown(wanted.url)) from broken


def _right(wanted: Wanted, facts: Facts) -> str:
    """The part's sha256 where it is the one wanted, or else the one that the hub promises; empty where it is not."""
    if not wanted.part.is_file():
        return ""
    found = file_sha256(wanted.part)
    if wanted.sha256:
        return found if found == wanted.sha256 else ""
    if facts.sha256:
        return found if found == facts.sha256 else ""
    # a small file that the hub keeps in git: its ETag is git's own digest of the bytes
    return found if facts.git and git_digest(wanted.part) == facts.git else ""


def _wrong(wanted: Wanted, facts: Facts) -> DownloadError:
    with disk(wanted.part):
        if not wanted.part.is_file():
            return DownloadError("the server reports a complete file but sends no data", shown(wanted.url))
        found = file_sha256(wanted.part)
        wanted.part.replace(wanted.target.with_name(f"{wanted.target.name}.wrong-{found[:8]}"))
    promised = wanted.sha256 or facts.sha256
    if not promised:
        return DownloadError(f"the hub gave no digest that fits {wanted.target.name}", shown(wanted.url))
    what = f"{wanted.target.name} came with sha256 {found[:12]}…, not {promised[:12]}…"
    return DownloadError(what, urlsplit(wanted.url).netloc)
