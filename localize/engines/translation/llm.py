"""Translation by a chat endpoint (vLLM, Ollama, a cloud's): scenes with their context, answered by line id.

Nothing it says is believed unseen. Each answer repeats the first words of its source line, so that a shifted or
doubled answer is caught; a batch with an id too many, too few or misplaced is thrown away whole and asked again in
halves, down to single lines; what cannot be had right stays empty and is an error on that line.
"""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx

from ...errors import EngineError, PartlyFailed, Rejected
from ...records import EngineUse
from ..base import Ask, EngineContext
from ..served.chat import Chat
from ..served.endpoint import FROM_SETTINGS, Endpoint
from ..served.wire import GaveUp, Wire
from . import scene

BATCH = 16  # lines a request
ALONE = 6  # of one line by itself


class ChatTranslator:
    """One endpoint and model; its name is the endpoint's."""

    keeps_terms = True
    writes_freely = True

    def __init__(
        self, context: EngineContext, endpoint: Endpoint | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.context, self.endpoint = context, endpoint or context.endpoints[FROM_SETTINGS]
        self.name = self.endpoint.name
        self.wire = Wire(self.endpoint, context, sleep)
        self.chat = Chat(self.wire, self.endpoint, scene.SCHEMA)
        tags = {language.primary for language in context.settings.languages.values()} | {"zh", "ko", "ja"}
        self.pairs = self.endpoint.pairs(tags)

    def identity(self, source: str, target: str) -> EngineUse:
        one = self.endpoint
        version = f"prompt {scene.PROMPT} at {httpx.URL(one.url).copy_with(userinfo=b'', query=None)}"
        if one.body:
            version += f" with {json.dumps(one.body, sort_keys=True)}"
        return EngineUse("translate", self.name, version, one.model, "", one.licence)

    def reads(self, ask: Ask, source: str, target: str) -> Any:
        line = scene.line(0, replace(ask, terms=()), self._cps(target))
        return {"line": line, "before": ask.before, "people": ask.people, "languages": self._names(source, target)}

    def unavailable(self, source: str, target: str) -> str:
        return self.wire.unavailable()

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        parts = scene.scenes(asks, BATCH)
        failed: list[EngineError] = []

        def one(part: list[Ask]) -> list[str | None]:
            try:
                return self._part(part, source, target, failed)
            except EngineError as error:  # what the other parts have is kept
                failed.append(error)
                return [None] * len(part)

        contexts = [contextvars.copy_context() for _part in parts]  # what it is asked for is on the bill
        with ThreadPoolExecutor(self.endpoint.parallel) as pool:
            made = [t for part in pool.map(lambda c, p: c.run(one, p), contexts, parts) for t in part]
        if failed and all(t is None for t in made):
            raise failed[0]
        if failed:
            raise PartlyFailed(failed[0].what, failed[0].where, failed[0].do, tuple(made))
        return [t or "" for t in made]

    def alternatives(self, ask: Ask, source: str, target: str, count: int) -> list[str]:
        found: dict[str, None] = {}
        for step in range(count):
            failed: list[EngineError] = []
            made = self._part([replace(ask, shorter=ask.shorter * 0.9**step)], source, target, failed)[0]
            if failed:
                raise failed[0]
            if made in found:  # told to be shorter it says the same: it knows no shorter way
                break
            found.update({made: None} if made else {})
        return list(found)

    # --- one batch ---------------------------------------------------------------------------------------------

    def _part(self, asks: list[Ask], source: str, target: str, failed: list[EngineError]) -> list[str | None]:
        """Answers to these lines, each believed or empty; None where the endpoint itself gave none, and why in `failed`."""
        trouble: EngineError | None = None
        for _attempt in range(ALONE if len(asks) == 1 else 1):
            try:
                answers, trouble = self._believed(asks, source, target), None
            except GaveUp as error:
                answers, trouble = None, error
            except Rejected as error:  # the same would be refused again
                trouble = error
                break
            if answers is not None:
                # a line that alone is doubtful is asked again by itself
                return [
                    a or (self._part([ask], source, target, failed)[0] if len(asks) > 1 else "")
                    for a, ask in zip(answers, asks, strict=True)
                ]
        if len(asks) == 1:
            failed += [trouble] if trouble else []
            return [None if trouble else ""]
        half = len(asks) // 2
        return self._part(asks[:half], source, target, failed) + self._part(asks[half:], source, target, failed)

    def _believed(self, asks: list[Ask], source: str, target: str) -> list[str] | None:
        """A text per line, empty where it is doubtful; None where the whole answer cannot be trusted. Raises GaveUp,
        Rejected."""
        names = self._names(source, target)
        try:
            reply = self.chat.ask(lambda form: scene.messages(asks, *names, self._cps(target), form))
            rows = scene.rows(reply.text)
        except ValueError:
            return None
        if sorted(r[0] for r in rows) != sorted(str(i + 1) for i in range(len(asks))):
            return None
        ordered = sorted(rows, key=lambda r: int(r[0]))
        for (_id, opening, text), ask in zip(ordered, asks, strict=True):
            if not text or not scene.opens(ask.text, opening):
                return None
        texts = [r[2] for r in ordered]
        if scene.mixed(texts, asks):
            return None
        doubted = [scene.doubt(t, a) for t, a in zip(texts, asks, strict=True)]
        if len(asks) == 1 and doubted[0]:
            return None
        return ["" if doubt else text for doubt, text in zip(doubted, texts, strict=True)]

    def _names(self, source: str, target: str) -> tuple[str, str]:
        """The languages as a model knows them: by name."""
        names = {lang.primary: lang.name for lang in self.context.settings.languages.values()}
        return names.get(source, source), names.get(target, target)

    def _cps(self, target: str) -> float:
        """Characters a second that the language's readers manage."""
        languages = self.context.settings.languages.values()
        return next((float(lang.cps) for lang in languages if lang.primary == target), 17.0)
