"""Chat completions as servers really take them: vLLM, Ollama, llama.cpp's server, LM Studio and the clouds' own.

They differ in what they refuse, and say so in words of their own. What one refuses is left out or written otherwise from
then on:

    the answer's form   a JSON schema, else JSON mode, else rows of plain text
    its longest         `max_tokens`, else `max_completion_tokens`, else none
    temperature, seed   left out where they are refused

Reasoning is never taken for an answer, whether it stands in the text (<think>) or in a field of its own
(`reasoning_content`, `reasoning`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import Rejected
from .endpoint import Endpoint
from .spending import Units
from .wire import Answer, Refused, Wire

FORMS = ("schema", "json", "rows")
LIMITS = ("max_tokens", "max_completion_tokens", "")
CHANGES = 8  # of what a request holds, before a refusal stands
LETTERS_A_TOKEN = 3  # before an answer says how many tokens it took
ROOM, TIMES = 1024, 4  # tokens that an answer may take: so many, and so many times what the translation should
WIDER, WIDEST = 4, 64  # how much more room after an answer that broke off at its limit, and the most of it
# what a refusal names, in a field or in words, by what is to be changed
NAMES = {
    "form": ("response_format", "json_schema", "json_object", "structured", "grammar", "guided"),
    "temperature": ("temperature",),
    "seed": ("seed",),
    "limit": ("max_tokens", "max_completion_tokens"),
    "reasoning_effort": ("reasoning_effort", "reasoning effort"),
}
TOO_LONG = ("context length", "context size", "context window", "exceed_context", "context_length", "maximum model length")
TOO_MUCH = ("supports at most", "less than or equal to")  # of a limit that is higher than the model's own
TAGS = r"think|thinking|thought|reasoning"


_Taken = tuple[list[str], list[str], dict[str, Any]]  # forms, limits, options


class TooLong(Rejected):
    """The request is longer than the model's context."""


@dataclass(frozen=True)
class Reply:
    """A model's answer without its reasoning, the form that was asked for, and whether it broke off at its limit."""

    text: str
    form: str
    cut: bool


