"""Language models as servers really offer them, each of its own shape: what it refuses, in its own words, and what it adds.

The refusals are worded as these servers word them, by reports of their users.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from localize.engines.base import Ask, EngineContext
from localize.engines.served.chat import without_thoughts
from localize.engines.served.spending import Spending
from localize.engines.translation.llm import ChatTranslator
from localize.engines.translation.scene import rows
from localize.errors import EngineFailed, PartlyFailed
from localize.models.registry import Registry
from localize.settings import Settings
from tests.localize.served.loopback import Loopback, Reading, running

Refusal = tuple[int, Any] | None
THOUGHT = "The user wants a translation. A line could be: {\"lines\": []}"
WORDS = "the gate was left open and my brother never saw who took the red box from your old house last winter".split()


def tokens(text: str) -> int:
    return len(text) // 4


def bad(message: str, param: str | None = None, code: Any = None, kind: str = "invalid_request_error") -> Any:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def form_of(body: dict[str, Any]) -> str:
    return str(body.get("response_format", {}).get("type", "rows"))


# --- what each refuses, and how its messages look -----------------------------------------------------------------


def vllm(server: Shape, body: dict[str, Any]) -> Refusal:
    """Takes all, but its context is short: the prompt and the longest answer must fit together."""
    asked, most = tokens(json.dumps(body["messages"])), body.get("max_tokens") or body.get("max_completion_tokens") or 0
    if asked + most <= 2048:
        return None
    what = f"'max_tokens' or 'max_completion_tokens' is too large: {most}. This model's maximum context length is 2048 tokens"
    what += f" and your request has {asked} input tokens ({most} > 2048 - {asked})."
    return 400, {"object": "error", "message": what, "type": "BadRequestError", "param": None, "code": 400}


def ollama(server: Shape, body: dict[str, Any]) -> Refusal:
    """Takes all; what a model thinks may be the only thing that comes."""
    if body["model"] != "tiny":
        return 404, bad(f"model '{body['model']}' not found", kind="not_found_error")
    return None


def llama_cpp(server: Shape, body: dict[str, Any]) -> Refusal:
    """Not up at first; cannot read this schema's grammar; a short context."""
    if server.asked == 1:
        return 503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    if form_of(body) == "json_schema":
        what = "Failed to initialize samplers: failed to parse grammar"
        return 400, {"error": {"code": 400, "message": what, "type": "invalid_request_error"}}
    asked = tokens(body["messages"][1]["content"])
    if asked > 200:
        what = f"request ({asked} tokens) exceeds the available context size (200 tokens), try increasing it"
        return 400, {"error": {"code": 400, "message": what, "type": "exceed_context_size_error", "n_prompt_tokens": asked, "n_ctx": 200}}
    return None


def lm_studio(server: Shape, body: dict[str, Any]) -> Refusal:
    """A schema or text, no JSON mode; its errors are bare strings."""
    if form_of(body) == "json_object":
        return 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}
    return None


def cloud(server: Shape, body: dict[str, Any]) -> Refusal:
    """A reasoning model: another name for the limit, no temperature, strict schemas, a rate limit that says how long."""
    if server.asked == 1:
        server.more = {"retry-after": "3"}
        return 429, bad("Rate limit reached for tiny. Please try again in 3s.", code="rate_limit_exceeded", kind="requests")
    if "max_tokens" in body:
        what = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return 400, bad(what, "max_tokens", "unsupported_parameter")
    if body.get("temperature", 1) != 1:
        what = "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported."
        return 400, bad(what, "temperature", "unsupported_value")
    schema = body["response_format"]["json_schema"]
    if not schema.get("strict") or schema["schema"].get("additionalProperties") is not False:
        return 400, bad("Invalid schema for response_format 'lines'", "response_format")
    return None


def json_mode_only(server: Shape, body: dict[str, Any]) -> Refusal:
    """JSON mode, where the prompt says so, and no schemas."""
    if form_of(body) == "json_schema":
        return 400, bad("This response_format type is unavailable now", code="invalid_request_error")
    if form_of(body) == "json_object" and "json" not in body["messages"][0]["content"].lower():
        return 400, bad("Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.")
    return None


def strict_fields(server: Shape, body: dict[str, Any]) -> Refusal:
    """Refuses every field that it does not know, one after the other, as pydantic words it."""
    for name in ("response_format", "seed", "max_tokens", "max_completion_tokens"):
        if name in body:
            found = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}
            return 422, {"detail": [found]}
    return None


def speechless(server: Shape, body: dict[str, Any]) -> Refusal:
    """Refuses whatever is optional and does not say what."""
    return None if set(body) == {"model", "messages"} else (400, {"error": "bad request"})


