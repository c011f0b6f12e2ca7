"""Python code that asks a model, as a user writes it."""

import asyncio
import threading

from nogil import llm


def summarise(text):
    response = llm.complete(text, system="Be brief.", max_tokens=9)
    return {"text": response.text, "usage": response.usage, "finish": response.finish_reason, "cost": response.cost}


async def summarise_async(texts):
    return [str(answer) for answer in await asyncio.gather(*(llm.complete(text) for text in texts))]


def pieces(text):
    stream = llm.stream(text)
    return [list(stream), stream.response.text, stream.response.usage["output"]]


async def pieces_async(text):
    stream = llm.stream(text)
    return [[piece async for piece in stream], stream.response.text]


def many(prompts, **options):
    return [str(result) if isinstance(result, llm.Response) else result.code for result in llm.map(prompts, **options)]


async def many_async(prompts):
    return [str(result) async for result in llm.map(prompts)]


def from_threads(count):
    answers = [None] * count

    def ask(i):
        answers[i] = llm.complete(f"t{i}").text

    threads = [threading.Thread(target=ask, args=(i,), name=f"asker-{i}") for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def failure(text):
    try:
        llm.complete(text)
    except llm.LLMError as error:
        return [error.code, error.type, error.retryable, error.status, str(error)]


def value(text, schema):
    return llm.complete(text, schema=schema).value


def stats():
    return llm.stats()
