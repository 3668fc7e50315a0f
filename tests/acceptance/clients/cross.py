"""The same conversations at several places, each reported as a JSON line."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

PLACES = json.loads(os.environ["CLIENT_PLACES"])
PROTOCOL = os.environ["CLIENT_PROTOCOL"]
# A white dot.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
ABOUT_TOOLS = {
    "get_weather": {
        "description": "Tells the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
    "get_time": {
        "description": "Tells the time.",
        "parameters": {
            "type": "object",
            "properties": {"zone": {"type": "string"}, "at": {"type": "number"}},
            "required": ["zone", "at"],
            "additionalProperties": False,
        },
    },
}
# What the tools answer.
RESULTS = {"get_weather": "sunny", "get_time": "12:30"}
REPORT = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
QUESTIONS = {
    "text": "Say hello.",
    "tools": "How is the weather?",
    "image": "What is in the image?",
    "structured": "Make a structured report.",
}


def run(name, case):
    try:
        return {"case": name, "turns": case()}
    except Exception as error:  # whatever the client raises is the result
        return {"case": name, "error": {"class": type(error).__name__, "message": repr(error)}}


def run_everywhere(version, open_place):
    """Plays the cases that `open_place` makes for each place."""
    print(json.dumps({"case": "client", "version": version}))
    runs = [
        (f"{place['name']}/{name}", case)
        for place in PLACES
        for name, case in open_place(place["url"], place["key"], place["model"]).items()
    ]
    with ThreadPoolExecutor(len(runs)) as pool:
        for result in pool.map(lambda item: run(*item), runs):
            print(json.dumps(result))
    sys.stdout.flush()
