#!/usr/bin/env python3
"""Figures of delivery, on this machine: what `strongroom run` costs over a bare start, and many watchers at once.

    scripts/figures.py [--rounds 3] [--starts 100] [--watchers 200]

Runs the built binaries (`make build`) against a server of its own on SQLite, and prints every round with the load of the
machine beside it. Peak memory needs Debian's `time`. The results are in docs/run.md and docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

RELEASE = Path(os.environ.get("RELEASE") or Path(__file__).parents[1] / "target" / "release")
SERVER, CLIENT = RELEASE / "strongroom-server", RELEASE / "strongroom"
TIME = "/usr/bin/time"
VALUES = "/api/v1/projects/shop/services/api/values?environment=development"
WATCH = "/api/v1/projects/shop/services/api/watch?environment=development"


class Server:
    """The binary, with one service that has twenty secrets."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        places = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
        bootstrap = [SERVER, "bootstrap", "--email", "admin@example.com", "--password-stdin", "--token", *places]
        made = subprocess.run(
            bootstrap, input="correct horse battery\n", capture_output=True, text=True, check=True, env=plain()
        )
        self.token = made.stdout.strip()
        listen = ["--listen", f"127.0.0.1:{self.port}", "--log", "warn"]
        self.process = subprocess.Popen([SERVER, "serve", *places, *listen], env=plain(), stdout=subprocess.DEVNULL)
        while not self.is_ready():
            time.sleep(0.05)
        self.send("POST", "projects", {"slug": "shop", "name": "shop"})
        self.send("POST", "projects/shop/services", {"slug": "api", "name": "api"})
        for number in range(20):
            self.put(f"SECRET_{number}", f"a value of a usual length {number}")
        self.environ = {
            **plain(),
            "HOME": str(folder),
            "STRONGROOM_URL": f"http://127.0.0.1:{self.port}",
            "STRONGROOM_TOKEN": self.token,
            "STRONGROOM_PROJECT": "shop",
            "STRONGROOM_SERVICE": "api",
            "STRONGROOM_ENVIRONMENT": "development",
        }

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            sys.exit("the server ended")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def send(self, method: str, path: str, body: object) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
        urllib.request.urlopen(request, timeout=30).close()

    def put(self, name: str, value: str) -> None:
        self.send("PUT", f"projects/shop/services/api/secrets/{name}", {"value": value})

    def cpu(self) -> float:
        """Milliseconds of CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB of memory that it has in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("STRONGROOM_")}


def load() -> str:
    return f"{os.getloadavg()[0]:.2f}"


def starts(command: list[str], environ: dict[str, str], count: int) -> tuple[float, float]:
    """Milliseconds from spawning to the end: the median, and what 99 of 100 stay below."""
    took = []
    nothing = os.open(os.devnull, os.O_RDWR)
    streams = [(os.POSIX_SPAWN_DUP2, nothing, number) for number in range(3)]
    for number in range(count + 5):
        begun = time.perf_counter()
        pid = os.posix_spawn(command[0], command, environ, file_actions=streams)
        status = os.waitpid(pid, 0)[1]
        if status != 0:
            sys.exit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
        # The first ones warm caches.
        if number >= 5:
            took.append((time.perf_counter() - begun) * 1000)
    os.close(nothing)
    took.sort()
    return statistics.median(took), took[min(len(took) - 1, len(took) * 99 // 100)]


def peak(command: list[str], environ: dict[str, str]) -> str:
    """MB of memory at the highest, of the process that was started."""
    if not os.path.exists(TIME):
        return "?"
    done = subprocess.run([TIME, "-f", "%M", *command], env=environ, capture_output=True, text=True, check=True)
    return f"{int(done.stderr.split()[-1]) / 1024:.1f}"


def overhead(server: Server, count: int) -> None:
    true = shutil.which("true") or "/bin/true"
    run = [str(CLIENT), "run"]
    # Files of bindings and mounts lie in memory, as they would in a container.
    mount = tempfile.mkdtemp(dir="/dev/shm")
    rows = {
        "`true` by itself": [true],
        "`run -- true`: it takes our place": [*run, "--", true],
        "`run --offline -- true`": [*run, "--offline", "--", true],
        "`run --mount DIR -- true`: we stay beside it": [*run, "--mount", f"{mount}/secrets", "--", true],
        "`run --mask=always -- true`": [*run, "--mask=always", "--", true],
        "`run --watch -- true`": [*run, "--watch", "--", true],
    }
    print("| start | median | 99 % | peak memory | load |\n|---|---|---|---|---|")
    for name, command in rows.items():
        middle, high = starts(command, server.environ, count)
        print(
            f"| {name} | {middle:.1f} ms | {high:.1f} ms | {peak(command, server.environ)} MB | {load()} |", flush=True
        )
    shutil.rmtree(mount)


class Watcher:
    """One stream of events."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.told = asyncio.Event()
        self.at = 0.0
        self.had = 0.0

    async def open(self) -> None:
        head = f"GET {WATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.token}\r\n\r\n"
        self.reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.writer = writer
        writer.write(head.encode())
        answer = await self.reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            sys.exit(f"no stream: {answer.splitlines()[0]!r}")

    async def drain(self) -> None:
        """Reads over what the stream begins with."""
        try:
            while True:
                await asyncio.wait_for(self.reader.readline(), 1)
        except asyncio.TimeoutError:
            pass

    async def listen(self, fetches: bool) -> None:
        """Waits for the next event, and then for the values."""
        while b"data:" not in await self.reader.readline():
            pass
        self.at = time.perf_counter()
        if fetches:
            head = f"GET {VALUES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {self.server.token}\r\n\r\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            writer.write(head.encode())
            if not (await reader.read()).startswith(b"HTTP/1.1 200"):
                sys.exit("no values")
            writer.close()
        self.had = time.perf_counter()


async def wake(server: Server, count: int) -> None:
    before = server.memory()
    watchers = [Watcher(server) for _ in range(count)]
    for watcher in watchers:
        await watcher.open()
    each = (server.memory() - before) * 1024 / count
    await asyncio.gather(*(watcher.drain() for watcher in watchers))
    for fetches in (False, True):
        waiting = [asyncio.create_task(watcher.listen(fetches)) for watcher in watchers]
        await asyncio.sleep(0.2)
        used, begun = server.cpu(), time.perf_counter()
        await asyncio.to_thread(server.put, "SECRET_0", f"changed at {begun}")
        written = time.perf_counter()
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
        told = sorted(watcher.at - begun for watcher in watchers)
        had = max(watcher.had for watcher in watchers) - begun
        middle, last = statistics.median(told) * 1000, told[-1] * 1000
        values = f"{had * 1000:.0f} ms" if fetches else "not asked for"
        print(
            f"| {count} | {(written - begun) * 1000:.0f} ms | {middle:.0f} ms | {last:.0f} ms | {values} "
            f"| {server.cpu() - used:.0f} ms | {each:.0f} KB | {load()} |",
            flush=True,
        )
        await asyncio.sleep(1)
    for watcher in watchers:
        watcher.writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--watchers", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for number in range(chosen.rounds):
                print(f"\nround {number + 1}, {os.cpu_count()} cores\n")
                overhead(server, chosen.starts)
                print(
                    "\n| watchers | write | median told | last told | last had the values | CPU of the server | memory of each | load |"
                )
                print("|---|---|---|---|---|---|---|---|")
                asyncio.run(wake(server, chosen.watchers))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
