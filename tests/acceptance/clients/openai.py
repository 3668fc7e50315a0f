"""The OpenAI SDK for Python: Chat Completions, and Responses by the models whose names end in -r."""

import json
import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from cases import CITY, HAS_ECHO, KEY, URL, run_all

import openai
from openai import OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key=KEY)
impatient = client.with_options(max_retries=0)
stranger = OpenAI(base_url=f"{URL}/v1", api_key="db_sk_nobody", max_retries=0)

CHAT_TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Tells the weather.", "parameters": CITY, "strict": True},
}
TOOL = {"type": "function", "name": "get_weather", "description": "Tells the weather.", "parameters": CITY, "strict": True}


def hello(text="Say hello."):
    return [{"role": "user", "content": text}]


def seen(answer):
    usage = answer.usage
    return {
        "text": answer.choices[0].message.content,
        "model": answer.model,
        "finish": answer.choices[0].finish_reason,
        "usage": [usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens, usage.completion_tokens],
    }


def seen_response(answer):
    usage = answer.usage
    return {
        "text": answer.output_text,
        "model": answer.model,
        "finish": answer.status,
        "usage": [usage.input_tokens, usage.input_tokens_details.cached_tokens, usage.output_tokens],
    }


def chat_text(caller=client, model="talker", text="Say hello."):
    return seen(caller.chat.completions.create(model=model, messages=hello(text)))


def chat_stream(caller=client, model="talker", text="Say hello."):
    options = {"include_usage": True}
    pieces = []
    with caller.chat.completions.stream(model=model, messages=hello(text), stream_options=options) as stream:
        for event in stream:
            if event.type == "content.delta":
                pieces.append(event.delta)
        return {**seen(stream.get_final_completion()), "pieces": pieces}


def calls_of(message):
    return [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls]


def chat_tool():
    messages = hello("What is the weather in Zürich?")
    first = client.chat.completions.create(model="caller", messages=messages, tools=[CHAT_TOOL])
    return chat_after_tool(messages, first)


def chat_stream_tool():
    messages = hello("What is the weather in Zürich?")
    with client.chat.completions.stream(model="caller", messages=messages, tools=[CHAT_TOOL]) as stream:
        stream.until_done()
        return chat_after_tool(messages, stream.get_final_completion())


def chat_after_tool(messages, first):
    message = first.choices[0].message
    calls = calls_of(message)
    messages.append(message.to_dict())
    for call in message.tool_calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": "sunny"})
    last = client.chat.completions.create(model="caller", messages=messages, tools=[CHAT_TOOL])
    return {**seen(last), "calls": calls, "call_finish": first.choices[0].finish_reason}


def responses_text(caller=client, model="talker-r"):
    return seen_response(caller.responses.create(model=model, input="Say hello."))


def responses_stream(caller=client, model="talker-r"):
    pieces = []
    with caller.responses.stream(model=model, input="Say hello.") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
        return {**seen_response(stream.get_final_response()), "pieces": pieces}


def responses_tool():
    items = [{"role": "user", "content": "What is the weather in Zürich?"}]
    first = client.responses.create(model="caller-r", input=items, tools=[TOOL])
    return responses_after_tool(items, first)


def responses_stream_tool():
    items = [{"role": "user", "content": "What is the weather in Zürich?"}]
    with client.responses.stream(model="caller-r", input=items, tools=[TOOL]) as stream:
        return responses_after_tool(items, stream.get_final_response())


def responses_after_tool(items, first):
    calls = [item for item in first.output if item.type == "function_call"]
    items = items + [{k: v for k, v in item.to_dict().items() if k != "parsed_arguments"} for item in calls]
    for call in calls:
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
    last = client.responses.create(model="caller-r", input=items, tools=[TOOL])
    seen_calls = [[call.name, json.loads(call.arguments)] for call in calls]
    return {**seen_response(last), "calls": seen_calls}


cases = {
    "text": chat_text,
    "stream": chat_stream,
    "tool": chat_tool,
    "stream_tool": chat_stream_tool,
    "unknown_model": lambda: chat_text(model="no-such-model"),
    "bad_key": lambda: chat_text(stranger),
    "refused": lambda: chat_text(impatient, "limited"),
    "retried": lambda: chat_text(model="busy"),
    "overloaded": lambda: chat_stream(model="tired"),
    "cut": lambda: chat_stream(impatient, "cutter"),
    "models": lambda: {"models": [model.id for model in client.models.list()]},
    "responses_text": responses_text,
    "responses_stream": responses_stream,
    "responses_tool": responses_tool,
    "responses_stream_tool": responses_stream_tool,
    "responses_unknown_model": lambda: responses_text(model="no-such-model"),
    "responses_cut": lambda: responses_stream(impatient, "cutter-r"),
}
if HAS_ECHO:
    cases["echo"] = lambda: chat_text(model="echo")
    cases["echo_stream"] = lambda: chat_stream(model="echo")
    cases["echo_responses"] = lambda: responses_stream(model="echo")
    cases["echo_status"] = lambda: chat_text(impatient, "echo", "echo: status 429")
    cases["echo_cut"] = lambda: chat_stream(impatient, "echo", "echo: cut after 5")
    cases["echo_call"] = lambda: {
        "calls": calls_of(
            client.chat.completions.create(
                model="echo", messages=hello('echo: call get_weather {"city":"Zürich"}'), tools=[CHAT_TOOL]
            )
            .choices[0]
            .message
        )
    }

print(json.dumps({"case": "client", "version": openai.__version__}))
run_all(cases)
