"""What our server may call: real sockets, and names that lie."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from rapport.kit import outbound
from rapport.kit.outbound import OutboundFailed, OutboundRefused

INTERNAL = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.0.192", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]


class Other(BaseHTTPRequestHandler):
    seen: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Host"]))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/drip":
            self.flush_headers()
            self.drip()
        self.end_headers()
        if self.path == "/slow":
            threading.Event().wait(2)
        self.wfile.write(b"x" * (2000 if self.path == "/large" else 5))

    def drip(self) -> None:
        with suppress(OSError):
            for _ in range(60):
                self.wfile.write(b"X")
                threading.Event().wait(0.05)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:
        pass


@pytest.fixture
def other() -> Iterator[int]:
    """A real server inside our network."""
    Other.seen = []
    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def allowed(other: int, settings: Settings) -> int:
    settings.INTERNAL_HOSTS = (f"localhost:{other}",)
    return other


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses(address: str) -> None:
    assert not outbound.is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(OutboundRefused, match="internal"):
        outbound.check(f"https://{host}/x")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "LOCALHOST."])
def test_other_spellings_of_this_machine(host: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)):
        outbound.check(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "file:///etc/passwd", "gopher://example.org/", "https://", "//example.org", "",
        "https://me:secret@example.org/", "https://example.org:99999/", "https://exa mple.org/", "https://[::1/",
        "https://example.org/\r\nX: y",
    ],
)  # fmt: skip
def test_addresses_that_are_not_https(url: str) -> None:
    with pytest.raises(OutboundRefused):
        outbound.get(url)


def test_an_internal_server_is_not_reached(other: int) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        with pytest.raises(OutboundRefused):
            outbound.get(f"https://{host}:{other}/")
        with pytest.raises(OutboundRefused):
            outbound.post(f"http://{host}:{other}/", b"x")
    assert Other.seen == []


def test_a_host_that_is_allowed_is_reached(allowed: int) -> None:
    answer = outbound.get(f"http://localhost:{allowed}/path?q=1")
    assert (answer.status, answer.body) == (200, b"xxxxx")
    assert Other.seen == [("/path?q=1", f"localhost:{allowed}")]
    assert outbound.post(f"http://localhost:{allowed}/", b"hello").body == b"hello"


def test_a_redirect_is_checked_like_the_first_address(allowed: int) -> None:
    for to in ("http://127.0.0.1:1/", f"http://127.0.0.1:{allowed}/secret", "https://169.254.169.254/latest"):
        with pytest.raises(OutboundRefused):
            outbound.get(f"http://localhost:{allowed}/to/{to}")
    with pytest.raises(OutboundRefused, match="redirects more than"):
        outbound.get(f"http://localhost:{allowed}/to//to//to//to//to//to//end")
    assert all(path.startswith("/to/") for path, _ in Other.seen)


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer is public and the second is this machine: the connection goes to the first, or nowhere."""
    asked: list[str] = []
    reached: list[tuple[str, int]] = []

    def lying(host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], **_named: Any) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutboundFailed):
        outbound.get("https://rebinding.example/")
    assert (asked, reached) == (["rebinding.example"], [("93.184.216.34", 443)])


def test_one_internal_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(_host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(OutboundRefused):
        outbound.check("https://both.example/")


def test_size_and_time_are_bounded(allowed: int) -> None:
    with pytest.raises(OutboundRefused, match="larger"):
        outbound.get(f"http://localhost:{allowed}/large", largest=1000)
    began = time.monotonic()
    with pytest.raises(OutboundFailed):  # never silent for long, and never done
        outbound.get(f"http://localhost:{allowed}/drip", seconds=0.3)
    assert time.monotonic() - began < 1.5
    with pytest.raises(OutboundFailed):
        outbound.get(f"http://localhost:{allowed}/slow", seconds=0.3)


def test_headers_cannot_carry_more_headers(allowed: int) -> None:
    for headers in ({"X": "a\r\nHost: b"}, {"Host": "b"}, {"Content-Length": "1"}):
        with pytest.raises(OutboundRefused):
            outbound.get(f"http://localhost:{allowed}/", headers=headers)
