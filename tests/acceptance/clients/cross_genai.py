"""Google's Gen AI SDK for Python at several places. It has no accumulator: the chunks are put together as its users do."""

import base64
import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from cross import ABOUT_TOOLS, PIXEL, QUESTIONS, REPORT, RESULTS, run_everywhere

from google import genai
from google.genai import types

DECLARATIONS = [
    types.FunctionDeclaration(
        name=name, description=about["description"], parameters_json_schema=about["parameters"]
    )
    for name, about in ABOUT_TOOLS.items()
]


def open_place(url, key, model):
    client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url))

    def seen(parts, last, finish):
        usage = last.usage_metadata
        return {
            "text": "".join(part.text or "" for part in parts if not part.thought),
            "thoughts": "".join(part.text or "" for part in parts if part.thought),
            "calls": [[part.function_call.name, part.function_call.args] for part in parts if part.function_call],
            "finish": finish,
            "model": last.model_version == model,
            "usage": [
                usage.prompt_token_count,
                usage.cached_content_token_count,
                usage.candidates_token_count,
                usage.thoughts_token_count,
                usage.total_token_count,
            ],
        }

    def parts_of(answer):
        content = answer.candidates[0].content if answer.candidates else None
        return (content.parts or []) if content else []

    def streamed(contents, config=None):
        parts, last, finish = [], None, None
        for chunk in client.models.generate_content_stream(model=model, contents=contents, config=config):
            parts += parts_of(chunk)
            last = chunk
            finish = chunk.candidates[0].finish_reason if chunk.candidates else finish
        return parts, seen(parts, last, finish)

    def whole(contents, config=None):
        answer = client.models.generate_content(model=model, contents=contents, config=config)
        return parts_of(answer), seen(parts_of(answer), answer, answer.candidates[0].finish_reason)

    def tools_with(ask):
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=DECLARATIONS)],
            thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=2048),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        contents = [types.Content(role="user", parts=[types.Part(text=QUESTIONS["tools"])])]
        parts, first = ask(contents, config)
        results = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=part.function_call.id,
                    name=part.function_call.name,
                    response={"output": RESULTS[part.function_call.name]},
                )
            )
            for part in parts
            if part.function_call
        ]
        contents += [types.Content(role="model", parts=parts), types.Content(role="user", parts=results)]
        return [first, ask(contents, config)[1]]

    def ask(parts, config=None):
        return [streamed([types.Content(role="user", parts=parts)], config)[1]]

    image = types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png")
    report = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=REPORT)
    return {
        "text": lambda: ask([types.Part(text=QUESTIONS["text"])]),
        "tools": lambda: tools_with(streamed),
        "tools_whole": lambda: tools_with(whole),
        "image": lambda: ask([types.Part(text=QUESTIONS["image"]), image]),
        "structured": lambda: ask([types.Part(text=QUESTIONS["structured"])], report),
    }


run_everywhere(genai.__version__, open_place)
