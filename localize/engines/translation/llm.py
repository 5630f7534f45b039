"""Any OpenAI-compatible endpoint (vLLM, Ollama, a cloud's): scenes with their context, answered by line id.

Nothing it says is believed unseen. Each answer repeats the first words of its source line, so that a shifted or
doubled answer is caught; a batch with an id too many, too few or misplaced is thrown away whole and asked again in
halves, down to single lines; what cannot be had right stays empty and is an error on that line.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import httpx

from ...errors import EngineError, PartlyFailed
from ...languages.text import count, normal_form
from ...records import EngineUse
from ...settings import Settings
from ..base import Ask, EngineContext
from .sanity import suspicious

PROMPT = 1  # raise it when the wording below changes: it is part of the engine's identity
BATCH = 16  # lines a request
TRIES = 4  # of one request, over refusals and time-outs
ALONE = 6  # of one line by itself
WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
PATIENCE = 3  # requests given up in a row after which an endpoint counts as down
DOWN_S = 60.0  # and is left alone for so long
OPENING = 4  # words of the source that an answer repeats

RULES = """You translate the dialogue of a short drama from {source} into {target}, for dubbing and subtitles.
Write what a person would say aloud in that situation: short, natural, in the register of the scene. Keep who speaks \
to whom consistent. Never explain, never leave a line in {source}, never join or part lines.
Where a line lists terms, write each exactly as given, as often as it stands in the line.
Where a line has max_characters, stay within it, and say the same in fewer words rather than leave the meaning out.
Answer with JSON only: {{"lines": [{{"id": ..., "opening": ..., "text": ...}}]}}, one entry for each line asked, \
where opening repeats the first {opening} words of that line as it was given and text is its translation."""

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["lines"],
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "opening", "text"],
                "properties": {"id": {"type": "string"}, "opening": {"type": "string"}, "text": {"type": "string"}},
            },
        }
    },
}


class _GaveUp(EngineError):
    """One request that could not be had in all its tries; the endpoint itself may be well."""


class _Refused(Exception):
    """This request may succeed later."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.wait_s = wait_s


