"""The wire to one endpoint: requests with tries, time-outs and a price; answers that are what they say.

Nothing of a key goes into an error: it is taken from the environment when a request is sent, redirects are not
followed, and what a server says is shown without it.
"""

from __future__ import annotations

import email.utils
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import tenacity

from ...errors import EngineError, EngineFailed, Rejected, UnusableResult, one_line
from ...settings import secret
from ..base import EngineContext
from .endpoint import FROM_SETTINGS, Endpoint
from .spending import Spending, Units

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
PATIENCE = 3  # requests given up in a row after which an endpoint counts as down
DOWN_S = 60.0  # and is left alone for so long
MOST_BYTES = 64 << 20  # of one answer: ten minutes of 48 kHz speech
SHOWN = 160  # characters of a server's own words in an error
LOOPBACK = ("localhost", "127.0.0.1", "::1")
AGAIN = (408, 409, 425, 429)
OUT_OF_QUOTA = ("insufficient_quota", "billing", "quota_exceeded", "exceeded your current quota", "credit balance")


class GaveUp(EngineError):
    """One request that could not be had in all its tries; the endpoint itself may be well."""


class Refused(Rejected):
    """The endpoint refuses this one request: `told` is all that it says, `field` the one of the request that it blames."""

    told = ""
    field = ""


