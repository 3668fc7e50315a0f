"""The Anthropic SDK for Python."""

import json
import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from cases import CITY, HAS_ECHO, KEY, URL, run_all

import anthropic
from anthropic import Anthropic

client = Anthropic(base_url=URL, api_key=KEY)
impatient = client.with_options(max_retries=0)
stranger = Anthropic(base_url=URL, api_key="db_sk_nobody", max_retries=0)

TOOL = {"name": "get_weather", "description": "Tells the weather.", "input_schema": CITY}


def hello(text="Say hello."):
    return [{"role": "user", "content": text}]


def seen(answer):
    usage = answer.usage
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "model": answer.model,
        "finish": answer.stop_reason,
        "usage": [usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens],
    }


def text(caller=client, model="talker", said="Say hello."):
    return seen(caller.messages.create(model=model, max_tokens=256, messages=hello(said)))


def stream(caller=client, model="talker", said="Say hello."):
    with caller.messages.stream(model=model, max_tokens=256, messages=hello(said)) as answer:
        pieces = list(answer.text_stream)
        return {**seen(answer.get_final_message()), "pieces": pieces}


def calls_of(answer):
    return [[block.name, block.input] for block in answer.content if block.type == "tool_use"]


def tool():
    messages = hello("What is the weather in Zürich?")
    first = client.messages.create(model="caller", max_tokens=256, messages=messages, tools=[TOOL])
    return after_tool(messages, first)


def stream_tool():
    messages = hello("What is the weather in Zürich?")
    with client.messages.stream(model="caller", max_tokens=256, messages=messages, tools=[TOOL]) as answer:
        return after_tool(messages, answer.get_final_message())


def after_tool(messages, first):
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "sunny"}
        for block in first.content
        if block.type == "tool_use"
    ]
    messages = messages + [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": results},
    ]
    last = client.messages.create(model="caller", max_tokens=256, messages=messages, tools=[TOOL])
    return {**seen(last), "calls": calls_of(first), "call_finish": first.stop_reason}


def count():
    counted = client.messages.count_tokens(model="talker", messages=hello("word " * 200), tools=[TOOL])
    return {"tokens": counted.input_tokens}


cases = {
    "text": text,
    "stream": stream,
    "tool": tool,
    "stream_tool": stream_tool,
    "unknown_model": lambda: text(model="no-such-model"),
    "bad_key": lambda: text(stranger),
    "refused": lambda: text(impatient, "limited"),
    "retried": lambda: text(model="busy"),
    "overloaded": lambda: stream(model="tired"),
    "cut": lambda: stream(impatient, "cutter"),
    "models": lambda: {"models": [model.id for model in client.models.list()]},
    "count": count,
}
if HAS_ECHO:
    cases["echo"] = lambda: text(model="echo")
    cases["echo_stream"] = lambda: stream(model="echo")
    cases["echo_status"] = lambda: text(impatient, "echo", "echo: status 529")
    cases["echo_cut"] = lambda: stream(impatient, "echo", "echo: cut after 5")
    cases["echo_call"] = lambda: {
        "calls": calls_of(
            client.messages.create(
                model="echo",
                max_tokens=256,
                messages=hello('echo: call get_weather {"city":"Zürich"}'),
                tools=[TOOL],
            )
        )
    }

print(json.dumps({"case": "client", "version": anthropic.__version__}))
run_all(cases)