class ChatTranslator:
    """One endpoint and model, as LOCALIZE_LLM_URL and LOCALIZE_LLM_MODEL name them."""

    name = "llm"
    keeps_terms = True
    writes_freely = True

    def __init__(self, context: EngineContext, sleep: Callable[[float], None] = time.sleep) -> None:
        self.context, self._sleep = context, sleep
        self._schema = True
        self._down_until = 0.0
        self._given_up = 0  # requests in a row
        self._client: httpx.Client | None = None
        self._guard = threading.Lock()
        tags = {language.primary for language in context.settings.languages.values()} | {"zh", "ko", "ja"}
        self.pairs = frozenset((a, b) for a in tags for b in tags if a != b) if self._settings.llm_url else frozenset()

    @property
    def _settings(self) -> Settings:
        return self.context.settings

    def identity(self, source: str, target: str) -> EngineUse:
        licence = "the provider's terms"
        address = httpx.URL(self._settings.llm_url).copy_with(userinfo=b"", query=None)  # as a model's files are to others
        version = f"prompt {PROMPT} at {address}"
        return EngineUse("translate", self.name, version, self._settings.llm_model, "", licence)

    def reads(self, ask: Ask, source: str, target: str) -> Any:
        names = {lang.primary: lang.name for lang in self._settings.languages.values()}
        asked = [names.get(source, source), names.get(target, target)]
        return {"line": self._line(0, replace(ask, terms=()), target), "before": ask.before, "languages": asked}

    def unavailable(self, source: str, target: str) -> str:
        settings = self._settings
        host = httpx.URL(settings.llm_url).host if settings.llm_url else ""
        if settings.offline and host not in ("localhost", "127.0.0.1", "::1"):
            return "LOCALIZE_OFFLINE is set and the language model is on another machine"
        return "" if settings.llm_model else "LOCALIZE_LLM_URL is set: set LOCALIZE_LLM_MODEL too"

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        parts = [asks[i : i + BATCH] for i in range(0, len(asks), BATCH)]
        failed: list[EngineError] = []

        def one(part: list[Ask]) -> list[str | None]:
            try:
                return self._part(part, source, target)
            except EngineError as error:  # what the other parts have is kept
                failed.append(error)
                return [None] * len(part)

        with ThreadPoolExecutor(max(1, self._settings.llm_parallel)) as pool:
            made = [t for part in pool.map(one, parts) for t in part]
        if failed and len(failed) == len(parts):
            raise failed[0]
        if None in made:
            error = failed[0] if failed else EngineError("gave no answer", self.name, "check the server's log")
            raise PartlyFailed(error.what, error.where, error.do, tuple(made))
        return [t or "" for t in made]

    def alternatives(self, ask: Ask, source: str, target: str, count: int) -> list[str]:
        found: dict[str, None] = {}
        for step in range(count):
            made = self._part([replace(ask, shorter=ask.shorter * 0.9**step)], source, target)[0]
            if made is None:
                raise EngineError("gave no answer", self.name, "check the server's log")
            found.update({made: None} if made else {})
        return list(found)

    # --- one batch ---------------------------------------------------------------------------------------------

    def _part(self, asks: list[Ask], source: str, target: str) -> list[str | None]:
        """Answers to these lines, each believed or empty; None where the endpoint itself gave none."""
        gave_up = False
        for _attempt in range(ALONE if len(asks) == 1 else 1):
            try:
                answers, gave_up = self._believed(asks, source, target), False
            except _GaveUp:
                answers, gave_up = None, True
            if answers is not None:
                # a line that alone is doubtful is asked again by itself
                return [
                    a or (self._part([ask], source, target)[0] if len(asks) > 1 else "")
                    for a, ask in zip(answers, asks, strict=True)
                ]
        if len(asks) == 1:
            return [None if gave_up else ""]
        half = len(asks) // 2
        return self._part(asks[:half], source, target) + self._part(asks[half:], source, target)

    def _believed(self, asks: list[Ask], source: str, target: str) -> list[str] | None:
        """A text per line, empty where it is doubtful; None where the whole answer cannot be trusted. Raises _GaveUp."""
        try:
            answer = self._asked(asks, source, target)
            rows = [(str(r["id"]), str(r["opening"]), str(r["text"]).strip()) for r in answer["lines"]]
        except (ValueError, KeyError, TypeError):
            return None
        if sorted(r[0] for r in rows) != sorted(str(i + 1) for i in range(len(asks))):
            return None
        ordered = sorted(rows, key=lambda r: int(r[0]))
        for (_id, opening, text), ask in zip(ordered, asks, strict=True):
            if not text or not _opens(ask.text, opening):
                return None
        texts = [r[2] for r in ordered]
        if _mixed(texts, asks):
            return None
        doubted = [_doubt(t, a) for t, a in zip(texts, asks, strict=True)]
        if len(asks) == 1 and doubted[0]:
            return None
        return ["" if doubt else text for doubt, text in zip(doubted, texts, strict=True)]

    def _asked(self, asks: list[Ask], source: str, target: str) -> dict[str, Any]:
        names = {lang.primary: lang.name for lang in self._settings.languages.values()}
        rules = RULES.format(source=names.get(source, source), target=names.get(target, target), opening=OPENING)
        scene = {"said_before": list(asks[0].before), "lines": [self._line(i, a, target) for i, a in enumerate(asks)]}
        body: dict[str, Any] = {
            "model": self._settings.llm_model,
            "temperature": 0,
            "seed": 7,
            "messages": [
                {"role": "system", "content": rules},
                {"role": "user", "content": json.dumps(scene, ensure_ascii=False)},
            ],
        }
        text = self._post(body)
        found = re.search(r"\{.*\}", text, re.DOTALL)
        answer: dict[str, Any] = json.loads(found[0] if found else text)
        return answer

    def _line(self, index: int, ask: Ask, target: str) -> dict[str, Any]:
        line: dict[str, Any] = {"id": str(index + 1), "text": ask.text}
        if ask.speaker:
            line["speaker"] = ask.speaker
        if ask.terms:
            line["terms"] = dict(ask.terms)
        if ask.seconds:
            cps = next((lang.cps for lang in self._settings.languages.values() if lang.primary == target), 17.0)
            line["max_characters"] = max(4, round(ask.seconds * cps * ask.shorter))
        return line

    # --- the wire ----------------------------------------------------------------------------------------------

    def _post(self, body: dict[str, Any]) -> str:
        """The answer's text. Raises EngineError where the endpoint cannot be had at all."""
        if time.monotonic() < self._down_until:
            raise EngineError("the language model cannot be reached", self.name, "check LOCALIZE_LLM_URL")
        refused = _Refused("not asked")
        for attempt in range(TRIES):
            if attempt:
                self._sleep(min(LONGEST_WAIT_S, refused.wait_s or WAIT_S * 2**attempt))
            try:
                answer = self._once(body)
                self._given_up = 0
                return answer
            except _Refused as error:
                refused = error
            except httpx.TimeoutException as error:
                refused = _Refused(f"no answer within {self._settings.llm_seconds:.0f} s ({type(error).__name__})")
            except httpx.TransportError as error:
                refused = _Refused(str(error) or type(error).__name__)
                if isinstance(error, httpx.ConnectError):
                    self._given_up = PATIENCE
                    break
        self._given_up += 1
        if self._given_up >= PATIENCE:
            self._down_until = time.monotonic() + DOWN_S
            raise EngineError(str(refused), self.name, "check LOCALIZE_LLM_URL and the server's log")
        raise _GaveUp(str(refused), self.name, "check the server's log")

    def _once(self, body: dict[str, Any]) -> str:
        settings = self._settings
        form = {"response_format": {"type": "json_schema", "json_schema": {"name": "lines", "schema": SCHEMA}}}
        headers = {"Authorization": f"Bearer {settings.llm_key}"} if settings.llm_key else {}
        url = f"{settings.llm_url.rstrip('/')}/chat/completions"
        answer = self._http().post(url, json=body | (form if self._schema else {}), headers=headers)
        if answer.status_code == 400 and self._schema and "response_format" in answer.text:
            self._schema = False  # this server knows no schemas: the prompt alone must do
            return self._once(body)
        if answer.status_code in (408, 409, 425, 429) or answer.status_code >= 500:
            raise _Refused(f"HTTP {answer.status_code}", _seconds(answer.headers.get("retry-after", "")))
        if answer.status_code in (401, 403):
            raise EngineError("the language model refuses the key", self.name, "set LOCALIZE_LLM_KEY")
        if answer.status_code >= 400:
            raise EngineError(f"HTTP {answer.status_code}: {answer.text[:200]}", self.name, "see the server's manual")
        try:
            return str(answer.json()["choices"][0]["message"]["content"] or "")
        except (ValueError, KeyError, IndexError, TypeError):
            return ""

    def _http(self) -> httpx.Client:
        with self._guard:
            if self._client is None:
                self._client = httpx.Client(timeout=httpx.Timeout(self._settings.llm_seconds, connect=10.0))
            return self._client


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text.strip()) else 0.0


