"""Runs the cases of one client and prints a JSON line for each."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

URL = os.environ["CLIENT_URL"]
KEY = os.environ["CLIENT_KEY"]
HAS_ECHO = os.environ.get("CLIENT_ECHO") == "1"
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def failure(error):
    """What a client's user learns from an error."""
    response = getattr(error, "response", None)
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "retry_after": response.headers.get("retry-after") if response is not None else None,
        "message": str(error),
    }


def run(name, case):
    try:
        return name, case()
    except Exception as error:  # whatever the client raises is the result
        return name, {"error": failure(error)}


def run_all(cases):
    """All at once: several of them mostly wait."""
    with ThreadPoolExecutor(len(cases)) as pool:
        for name, result in pool.map(lambda item: run(*item), cases.items()):
            print(json.dumps({"case": name, **result}))
    sys.stdout.flush()
