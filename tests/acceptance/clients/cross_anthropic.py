"""The Anthropic SDK for Python, with its accumulator of streams, at several places."""

import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from cross import ABOUT_TOOLS, PIXEL, QUESTIONS, REPORT, RESULTS, run_everywhere

import anthropic

TOOLS = [
    {"name": name, "description": about["description"], "input_schema": about["parameters"]}
    for name, about in ABOUT_TOOLS.items()
]
THINKING = {"type": "enabled", "budget_tokens": 2048}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}


def joined(answer, kind, field):
    return "".join(getattr(block, field) for block in answer.content if block.type == kind)


def open_place(url, key, model):
    client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

    def seen(answer):
        usage = answer.usage
        return {
            "text": joined(answer, "text", "text"),
            "thoughts": joined(answer, "thinking", "thinking"),
            "calls": [[block.name, block.input] for block in answer.content if block.type == "tool_use"],
            "finish": answer.stop_reason,
            "model": answer.model == model,
            "usage": [
                usage.input_tokens,
                usage.cache_creation_input_tokens,
                usage.cache_read_input_tokens,
                usage.output_tokens,
            ],
        }

    def streamed(**body):
        with client.messages.stream(model=model, max_tokens=4096, **body) as answer:
            return answer.get_final_message()

    def whole(**body):
        return client.messages.create(model=model, max_tokens=4096, **body)

    def tools_with(ask):
        messages = [{"role": "user", "content": QUESTIONS["tools"]}]
        first = ask(messages=messages, tools=TOOLS, thinking=THINKING)
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": RESULTS[block.name]}
            for block in first.content
            if block.type == "tool_use"
        ]
        messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
        return [seen(first), seen(ask(messages=messages, tools=TOOLS, thinking=THINKING))]

    def ask(content, **extra):
        return [seen(streamed(messages=[{"role": "user", "content": content}], **extra))]

    report = {"format": {"type": "json_schema", "schema": REPORT}}
    return {
        "text": lambda: ask(QUESTIONS["text"]),
        "tools": lambda: tools_with(streamed),
        "tools_whole": lambda: tools_with(whole),
        "image": lambda: ask([{"type": "text", "text": QUESTIONS["image"]}, IMAGE]),
        "structured": lambda: ask(QUESTIONS["structured"], output_config=report),
    }


run_everywhere(anthropic.__version__, open_place)
