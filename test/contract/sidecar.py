"""A live stepgate process, started the way an operator starts it: environment in, JSON lines out."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
MAIN = HERE.parents[1] / "dist" / "sidecar" / "main.js"
POLICIES = HERE / "policies"
PUBLIC_URL = "https://gate.example.com"


def policy_folder(folder: Path, world_port: int) -> str:
    """The suite's policies and agents, with the port of the server that its connector and its model are at."""
    shutil.copytree(POLICIES, folder)
    for file in folder.rglob("*.yaml"):
        file.write_text(file.read_text().replace("127.0.0.1:9098", f"127.0.0.1:{world_port}"))
    return str(folder)


class Sidecar:
    """One process over one database file. Settings are STEPGATE_* names without the prefix, in lower case."""

    def __init__(self, folder: Path, **settings: str):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._settings = {
            "port": "0",
            "database": f"file:{folder / 'stepgate.db'}",
            "public_url": PUBLIC_URL,
            **settings,
        }
        self._starts = 0
        self._process: subprocess.Popen | None = None
        self.url = ""

    def start(self) -> "Sidecar":
        self._starts += 1
        self._log = self._folder / f"log-{self._starts}.jsonl"
        given = {f"STEPGATE_{name.upper()}": value for name, value in self._settings.items()}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SystemRoot") if name in os.environ}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["node", str(MAIN), "serve"],
                cwd=self._folder,
                env={**kept, **given},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.url = f"http://127.0.0.1:{self._listening_port(within=30)}"
        self._check_ready()
        return self

    def stop(self) -> None:
        """SIGTERM; a sidecar that is told to stop ends by itself, and well."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"stepgate did not end after SIGTERM\n{self.log()}") from None
        assert code == 0, f"stepgate ended with {code} after SIGTERM\n{self.log()}"

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-8000:]

    def _check_ready(self) -> None:
        """Listening with policies that were refused is alive, and of no use to a test."""
        try:
            urllib.request.urlopen(f"{self.url}/health/ready", timeout=10).close()
        except urllib.error.HTTPError as error:
            self.kill()
            raise AssertionError(f"stepgate is not ready: {error.read().decode()}\n{self.log()}") from None

    def _listening_port(self, within: float) -> int:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for line in self._log.read_bytes().splitlines(keepends=True):
                # A line without its end is still being written.
                if not line.endswith(b"\n") or not line.startswith(b"{"):
                    continue
                entry = json.loads(line)
                if entry.get("msg") == "listening":
                    return entry["port"]
            if self._process.poll() is not None:
                raise AssertionError(f"stepgate ended with {self._process.returncode} at start\n{self.log()}")
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"stepgate was not listening after {within} s\n{self.log()}")