def _opens(source: str, opening: str) -> bool:
    """Whether an answer's opening is that of its line."""
    wanted = " ".join(normal_form(source).split()[:OPENING])
    given = " ".join(normal_form(opening).split()[:OPENING])
    return given == wanted or SequenceMatcher(None, given, wanted).ratio() >= 0.9


def _mixed(texts: list[str], asks: list[Ask]) -> bool:
    """Whether answers run into each other: one text for two different lines, or a neighbour's text inside one."""
    forms = [normal_form(t) for t in texts]
    sources = [normal_form(a.text) for a in asks]
    kinds: dict[str, set[str]] = {}
    for form, source in zip(forms, sources, strict=True):
        kinds.setdefault(form, set()).add(source)
    if any(len(s) > 1 and len(form.split()) >= 4 for form, s in kinds.items()):
        return True
    for i in range(len(forms) - 1):
        for one, two in ((i, i + 1), (i + 1, i)):
            inside = len(forms[two].split()) >= 3 and f" {forms[two]} " in f" {forms[one]} "
            if inside and f" {sources[two]} " not in f" {sources[one]} ":
                return True
    return False


def _doubt(text: str, ask: Ask) -> str:
    wanted = Counter(locked for _source, locked in ask.terms)
    for locked, number in wanted.items():
        if count(text, locked) < number:
            return f"{locked!r} is missing"
    return suspicious(ask.text, text, wanted, strict=True)
