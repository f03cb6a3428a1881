"""A partner's system for tests: a real HTTP server that does a thing once for each key, and a guide for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any


class Partner(ThreadingHTTPServer):
    """Counts what it was asked and what it did; ``answers`` are given in their order, then 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.asked: list[dict[str, Any]] = []
        self.done: dict[str, dict[str, Any]] = {}
        self.answers: list[Any] = []
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def host(self) -> str:
        """The name that INTERNAL_HOSTS must have."""
        return f"127.0.0.1:{self.server_port}"

    def take(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """Do it once for its key, unless the next answer is a refusal."""
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        status, body = answer if isinstance(answer, tuple) else (answer, None)
        if status < 300 or status in (500, "silent"):
            self.done.setdefault(request["headers"].get("Idempotency-Key", str(len(self.asked))), request)
        self.is_asked.set()
        self.may_answer.wait(10)
        if status == "silent":
            return 0, b""
        told = {
            "reference": f"R-{len(self.done)}",
            "status": "ok",
            "message": "Card 4111 1111 1111 1111 is locked.",
        }
        return status, json.dumps(told).encode() if body is None else body


class _Door(BaseHTTPRequestHandler):
    server: Partner

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {"path": self.path, "headers": dict(self.headers), "body": json.loads(body)}
        status, answer = self.server.take(told)
        with suppress(OSError):
            if not status:
                self.connection.shutdown(SHUT_RDWR)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def at_work() -> Iterator[Partner]:
    """Run a partner's system for the block."""
    server = Partner()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()


def connector(host: str, more: str = "") -> str:
    """Return a connector to the partner's system."""
    return f"""
name = "Core banking"
base = "http://{host}/api"
seconds = 1
{more}
[headers]
X-Tenant = "cards"

[transactions.block]
name = "Block the card"
path = "/cards/{{account}}/block"
sends = {{ customer = "customer.key", contact = "contact.id", reason = "why" }}
always = {{ source = "desk" }}
gives = {{ reference = "/reference" }}
done = {{ at = "/status", is = ["ok"] }}
says = "/message"
example = {{ reference = "R-0", status = "ok" }}
"""


BLOCK = """
name = "Block a card"
[for]
reasons = ["cancel"]

[fields.why]
label = "Why?"
optional = true

[fields.account]
label = "Account"

[fields.reference]
label = "Reference"
saves = "file:likes"

[[steps]]
key = "block"
kind = "do"
title = "Block it"
connector = "core.block"
asks = ["account", "why"]
gives = ["reference"]
touch_point = "free"
required = "always"
branches = [{ when = [{ field = "result.block", is = ["failed"] }], to = "by_hand" }]
next = "close"

[[steps]]
key = "by_hand"
title = "By hand"
next = "close"

[[steps]]
key = "close"
kind = "close"
title = "Close: {reference}"
"""
