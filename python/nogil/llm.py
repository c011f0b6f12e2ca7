"""The host's language model client, from Python: ``createPool({ host: { llm: hostCalls(llm) } })`` there.

All threads of all workers use that one client, so its limits, its budget and its retries hold for all of them together.
In ordinary code these functions wait; where an event loop runs, in ``async def``, they are awaited.
"""

import os
import threading

from . import host
from ._channel import current

__all__ = ["LLMError", "Response", "complete", "map", "stats", "stream"]


class LLMError(Exception):
    """A call failed.

    code:      what the host's error says, such as ``"LLM_RATE_LIMITED"``
    type:      the name of its class
    retryable: whether the same call may succeed later
    status:    HTTP status, or None
    spent:     US dollars that the attempts have cost
    """

    def __init__(self, message, code, type, retryable, status, spent):
        super().__init__(message, code, type, retryable, status, spent)
        self.message = message
        self.code = code
        self.type = type
        self.retryable = retryable
        self.status = status
        self.spent = spent

    def __str__(self):
        return self.message


class Response:
    """An answer. Fields have the host's names in Python's style: ``text``, ``usage``, ``cost``, ``finish_reason``…

    usage: a dict of ``input, output, cached, reasoning`` tokens
    cost:  US dollars, None where the price of the model is not known
    value: the value that was asked for with ``schema``
    """

    def __init__(self, fields):
        self.__dict__.update({_snake(name): value for name, value in fields.items()})

    def __getattr__(self, name):
        if name in _FIELDS:
            return None
        raise AttributeError(f"a response has no {name!r}")

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"Response(text={self.text!r:.80}, model={self.model!r}, cost={self.cost!r})"


# What a host leaves out when there is none.
_FIELDS = frozenset({"cost", "value", "reasoning", "id"})


def complete(prompt, **options):
    """One answer, as a Response.

    prompt:  a text, or a list of messages such as ``{"role": "user", "content": "…"}``
    options: ``system``, ``max_tokens``, ``temperature``, ``top_p``, ``stop``, ``seed``, ``reasoning_effort``, ``schema`` (a
             JSON Schema), ``timeout`` (milliseconds), ``extra_body``. Raises LLMError, TaskCancelled.
    """
    answer = host.call("llm.complete", prompt, _options(options))
    return answer.then(_settled) if isinstance(answer, host.Answer) else _settled(answer)


def stream(prompt, **options):
    """The pieces of one answer's text while it is written, to iterate with ``for`` or ``async for``; afterwards
    ``.response`` holds the whole. Options and errors as of ``complete``."""
    return _TextStream(host.call("llm.stream", prompt, _options(options)))


def map(prompts, **options):
    """Answers to many prompts, in order, as many at a time as the host's client allows. Iterating gives a Response or,
    for a prompt that failed, an LLMError, which is not raised. Options as of ``complete``, and ``concurrency``."""
    return _Results(host.call("llm.map", list(prompts), _options(options)))


def stats():
    """What each thread has done: ``{caller: {"calls", "failed", "inputTokens", "outputTokens", "spent", "busy"}}``; a
    caller is ``process id/thread``, ``spent`` are US dollars, ``busy`` milliseconds in calls."""
    return host.call("llm.stats")


class _TextStream:
    def __init__(self, events):
        self._events = events
        self.response = None

    def __iter__(self):
        for event in self._events:
            if event["type"] == "text":
                yield event["text"]
            elif event["type"] == "end":
                self.response = _settled(event["result"])

    async def __aiter__(self):
        async for event in self._events:
            if event["type"] == "text":
                yield event["text"]
            elif event["type"] == "end":
                self.response = _settled(event["result"])


class _Results:
    def __init__(self, results):
        self._results = results

    def __iter__(self):
        for result in self._results:
            yield _result(result)

    async def __aiter__(self):
        async for result in self._results:
            yield _result(result)


def _result(result):
    """A Response, or an LLMError that is not raised."""
    return Response(result["response"]) if result["ok"] else LLMError(**result["error"])


def _settled(result):
    made = _result(result)
    if isinstance(made, LLMError):
        raise made
    return made


def _options(options):
    """Names in the host's style, and who calls."""
    channel = getattr(current, "channel", None)
    thread = threading.current_thread().name if channel is None else channel.number
    named = {_camel(name): value for name, value in options.items()}
    return {"caller": f"{os.getpid()}/{thread}", **named}


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
