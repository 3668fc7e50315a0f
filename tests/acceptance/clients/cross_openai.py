"""The OpenAI SDK for Python, with its accumulators of streams, at several places: Chat or Responses."""

import json
import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from cross import ABOUT_TOOLS, PIXEL, PROTOCOL, QUESTIONS, REPORT, RESULTS, run_everywhere

import openai

ADDRESS = f"data:image/png;base64,{PIXEL}"
ABOUT = [{"name": name, **about, "strict": True} for name, about in ABOUT_TOOLS.items()]


def open_chat(client, model):
    tools = [{"type": "function", "function": about} for about in ABOUT]

    def seen(answer):
        choice, usage = answer.choices[0], answer.usage
        return {
            "text": choice.message.content or "",
            "thoughts": getattr(choice.message, "reasoning_content", None) or "",
            "calls": [
                [call.function.name, json.loads(call.function.arguments)]
                for call in choice.message.tool_calls or []
            ],
            "finish": choice.finish_reason,
            "model": answer.model == model,
            "usage": [
                usage.prompt_tokens,
                usage.prompt_tokens_details.cached_tokens,
                usage.completion_tokens,
                usage.completion_tokens_details.reasoning_tokens,
                usage.total_tokens,
            ],
        }

    def streamed(**body):
        options = {"include_usage": True}
        with client.chat.completions.stream(model=model, stream_options=options, **body) as stream:
            stream.until_done()
            return stream.get_final_completion()

    def whole(**body):
        return client.chat.completions.create(model=model, **body)

    def tools_with(ask):
        messages = [{"role": "user", "content": QUESTIONS["tools"]}]
        first = ask(messages=messages, tools=tools, reasoning_effort="medium")
        message = first.choices[0].message
        messages.append(message.to_dict())
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": RESULTS[call.function.name]}
            for call in message.tool_calls
        ]
        return [seen(first), seen(ask(messages=messages, tools=tools, reasoning_effort="medium"))]

    def ask(content, **extra):
        return [seen(streamed(messages=[{"role": "user", "content": content}], **extra))]

    image = {"type": "image_url", "image_url": {"url": ADDRESS}}
    report = {"type": "json_schema", "json_schema": {"name": "report", "schema": REPORT, "strict": True}}
    return {
        "text": lambda: ask(QUESTIONS["text"]),
        "tools": lambda: tools_with(streamed),
        "tools_whole": lambda: tools_with(whole),
        "image": lambda: ask([{"type": "text", "text": QUESTIONS["image"]}, image]),
        "structured": lambda: ask(QUESTIONS["structured"], response_format=report),
    }


def open_responses(client, model):
    tools = [{"type": "function", **about} for about in ABOUT]
    thinking = {
        "reasoning": {"effort": "medium", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
    }

    def seen(answer):
        usage = answer.usage
        return {
            "text": answer.output_text,
            "thoughts": "".join(
                part.text for item in answer.output if item.type == "reasoning" for part in item.summary
            ),
            "calls": [
                [item.name, json.loads(item.arguments)]
                for item in answer.output
                if item.type == "function_call"
            ],
            "finish": answer.status,
            "model": answer.model == model,
            "usage": [
                usage.input_tokens,
                usage.input_tokens_details.cached_tokens,
                usage.output_tokens,
                usage.output_tokens_details.reasoning_tokens,
                usage.total_tokens,
            ],
        }

    def streamed(**body):
        with client.responses.stream(model=model, store=False, **body) as stream:
            return stream.get_final_response()

    def whole(**body):
        return client.responses.create(model=model, store=False, **body)

    def tools_with(ask):
        items = [{"role": "user", "content": QUESTIONS["tools"]}]
        first = ask(input=items, tools=tools, **thinking)
        again = [item.to_dict() for item in first.output]
        items += [{key: item[key] for key in item if key != "parsed_arguments"} for item in again]
        items += [
            {"type": "function_call_output", "call_id": item.call_id, "output": RESULTS[item.name]}
            for item in first.output
            if item.type == "function_call"
        ]
        return [seen(first), seen(ask(input=items, tools=tools, **thinking))]

    def ask(content, **extra):
        return [seen(streamed(input=[{"role": "user", "content": content}], **extra))]

    image = {"type": "input_image", "image_url": ADDRESS}
    report = {"format": {"type": "json_schema", "name": "report", "schema": REPORT, "strict": True}}
    return {
        "text": lambda: ask(QUESTIONS["text"]),
        "tools": lambda: tools_with(streamed),
        "tools_whole": lambda: tools_with(whole),
        "image": lambda: ask([{"type": "input_text", "text": QUESTIONS["image"]}, image]),
        "structured": lambda: ask(QUESTIONS["structured"], text=report),
    }


def open_place(url, key, model):
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
    return open_chat(client, model) if PROTOCOL == "openai" else open_responses(client, model)


run_everywhere(openai.__version__, open_place)