class _Again(Exception):
    """This request may succeed later; `wait_s` where the server says when."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Answer:
    """The body of a good answer, and its content type in small letters."""

    data: bytes
    type: str

    def table(self) -> dict[str, Any]:
        """The body as a JSON table. Raises ValueError."""
        found = json.loads(self.data)
        if not isinstance(found, dict):
            raise ValueError("it is no JSON table")
        return found


class Wire:
    """One endpoint as this process asks it; threads share it, `parallel` of them at a time.

    `sleep` is what waits between two tries.
    """

    def __init__(self, endpoint: Endpoint, context: EngineContext, sleep: Callable[[float], None] = time.sleep) -> None:
        self.endpoint, self.context, self._sleep = endpoint, context, sleep
        self.spending = Spending(context.settings.home, context.series)
        self._room = threading.BoundedSemaphore(endpoint.parallel)
        self._guard = threading.Lock()
        self._client: httpx.Client | None = None
        self._given_up, self._down_until = 0, 0.0
        self._why_down = ""

    def unavailable(self) -> str:
        """Empty where it may be asked; else why not, and what would change that."""
        one, settings = self.endpoint, self.context.settings
        if not one.commercial_use and not self.context.registry.allow_non_commercial:
            return f"{one.name} is not for commercial use ({one.licence})"
        if settings.offline and one.host not in LOOPBACK:
            return f"LOCALIZE_OFFLINE is set and {one.name} is on another machine"
        if one.name == FROM_SETTINGS and not one.model:
            return "LOCALIZE_LLM_URL is set: set LOCALIZE_LLM_MODEL too"
        if one.key and one.name != FROM_SETTINGS and not secret(one.key):
            return f"{one.name} needs its key: set {one.key}"
        return ""

    def post(
        self,
        path: str,
        units: Units,
        *,
        body: dict[str, Any],
        sound: bytes = b"",
        used: Callable[[Answer], Units] | None = None,
    ) -> Answer:
        """The answer to one request.

        Args:
            path: below the endpoint's address, e.g. "/audio/speech".
            units: what it will use, as far as that is known before; `used` tells it of the answer.
            body: sent as JSON; with `sound`, a WAV, as the fields of a form that has it as its file.
        Raises EngineFailed where the endpoint does nothing here (down, key, quota, budget), GaveUp where this request
        could not be had, Rejected where it refuses this one, UnusableResult for an answer too big.
        """
        if time.monotonic() < self._down_until:
            raise EngineFailed(self._why_down, self.endpoint.name, f"check {self.endpoint.address_is} and the server's log")
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.endpoint.tries),
            wait=_wait,
            retry=tenacity.retry_if_exception_type(_Again),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            with self._room:
                answer = tries(self._once, path, units, _sent(body, sound), used)
            self._given_up = 0
            return answer
        except _Again as error:
            self._given_up += 1
            if self._given_up >= PATIENCE:
                raise self._down(str(error)) from None
            raise GaveUp(str(error), self.endpoint.name, "check the server's log") from None
        except EngineFailed as error:
            self.context.failures.note(self.endpoint.name, error.what)
            raise

    # --- one request -------------------------------------------------------------------------------------------

    def _once(self, path: str, units: Units, sent_as: dict[str, Any], used: Callable[[Answer], Units] | None) -> Answer:
        row = self.spending.ask(self.endpoint, units)
        sent = False
        try:
            started = time.monotonic()
            with self._http().stream("POST", self.endpoint.url + path, headers=self._headers(), **sent_as) as got:
                sent = True
                data = self._read(got, started)
                answer = Answer(data, got.headers.get("content-type", "").split(";")[0].strip().lower())
                try:
                    self._judge(got.status_code, answer, got.headers.get("retry-after", ""), path)
                except (_Again, EngineError):
                    self.spending.refused(row)
                    raise
            self.spending.paid(row, self.endpoint, used(answer) if used else units)
            return answer
        except httpx.TimeoutException as error:
            if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
                self.spending.refused(row)
            raise _Again(f"no answer within {self.endpoint.answer_s:.0f} s ({type(error).__name__})") from None
        except (httpx.ConnectError, httpx.UnsupportedProtocol) as error:
            self.spending.refused(row)
            raise self._down(str(error) or "nothing answers there") from None
        except httpx.HTTPError as error:
            if not sent and not isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError)):
                self.spending.refused(row)
            raise _Again(self._clean(str(error) or type(error).__name__)) from None

    def _read(self, got: httpx.Response, started: float) -> bytes:
        """The whole body, within the time and size of one answer: a server that drips would hold a run for ever."""
        parts, size = [], 0
        for part in got.iter_bytes():
            size += len(part)
            parts.append(part)
            if size > MOST_BYTES:
                raise UnusableResult(
                    f"an answer of more than {MOST_BYTES >> 20} MiB", self.endpoint.name, "check the server"
                )
            if time.monotonic() - started > self.endpoint.answer_s:
                raise _Again(f"no whole answer within {self.endpoint.answer_s:.0f} s")
        return b"".join(parts)

    def _judge(self, status: int, answer: Answer, retry_after: str, path: str) -> None:
        """Raises what an answer that is none stands for."""
        name, said = self.endpoint.name, self._said(answer)
        quota = any(word in said.lower() for word in OUT_OF_QUOTA)
        if status == 402 or (status in (403, 429) and quota):
            raise EngineFailed("is out of quota", name, "add to the account there, or let the next of the chain do it")
        if status in AGAIN or status >= 500:
            wait = _seconds(retry_after)
            if wait > LONGEST_WAIT_S * 4:
                raise EngineFailed(f"HTTP {status}: it asks for {wait:.0f} s of patience", name, "run again later")
            raise _Again(f"HTTP {status}", wait)
        if status in (401, 403):
            raise EngineFailed("refuses the key", name, f"set {self.endpoint.key or 'its key'}")
        if 300 <= status < 400:
            raise EngineFailed(
                f"sends elsewhere (HTTP {status})", name, f"write the final address as {self.endpoint.address_is}"
            )
        if status in (404, 405):
            raise EngineFailed(
                f"HTTP {status}: nothing is served at {path}: {said}",
                name,
                f"check model and {self.endpoint.address_is}",
            )
        if status >= 400:
            refused = Refused(f"HTTP {status}: {said}", name, "see the server's manual")
            refused.told = answer.data[:4000].decode("utf-8", "replace")
            refused.field = _field(answer)
            raise refused
        if not answer.data:
            raise _Again("an empty answer")
        if answer.type == "text/html" or answer.data[:64].lstrip().lower().startswith((b"<!doctype", b"<html")):
            raise _Again("a web page for an answer")
        trouble = _error_inside(answer)
        if trouble:
            if any(word in trouble.lower() for word in OUT_OF_QUOTA):
                raise EngineFailed(
                    "is out of quota", name, "add to the account there, or let the next of the chain do it"
                )
            raise _Again(f"an error inside HTTP 200: {self._clean(trouble)}")

    def _down(self, why: str) -> EngineFailed:
        self._why_down = self._clean(why)
        self._given_up, self._down_until = 0, time.monotonic() + DOWN_S
        return EngineFailed(self._why_down, self.endpoint.name, f"check {self.endpoint.address_is} and the server's log")

    def _key(self) -> str:
        own = self.context.settings.llm_key if self.endpoint.name == FROM_SETTINGS else ""
        return own or secret(self.endpoint.key)

    def _headers(self) -> dict[str, str]:
        key = self._key()
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _said(self, answer: Answer) -> str:
        return self._clean(answer.data[:4000].decode("utf-8", "replace"))

    def _clean(self, text: str) -> str:
        """A server's own words on one short line, without the key that some repeat."""
        key = self._key()
        for part in {key, key[:12], key[-12:]} if len(key) >= 12 else {key}:
            text = text.replace(part, "…") if part else text
        return one_line(text, SHOWN)

    def _http(self) -> httpx.Client:
        with self._guard:
            if self._client is None:
                limits = httpx.Timeout(self.endpoint.answer_s, connect=self.endpoint.connect_s, pool=None)
                self._client = httpx.Client(timeout=limits, follow_redirects=False)
            return self._client


def _sent(body: dict[str, Any], sound: bytes) -> dict[str, Any]:
    """A body as httpx takes it."""
    return {"data": body, "files": {"file": ("speech.wav", sound, "audio/wav")}} if sound else {"json": body}


def _wait(state: tenacity.RetryCallState) -> float:
    """What the server asks for, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_s if isinstance(error, _Again) else 0.0
    return min(LONGEST_WAIT_S, asked or FIRST_WAIT_S * 2**state.attempt_number)


def _seconds(text: str) -> float:
    """Seconds that a Retry-After header asks for, a number or a date; 0 for none that can be read."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _field(answer: Answer) -> str:
    """The field of the request that an error's body blames; empty where it names none."""
    try:
        error = answer.table().get("error")
    except ValueError:
        return ""
    return str(error.get("param") or "") if isinstance(error, dict) else ""


def _error_inside(answer: Answer) -> str:
    """The error that a good status hides; empty for none."""
    if answer.data[:1] != b"{":
        return ""
    try:
        error = answer.table().get("error")
    except ValueError:
        return ""
    return json.dumps(error) if error else ""
