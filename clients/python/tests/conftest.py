"""The real server, started once with directories of its own on SQLite, and programs that run against it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional, Union

import pytest

RELEASE = Path(__file__).parents[3] / "target" / "release"
SERVER = Path(os.environ.get("SERVER") or RELEASE / "strongroom-server")
CLIENT = Path(os.environ.get("CLIENT") or RELEASE / "strongroom")
SOURCES = str(Path(__file__).parents[1] / "src")

# Every value that no log and no output may show has this in it.
MARKER = "m4rk3r"
# What the caller has set must not reach what is tested.
ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("STRONGROOM_", "SECRET_")) and name not in ("EF_ENV", "ENTRYPOINT", "INPUT_DIRECTORY")
}


class Server:
    """The binary, and REST as its first admin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._places = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
        self._log = folder / "log"

    def start(self) -> None:
        words = ["bootstrap", "--email", "admin@example.com", "--password-stdin", "--token", *self._places]
        password = f"{MARKER} correct horse battery"
        made = subprocess.run([str(SERVER), *words], input=password, env=ENVIRON, capture_output=True, text=True, check=True)
        self.token = made.stdout.strip()
        self.serve()

    def serve(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(SERVER), "serve", "--listen", f"127.0.0.1:{self.port}", *self._places],
                env=ENVIRON,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while not self._is_ready():
            assert self._process.poll() is None, f"the server did not start:\n{self.log()}"
            assert time.monotonic() < deadline, f"the server was not ready within 30 s:\n{self.log()}"
            time.sleep(0.025)

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(15) == 0, f"the server did not end cleanly:\n{self.log()}"

    def log(self) -> str:
        return self._log.read_text()

    def api(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def put(self, scope: str, name: str, value: str, kind: str = "text", environment: Optional[str] = None) -> None:
        query = f"?environment={environment}" if environment else ""
        self.api("PUT", f"{scope}/secrets/{name}{query}", {"value": value, "kind": kind})

    def service_token(self, project: str, service: str, environment: str = "development") -> str:
        place = {"project": project, "service": service, "environment": environment}
        made = self.api("POST", "tokens", {"name": f"{service} tests", "rights": ["read"], **place})
        return str(made["token"])

    def settings(self, service: str = "shop/api", token: Optional[str] = None) -> dict[str, str]:
        project, name = service.split("/")
        return {
            "STRONGROOM_URL": self.url,
            "STRONGROOM_TOKEN": token or self.token,
            "STRONGROOM_PROJECT": project,
            "STRONGROOM_SERVICE": name,
            "STRONGROOM_ENVIRONMENT": "development",
        }

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Programs:
    """Runs Python with this package; everything that is printed is kept for the search at the end."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    def run(
        self, folder: Path, *words: str, environ: Optional[dict[str, str]] = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return self.start(folder, [sys.executable, *words], environ, stdin)

    def start(
        self, folder: Path, command: list[str], environ: Optional[dict[str, str]] = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environ = {**ENVIRON, "PYTHONPATH": SOURCES, **(environ or {})}
        done = subprocess.run(
            command, cwd=folder, env=environ, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )
        self.printed += [done.stdout, done.stderr]
        return done


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Projects `shop` (services `api`, `web`) and `lab` (service `probe`), each service with a token of its own."""
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    for project, services in {"shop": ["api", "web"], "lab": ["probe"]}.items():
        running.api("POST", "projects", {"slug": project, "name": project})
        for service in services:
            running.api("POST", f"projects/{project}/services", {"slug": service, "name": service})
    yield running
    running.stop()


@pytest.fixture(scope="session")
def programs() -> Programs:
    return Programs()


def write(folder: Path, path: str, text: Union[str, bytes]) -> Path:
    """Writes a file of a program."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def everything_about(error: BaseException) -> str:
    """What a log would show of an error and of those behind it, attributes too."""
    told = []
    found: Optional[BaseException] = error
    while found is not None:
        told.append(f"{found!r} {found} {found.args!r} {vars(found)!r}")
        found = found.__cause__ or found.__context__
    return "\n".join(told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The search for markers looks at what all the others left."""
    items.sort(key=lambda item: "test_markers" in item.nodeid)
