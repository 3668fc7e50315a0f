"""Makes a database with the real keyway-router (PyPI, 0.2.0), by its own admin API.

Run with the Python that has keyway-router installed:

    python make_keyway_router_db.py DATA_DIR SECRET [UPSTREAM_BASE_URL]

With an upstream, one chat is asked through it, so that its log holds a row. Prints one line of JSON:
where the database lies and the keys that clients hold.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ADMIN_TOKEN = "admin-of-the-old-gateway"
PATIENCE_SECONDS = 60


def main() -> None:
    data_dir, secret = pathlib.Path(sys.argv[1]), sys.argv[2]
    upstream = sys.argv[3] if len(sys.argv) > 3 else None
    data_dir.mkdir(parents=True, exist_ok=True)
    router = Router(data_dir, secret)
    try:
        router.wait()
        made = fill(router, upstream or "http://127.0.0.1:9/v1")
        if upstream:
            router.ask(made["keys"]["laptop"], "sonnet")
    finally:
        router.stop()
    print(json.dumps({"database": str(data_dir / "keyway.db"), **made}))


class Router:
    """A running keyway-router."""

    def __init__(self, data_dir: pathlib.Path, secret: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(data_dir),
            "KEYWAY_SECRET": secret,
            "KEYWAY_ADMIN_TOKEN": ADMIN_TOKEN,
            "KEYWAY_DATA_DIR": str(data_dir),
            "KEYWAY_HOST": "127.0.0.1",
            "KEYWAY_PORT": str(port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "keyway"],
            env=environment,
            cwd=data_dir,
            stdout=sys.stderr,
            stderr=sys.stderr,
        )

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit(f"keyway-router ended with {self.process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise SystemExit("keyway-router did not start")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def post(self, path: str, body: dict) -> dict:
        return self._call(f"/admin/llm/{path}", body, {"X-Admin-Token": ADMIN_TOKEN})

    def ask(self, key: str, model: str) -> dict:
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        return self._call("/v1/chat/completions", body, {"Authorization": f"Bearer {key}"})

    def _call(self, path: str, body: dict, headers: dict) -> dict:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json", **headers},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path}: {error.code} {error.read().decode()}") from error


def fill(router: Router, upstream: str) -> dict:
    """Two groups; providers of both protocols, a pool of two credentials, routes, targets, keys, a tool."""
    router.post("groups", {"group_id": "work", "name": "Work", "note": "the day job"})
    for group in ("default", "work"):
        make_provider(router, group, f"{group}-openai", upstream, "openai")
        make_provider(router, group, f"{group}-anthropic", upstream, "anthropic")
    router.post(
        "providers/work-openai/credentials",
        {"api_key": "sk-second", "label": "second", "priority": 1, "weight": 3},
    )
    route = router.post(
        "groups/work/routes",
        {
            "alias": "sonnet",
            "provider_id": "work-openai",
            "upstream_model": "deepseek-chat",
            "mode": "auto-select",
        },
    )["route"]
    router.post(
        f"routes/{route['route_id']}/providers",
        {"provider_id": "work-openai", "upstream_model": "deepseek-chat", "priority": 0},
    )
    router.post(
        f"routes/{route['route_id']}/providers",
        {"provider_id": "work-anthropic", "upstream_model": "claude", "priority": 1},
    )
    router.post(
        "groups/default/routes",
        {"alias": "opus", "provider_id": "default-anthropic", "upstream_model": "claude-opus"},
    )
    router.post(
        "groups/work/tool-providers",
        {"tool_id": "tavily", "name": "Tavily", "api_key": "tvly-secret"},
    )
    keys = {
        "laptop": make_key(router, "work", {"name": "laptop", "owner_user_id": "ada", "rpm_limit": 60}),
        "home": make_key(router, "default", {"name": "home", "expires_at": "2099-01-01T00:00:00Z"}),
    }
    return {"keys": keys}


def make_provider(router: Router, group: str, provider: str, upstream: str, protocol: str) -> None:
    body = {
        "provider_id": provider,
        "name": provider.title(),
        "base_url": upstream,
        "api_key": f"sk-{provider}",
        "protocol": protocol,
    }
    router.post(f"groups/{group}/providers", body)


def make_key(router: Router, group: str, body: dict) -> str:
    return router.post(f"groups/{group}/keys", body)["plaintext"]


if __name__ == "__main__":
    main()
