"""The other end of plans: one real local server, which is the service of the connector and speaks the OpenAI wire."""

import json
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Call:
    """A request that the sidecar made."""

    path: str
    body: dict
    idempotency_key: str


class World:
    """
    Tests share it, so each speaks of its own subjects: what a connector is called with is `{"query": <part of the plan's
    query>}`, and a model's prompt holds its part of the query as well.
    """

    def __init__(self):
        self.calls: list[Call] = []
        self._seen = Counter()
        self._doors: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        with self._lock:
            for door in self._doors.values():
                door.set()
        self._server.shutdown()
        self._server.server_close()

    def about(self, subject: str) -> list[Call]:
        """The calls that speak of a subject, in the order they came."""
        return [call for call in list(self.calls) if subject in json.dumps(call.body)]

    def open_door(self, query: str) -> None:
        """Let `/wait` answer this query; until then it does not."""
        self._door(query).set()

    def _door(self, query: str) -> threading.Event:
        with self._lock:
            return self._doors.setdefault(query, threading.Event())

    def _answer(self, call: Call) -> tuple[int, dict]:
        query = str(call.body.get("query", ""))
        match call.path:
            case "/v1/chat/completions":
                return 200, completion(call.body)
            case "/search":
                return 200, {"found": f"notes on {query}"}
            case "/wait":
                self._door(query).wait(timeout=30)
                return 200, {"waited_for": query}
            case "/flaky":
                with self._lock:
                    self._seen[call.idempotency_key] += 1
                    first = self._seen[call.idempotency_key] == 1
                return (503, {"error": "busy"}) if first else (200, {"at_last": query})
            case "/refuse":
                return 422, {"error": "the shop is closed"}
            case _:
                return 200, {"done": query}

    def _handler(self):
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
                call = Call(self.path, body, self.headers.get("Idempotency-Key", ""))
                world.calls.append(call)
                status, reply = world._answer(call)
                text = json.dumps(reply).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    # The caller has given up: its plan was cancelled, or the sidecar was killed.
                    self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler


def completion(body: dict) -> dict:
    """A chat completion that says what it was asked."""
    asked = "\n".join(text_of(message["content"]) for message in body["messages"])
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"Answer to: {asked}"}}
        ],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500},
    }


def text_of(content) -> str:
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)
