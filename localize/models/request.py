"""One request for a model's file: redirects followed by hand, statuses understood, bytes laid where they belong.

Every request asks the first address again with GET and follows its redirects itself: signed addresses are bound to their
method and expire, so none is kept."""

from __future__ import annotations

import email.utils
import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from ..errors import DownloadError
from .local_files import _size, disk

HOPS = 8
TOO_LONG = 1.2  # times the size in the table, which may be rounded
BROKEN = (500, 502, 504, 520, 522, 524)
BUSY = (408, 429, 503)
resting: dict[str, float] = {}  # host -> when it may be asked again
answered: set[str] = set()


@dataclass(frozen=True)
class Patience:
    """How long a source is borne with.

    Attributes:
        answer_s: for a host's very first answer: name look-up, connection and first byte together.
        read_s: longest silence of a host that did answer.
        tries: times in a row without one new byte.
        tries_in_all: for a file, whatever it gained.
        pause_s: before the second try; it doubles with each that gains nothing.
        longest_s: most that a server's Retry-After may ask for.
        rest_s: for how long a host that could not be reached is not asked again.
    """

    answer_s: float = 5.0
    read_s: float = 30.0
    tries: int = 5
    tries_in_all: int = 100
    pause_s: float = 1.0
    longest_s: float = 60.0
    rest_s: float = 60.0


@dataclass(frozen=True)
class Wanted:
    """One file to fetch.

    Attributes:
        target: where it goes under its real name, once its bytes are right.
        sha256: of the bytes that arrive; empty to take the hub's own digest.
        bytes: how many; 0 where it is not known.
        token: sent to the address's own host, never to one it redirects to.
    """

    url: str
    target: Path
    sha256: str = ""
    bytes: int = 0
    token: str = field(default="", repr=False)

    @property
    def part(self) -> Path:
        """What has arrived so far."""
        return self.target.with_name(f"{self.target.name}.part")


@dataclass
class Facts:
    """What the headers of an answer and of its redirects say: digests and the commit the hub resolved."""

    sha256: str = ""
    git: str = ""
    revision: str = ""

    def read(self, headers: httpx.Headers) -> None:
        """Take what these headers add."""
        etag = (headers.get("x-linked-etag") or headers.get("etag") or "").removeprefix("W/").strip('"')
        if re.fullmatch("[0-9a-f]{64}", etag):
            self.sha256 = self.sha256 or etag
        if re.fullmatch("[0-9a-f]{40}", etag):
            self.git = self.git or etag
        self.revision = self.revision or headers.get("x-repo-commit", "")


class Broken(Exception):
    """This try ended early; another may go on from where it stopped, after `wait_s`."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


def receive(
    client: httpx.Client, wanted: Wanted, patience: Patience, facts: Facts, report: Callable[[int], None]
) -> None:
    """Ask once and add what comes to the part. Raises Broken, DownloadError, ModelError."""
    have = _size(wanted.part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        answer = _final(client, wanted, headers, patience, facts)
        try:
            if answer.status_code == 416:  # the part is whole, or longer than the file: its digest decides
                return
            start = _start(answer, have)
            with disk(wanted.part):
                wanted.part.parent.mkdir(parents=True, exist_ok=True)
                with wanted.part.open("r+b" if have else "w+b") as file:
                    for block in answer.iter_raw():
                        _lay(file, start, block)
                        start += len(block)
                        report(max(start, have))
                        if wanted.bytes and start > wanted.bytes * TOO_LONG + (1 << 20):
                            return  # more than there can be: its digest will be wrong
        finally:
            answer.close()
    except httpx.InvalidURL as error:
        raise DownloadError(f"redirects to an address that is none: {error}", shown(wanted.url)) from error
    except httpx.ReadTimeout as error:
        raise Broken(f"no answer within {patience.read_s:g} s") from error
    except httpx.HTTPError as error:
        raise Broken(str(error) or type(error).__name__) from error


def _lay(file: IO[bytes], at: int, block: bytes) -> None:
    """Write a block where it belongs. What lies there already stays, so that a server that sends the whole file again
    and breaks off again takes nothing away; from the first byte that differs on, what is new counts."""
    file.seek(at)
    there = file.read(len(block))
    if block.startswith(there):
        file.seek(at + len(there))
        file.write(block[len(there) :])
    else:
        file.seek(at)
        file.truncate()
        file.write(block)


def _start(answer: httpx.Response, have: int) -> int:
    """Where the answer's first byte belongs: 0 for a whole file. Raises Broken for a range that was not asked for."""
    if answer.status_code != 206:
        return 0
    found = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    start = int(found[1]) if found else have
    if start > have:
        raise Broken("the server sent another range than was asked for")
    return start