class Chat:
    """One endpoint's chat completions; threads share what it was found to take."""

    def __init__(self, wire: Wire, endpoint: Endpoint, schema: dict[str, Any]) -> None:
        self.wire, self.endpoint, self.schema = wire, endpoint, schema
        self._guard = threading.Lock()
        self._forms = [f for f in FORMS if f == "rows" or f in endpoint.can or (f == "json" and "schema" in endpoint.can)]
        self._limits = list(LIMITS)
        self._options: dict[str, Any] = {k: v for k, v in (("temperature", 0), ("seed", 7)) if k in endpoint.can}
        self._wider = 1

    @property
    def form(self) -> str:
        """The form that is asked for now."""
        return self._forms[0]

    def ask(self, messages: Callable[[str], list[dict[str, str]]]) -> Reply:
        """The answer to the messages of a form. Raises what the wire raises; TooLong."""
        blind: _Taken | None = None  # what was asked for before all of it was left out, for a refusal that names nothing
        for left in reversed(range(CHANGES)):
            with self._guard:
                before = list(self._forms), list(self._limits), dict(self._options)
                form, limit, wider = self._forms[0], self._limits[0], self._wider
                optional = dict(self._options)
            said = messages(form)
            letters = sum(len(m["content"]) for m in said)
            units = Units(tokens_in=letters // LETTERS_A_TOKEN, tokens_out=len(said[-1]["content"]) // LETTERS_A_TOKEN)
            if form != "rows":
                optional["response_format"] = self._response_format(form)
            if limit:
                optional[limit] = (ROOM + TIMES * units.tokens_out) * wider
            body = {**optional, **self.endpoint.body, "model": self.endpoint.model, "messages": said}
            try:
                answer = self.wire.post("/chat/completions", units, body=body, used=lambda a: _used(a, units))  # noqa: B023
            except Refused as error:
                if not left or not self._changed(error, form, limit, optional, blind):
                    if blind:  # it was none of these
                        with self._guard:
                            self._forms, self._limits, self._options = blind
                    raise
                blind = blind or (None if self._named(error) else before)
                continue
            return self._reply(answer, form, wider)
        raise AssertionError("unreachable")

    def _response_format(self, form: str) -> dict[str, Any]:
        if form == "json":
            return {"type": "json_object"}
        return {"type": "json_schema", "json_schema": {"name": "lines", "strict": True, "schema": self.schema}}

    @staticmethod
    def _named(error: Refused) -> list[str]:
        """What a refusal blames of all that can be changed."""
        if error.field:
            return [k for k, names in NAMES.items() if error.field in names]
        return [k for k, names in NAMES.items() if any(n in error.told.lower() for n in names)]

    def _changed(self, error: Refused, form: str, limit: str, sent: dict[str, Any], blind: _Taken | None) -> bool:
        """Whether another request may do better than the refused one; what the server does not take is changed. Raises
        TooLong."""
        told = error.told.lower()
        if any(words in told for words in TOO_LONG + TOO_MUCH):
            if not limit:
                raise TooLong(error.what, error.where, "give the server a longer context") from error
            with self._guard:
                self._limits = [""]
            return True
        blamed = self._named(error)
        if not blamed:
            if blind or error.field:  # nothing is left to leave out, or what it blames is not ours to change
                return False
            with self._guard:
                self._forms, self._limits, self._options = ["rows"], [""], {}
            return form != "rows" or bool(limit) or bool(sent)
        able = {"form": form != "rows", "limit": bool(limit)}
        blamed = [k for k in blamed if able.get(k, k in sent)]
        with self._guard:
            for what in blamed:  # another thread may have changed it already
                if what == "form":
                    self._forms = self._forms[self._forms.index(form) + 1 :] if form in self._forms else self._forms
                elif what == "limit":
                    self._limits = self._limits[self._limits.index(limit) + 1 :] if limit in self._limits else self._limits
                else:
                    self._options.pop(what, None)
        return bool(blamed)

    def _reply(self, answer: Answer, form: str, wider: int) -> Reply:
        try:
            choice = answer.table()["choices"][0]
            message = choice["message"]
            text = _content(message.get("content"))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return Reply("", form, False)
        text, cut = without_thoughts(text), choice.get("finish_reason") == "length"
        with self._guard:
            if cut and wider < WIDEST:
                self._wider = max(self._wider, wider * WIDER)
            elif not text and (message.get("reasoning_content") or message.get("reasoning")):
                self._options.setdefault("reasoning_effort", "none")  # it thought, and said nothing
        return Reply("" if cut else text, form, cut)


def _content(content: Any) -> str:
    """The text of a message, which may come in parts; parts of another type, such as thoughts, are no text."""
    if isinstance(content, list):
        return "".join(str(p.get("text", "")) for p in content if isinstance(p, dict) and p.get("type") == "text")
    return str(content or "")


def without_thoughts(text: str) -> str:
    """An answer without what a model thinks aloud before it: between tags, up to a closing tag whose opening one the
    server's template wrote, after an opening one that was never closed, or in a channel that is not the final one."""
    if "<|message|>" in text:
        text = text.rpartition("<|message|>")[2] if "final<|message|>" in text else ""
        text = re.sub(r"<\|\w+\|>", "", text)
    for opening, closing in ((rf"<(?:{TAGS})>", rf"</(?:{TAGS})>"), (r"\[THINK\]", r"\[/THINK\]")):
        text = re.sub(rf"{opening}.*?{closing}", "", text, flags=re.DOTALL)
        text = re.sub(rf"^.*{closing}", "", text, flags=re.DOTALL)
        text = re.sub(rf"{opening}.*$", "", text, flags=re.DOTALL)
    return text.strip()


def _used(answer: Answer, guess: Units) -> Units:
    """Tokens as the server counts them; as they were guessed where it does not."""
    try:
        usage = answer.table()["usage"]
        return Units(tokens_in=int(usage["prompt_tokens"]), tokens_out=int(usage["completion_tokens"]))
    except (ValueError, KeyError, TypeError):
        return guess