def in_text(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": f"<think>\n{THOUGHT}\n</think>\n\n{text}"}


def own_field(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": text, "reasoning_content": THOUGHT, "tool_calls": []}


def only_thought(text: str, body: dict[str, Any]) -> dict[str, Any]:
    quiet = body.get("reasoning_effort") == "none"
    return {"role": "assistant", "content": text if quiet else "", **({} if quiet else {"reasoning": THOUGHT})}


def plain(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": text, "refusal": None}


def in_parts(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "thinking", "text": THOUGHT}, {"type": "text", "text": text}]}


@dataclass(frozen=True)
class Kind:
    """A server's kind, what the last request to it holds, and how many it refuses before that."""

    name: str
    refuse: Callable[[Shape, dict[str, Any]], Refusal]
    message: Callable[[str, dict[str, Any]], dict[str, Any]]
    form: str
    holds: frozenset[str]
    refusals: int


KINDS = [
    Kind("vLLM", vllm, own_field, "json_schema", frozenset({"temperature", "seed"}), 1),
    Kind("Ollama", ollama, only_thought, "json_schema", frozenset({"temperature", "seed", "max_tokens", "reasoning_effort"}), 0),
    Kind("llama.cpp", llama_cpp, in_text, "json_object", frozenset({"temperature", "seed"}), 5),
    Kind("LM Studio", lm_studio, in_text, "json_schema", frozenset({"temperature", "seed", "max_tokens"}), 0),
    Kind("a cloud's", cloud, plain, "json_schema", frozenset({"seed", "max_completion_tokens"}), 3),
    Kind("JSON mode", json_mode_only, own_field, "json_object", frozenset({"temperature", "seed", "max_tokens"}), 1),
    Kind("strict fields", strict_fields, in_parts, "rows", frozenset({"temperature"}), 5),
    Kind("speechless", speechless, plain, "rows", frozenset(), 1),
]


class Shape(Loopback):
    """A server of a kind, whose model writes each letter turned by 13."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(Handler)
        self.kind, self.asked, self.more = kind, 0, {}
        self.cut = 0  # answers that break off at the limit before one is whole
        self.refused: list[Any] = []
        self.taken: list[dict[str, Any]] = []
        self.counted = [0, 0]


class Handler(Reading):
    server: Shape

    def answer(self, body: dict[str, Any]) -> None:
        server = self.server
        with server.guard:
            server.asked += 1
            server.more = {}
            refusal = server.kind.refuse(server, body)
            if refusal:
                server.refused.append(refusal)
                return self.send(refusal[0], json.dumps(refusal[1]).encode(), more=server.more)
            server.taken.append(body)
            text, reason = written(body), "stop"
            if server.cut:
                server.cut -= 1
                text, reason = "", "length"
            message = server.kind.message(text, body)
            usage = {"prompt_tokens": tokens(json.dumps(body["messages"])), "completion_tokens": tokens(json.dumps(message))}
            server.counted[0] += usage["prompt_tokens"]
            server.counted[1] += usage["completion_tokens"]
            choice = {"index": 0, "message": message, "finish_reason": reason}
            whole = {"id": "chatcmpl-1", "object": "chat.completion", "model": "tiny", "choices": [choice], "usage": usage}
        return self.send(200, json.dumps(whole).encode())


def written(body: dict[str, Any]) -> str:
    """The model's answer, in the form that the prompt asks for."""
    lines = json.loads(body["messages"][1]["content"])["lines"]
    made = [(x["id"], " ".join(x["text"].split()[:4]), codecs.encode(x["text"], "rot13")) for x in lines]
    if "Answer with JSON" in body["messages"][0]["content"]:
        return json.dumps({"lines": [{"id": i, "opening": o, "text": t} for i, o, t in made]})
    return "\n".join(f"{i} | {o} | {t}" for i, o, t in made)


@dataclass
class Waits:
    """What was waited for, in seconds, instead of waiting."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def asks(count: int = 24) -> list[Ask]:
    """Lines of two scenes, no two alike."""
    texts = [f"{' '.join(WORDS[n % 11 : n % 11 + 4])} {chr(97 + n)}{chr(98 + n)}{chr(99 + n)}." for n in range(count)]
    return [Ask(t[0].upper() + t[1:], seconds=3.0, scene=int(n >= 14)) for n, t in enumerate(texts)]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Shape]:
    with running(Shape(request.param)) as shape:
        yield shape


def engine(settings: Settings, server: Shape, waits: Waits, model: str = "tiny") -> ChatTranslator:
    own = replace(settings, llm_url=server.url, llm_model=model, llm_seconds=5.0, llm_parallel=1, offline=False)
    return ChatTranslator(EngineContext(own, Registry(own.models, own.models, {})), sleep=waits)


@pytest.mark.parametrize("server", KINDS, indirect=True, ids=lambda k: k.name)
def test_a_server_of_each_shape_is_asked_as_it_wants(settings: Settings, server: Shape) -> None:
    waits = Waits()
    found = engine(settings, server, waits)
    lines = asks()
    made = found.translate(lines, "en", "pt")
    assert made == [codecs.encode(a.text, "rot13") for a in lines]
    last = server.taken[-1]
    assert form_of(last) == server.kind.form
    assert set(last) - {"model", "messages", "response_format"} == server.kind.holds
    assert len(server.refused) == server.kind.refusals, server.refused
    before = len(server.refused)
    assert found.translate(lines[:3], "en", "pt") == made[:3]
    assert len(server.refused) == before, "what was learned once is not asked again"
    spent = Spending(found.context.settings.home, "").by_subject()
    assert [sum(s.tokens_in for s in spent), sum(s.tokens_out for s in spent)] == server.counted, "as the server counts them"
    if server.kind.name == "a cloud's":
        assert waits.seconds[0] == 3.0, "as long as it asked for"


@pytest.mark.parametrize("server", [KINDS[3]], indirect=True)
def test_scenes_are_asked_for_by_themselves(settings: Settings, server: Shape) -> None:
    engine(settings, server, Waits()).translate(asks(), "en", "pt")
    sizes = [len(json.loads(b["messages"][1]["content"])["lines"]) for b in server.taken]
    assert sizes == [14, 10]


@pytest.mark.parametrize("server", [KINDS[3]], indirect=True)
def test_a_model_that_knows_no_shorter_way_is_not_asked_for_ever(settings: Settings, server: Shape) -> None:
    (line,) = asks(1)
    made = engine(settings, server, Waits()).alternatives(line, "en", "pt", 6)
    assert made == [codecs.encode(line.text, "rot13")]
    told = [json.loads(b["messages"][1]["content"])["lines"][0] for b in server.taken]
    assert len(told) == 2
    assert told[1]["max_characters"] < told[0]["max_characters"]


@pytest.mark.parametrize("server", [KINDS[4]], indirect=True)
def test_an_answer_that_broke_off_is_given_more_room(settings: Settings, server: Shape) -> None:
    server.cut = 2
    lines = asks(1)
    assert engine(settings, server, Waits()).translate(lines, "en", "pt") == [codecs.encode(lines[0].text, "rot13")]
    room = [b["max_completion_tokens"] for b in server.taken]
    assert room[1] > 3 * room[0]
    assert room[2] > 3 * room[1]


def touchy(server: Shape, body: dict[str, Any]) -> Refusal:
    """Refuses one line for what it says, and blames nothing of the request."""
    if "Box" in body["messages"][1]["content"]:
        return 400, bad("The response was filtered due to the prompt triggering our content policy", code="content_filter")
    return None


@pytest.mark.parametrize("server", [replace(KINDS[3], refuse=touchy)], indirect=True)
def test_a_line_that_is_refused_costs_no_other_line_and_teaches_nothing(settings: Settings, server: Shape) -> None:
    lines = [replace(a, text=f"Box {a.text}") if n == 5 else a for n, a in enumerate(asks())]
    found = engine(settings, server, Waits())
    with pytest.raises(PartlyFailed, match="content policy") as caught:
        found.translate(lines, "en", "pt")
    assert caught.value.texts == tuple(None if n == 5 else codecs.encode(a.text, "rot13") for n, a in enumerate(lines))
    assert form_of(server.taken[-1]) == "json_schema"
    assert {"temperature", "seed", "max_tokens"} <= set(server.taken[-1])


@pytest.mark.parametrize("server", [KINDS[1]], indirect=True)
def test_a_model_that_is_not_there_is_named(settings: Settings, server: Shape) -> None:
    with pytest.raises(EngineFailed, match="model 'large' not found"):
        engine(settings, server, Waits(), "large").translate(asks(2), "en", "pt")


@pytest.mark.parametrize("server", [replace(KINDS[0], refuse=lambda _server, _body: (500, bad("Internal Server Error")))], indirect=True)
def test_a_server_that_only_fails_is_given_up(settings: Settings, server: Shape) -> None:
    with pytest.raises((EngineFailed, PartlyFailed), match="HTTP 500"):
        engine(settings, server, Waits()).translate(asks(2), "en", "pt")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>hm</think>yes", "yes"),
        ("hm, so\n</think>\nyes", "yes"),
        ("<think>it goes on", ""),
        ("yes<think>or no", "yes"),
        ("[THINK]hm[/THINK]yes", "yes"),
        ("<thinking>a</thinking><thought>b</thought> yes", "yes"),
        ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>yes<|return|>", "yes"),
        ("<|channel|>analysis<|message|>hm", ""),
        ("Ella piensa: 1 < 2.", "Ella piensa: 1 < 2."),
    ],
)
def test_what_a_model_thinks_is_no_answer(text: str, left: str) -> None:
    assert without_thoughts(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "1 | Come home now | Ven a casa.\n2 | Who is it | ¿Quién es?",
        "| 1 | Come home now | Ven a casa. |\n| 2 | Who is it | ¿Quién es? |",
        "Here you are:\n1. | Come home now | Ven a casa.\n2) | Who is it | ¿Quién es?\n",
        '```json\n[{"id": 1, "opening": "Come home now", "text": "Ven a casa."}, {"id": 2, "opening": "Who is it", "text": "¿Quién es?"}]\n```',
    ],
)
def test_rows_are_read_in_whatever_form_they_come(text: str) -> None:
    assert rows(text) == [("1", "Come home now", "Ven a casa."), ("2", "Who is it", "¿Quién es?")]


def test_an_answer_without_rows_is_none() -> None:
    for text in ("", "I cannot help with that.", "{}", '{"lines": 3}', "1 - Ven a casa"):
        with pytest.raises(ValueError, match=re.compile("no ")):
            rows(text)