def _final(
    client: httpx.Client, wanted: Wanted, headers: dict[str, str], patience: Patience, facts: Facts
) -> httpx.Response:
    """The answer at the end of all redirects, open. Raises Broken, DownloadError."""
    url, first = httpx.URL(wanted.url), httpx.URL(wanted.url)
    for hop in range(HOPS):
        own = {"Authorization": f"Bearer {wanted.token}"} if wanted.token and _origin(url) == _origin(first) else {}
        answer = _answer(client, url, headers | own, patience)
        facts.read(answer.headers)
        if answer.status_code in (200, 206, 416):
            return answer
        answer.close()
        if not answer.is_redirect:
            raise _refused(answer, wanted, hop > 0 and _origin(url) != _origin(first), patience)
        url = url.join(answer.headers["location"])
        if url.scheme not in ("http", "https") or (first.scheme == "https" and url.scheme == "http"):
            raise DownloadError(f"redirects to {url.scheme}://, which is not followed", shown(wanted.url))
    raise DownloadError(f"redirects more than {HOPS} times", shown(wanted.url))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _refused(answer: httpx.Response, wanted: Wanted, elsewhere: bool, patience: Patience) -> Exception:
    """What a status means: a try that may be made again, or the end of this source."""
    status, where, code = answer.status_code, shown(wanted.url), answer.headers.get("x-error-code", "")
    if status in BUSY:
        wait_s = _retry_after(answer)
        if wait_s is not None and wait_s > patience.longest_s:
            return DownloadError(f"HTTP {status}: asks to wait {wait_s:.0f} s", where, "pull again after that")
        return Broken(f"HTTP {status}: the server is busy", wait_s)
    if status in BROKEN:
        return Broken(f"HTTP {status}: the server failed")
    if elsewhere and status in (400, 401, 403):  # a signed address that ran out is made anew by the next try
        return Broken(f"HTTP {status} from {answer.url.host}, where the hub sent us")
    if status in (401, 403):
        if code == "GatedRepo" or status == 403:
            do = "accept its terms on the model's page, then set HF_TOKEN to your account's token"
            return DownloadError(f"HTTP {status}: gated, its terms must be accepted first", where, do)
        if wanted.token:
            return DownloadError("HTTP 401: the token in HF_TOKEN is not accepted", where, "make a new one at the hub")
        return DownloadError("HTTP 401: wants a token", where, "set HF_TOKEN to your account's token")
    if status in (404, 410):
        return DownloadError(f"HTTP {status}: no such file, revision or repository there", where)
    return DownloadError(f"HTTP {status}", where)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server asks to wait, from a number or a date; None where it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _answer(client: httpx.Client, url: httpx.URL, headers: dict[str, str], patience: Patience) -> httpx.Response:
    """A response whose body is not read yet. Raises DownloadError where the host cannot be reached, httpx.HTTPError.

    The name look-up has no time limit of its own, so the whole request is made in a thread that may be left behind.
    """
    answers: queue.Queue[Any] = queue.Queue()
    late = threading.Event()

    def ask() -> None:
        try:
            answer = client.send(client.build_request("GET", url, headers=headers), stream=True)
        except Exception as error:  # handed to the caller, whatever it is
            answers.put(error)
            return
        answers.put(answer)
        if late.is_set():
            answer.close()

    threading.Thread(target=ask, daemon=True).start()
    host = url.netloc.decode()
    known = host in answered
    try:
        answer = answers.get(timeout=patience.read_s if known else patience.answer_s)
    except queue.Empty:
        late.set()
        if known:
            raise Broken(f"no answer within {patience.read_s:g} s") from None
        resting[host] = time.monotonic() + patience.rest_s
        raise DownloadError(f"out of reach: no answer within {patience.answer_s:g} s", host) from None
    if isinstance(answer, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)):
        resting[host] = time.monotonic() + patience.rest_s
        raise DownloadError("out of reach", host) from answer
    if isinstance(answer, Exception):
        raise answer
    answered.add(host)
    response: httpx.Response = answer
    return response


def shown(url: str) -> str:
    """An address without its query, which may hold a signature."""
    return url.split("?", 1)[0]
