"""Requests that nobody should send, over a real socket: whatever comes, no 5xx, and no memory kept.

``FUPIN_REQUESTS`` is how many (``make hostile`` sends ten thousand).
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest

REQUESTS = int(os.environ.get("FUPIN_REQUESTS", "600"))
MOST_GROWTH = 48 * 1024 * 1024
PATHS = (
    *(
        "/",
        "/feed",
        "/docs",
        "/opensearch.xml",
        "/openapi.json",
        "/suggest.json",
        "/preferences",
        "/healthz",
        "/matrix",
    ),
    *(f"/api/v1/{name}" for name in ("search", "suggest", "export", "analyze", "status", "articles")),
    *(f"/api/v1/facets/{name}" for name in ("place", "programme", "year", "source", "nothing")),
    *("/articles/weixian-1", "/api/v1/articles/weixian-1", "/api/v1/articles/weixian-1/similar", "/static/base.css"),
)
NAMES = (
    *("q", "place", "programme", "year", "year_from", "year_to", "date_from", "date_to", "source", "match", "sort"),
    *("limit", "page", "cursor", "place_open", "prefix", "parent", "format", "text", "back", "language", "plcae", "[]"),
)
PIECES = (
    *(
        "茶叶",
        "防贫保险",
        "魏县",
        "魏縣",
        "place:",
        "year:",
        "year:2018..",
        "title:",
        "programme:光伏扶贫",
        "none",
        "a",
        "0",
    ),
    *(
        '"',
        "“",
        "”",
        "(",
        ")",
        "（",
        "-",
        "－",
        "*",
        "＊",
        "OR",
        "AND",
        "NOT",
        "|",
        "~",
        ":",
        "..",
        "\\",
        "'",
        "<",
        "&",
    ),
    *("<script>alert(1)</script>", "</mark>", "{{7*7}}", "${x}", "' OR 1=1 --", "../../etc/passwd", "%s%n", "\r\nX: y"),
    *(
        "\0",
        "\x01",
        "\x1b[31m",
        "\x7f",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\uffff",
        "\U0001f600",
        "\U0010ffff",
        "e\u0301" * 20,
    ),
    *(
        "9" * 40,
        "-1",
        "1e999",
        "0x10",
        "NaN",
        "2018",
        "2018-13",
        "2018-02-31",
        "99999-01-01",
        "１２３",
        " ",
        "\t",
        "　",
    ),
)
METHODS = (*["GET"] * 12, "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW", "get")


def text(chance: random.Random) -> str:
    """Something to be asked for."""
    return chance.choice((mixed, repeated, deep, wild))(chance)


def mixed(chance: random.Random) -> str:
    return "".join(chance.choices(PIECES, k=chance.randint(0, 12)))


def repeated(chance: random.Random) -> str:
    return chance.choice(PIECES) * chance.choice((2, 50, 600, 2_000))


def deep(chance: random.Random) -> str:
    depth = chance.choice((3, 30, 900))
    return "(-" * depth + "茶" + ")" * chance.randint(0, depth)


def wild(chance: random.Random) -> str:
    return " OR ".join(f"{chance.choice('茶扶贫的一a0')}*" for _ in range(chance.randint(1, 80)))


def encoded(chance: random.Random, said: str) -> bytes:
    """A text as it may come in an address: well, badly, or not encoded at all."""
    raw = said.encode("utf-8", "surrogatepass")
    match chance.randrange(24):
        case 0:
            return quote(said.encode("gb18030", "replace")).encode()
        case 1:
            return quote_from_bytes(chance.randbytes(chance.randint(1, 60))).encode()
        case 2:
            return b"%ED%A0%BD" + quote(raw).encode() + b"%ED%B8%80%C0%80%FF"
        case 3:
            return quote(raw).replace("%", chance.choice(("%", "%%", "%u", "%2"))).encode()
        case 4 if chance.random() < 0.3:
            return re.sub(rb"[\x00-\x20]", b"+", raw)
        case _:
            return quote(raw).encode()


def address(chance: random.Random) -> bytes:
    """Path and query."""
    path = chance.choice(PATHS).encode()
    if chance.random() < 0.25:
        path = b"/".join([chance.choice((b"", b"/api/v1", b"/articles", b"/static")), encoded(chance, text(chance))])
    pairs = [
        (chance.choice(NAMES).encode() if chance.random() < 0.95 else encoded(chance, text(chance)))
        + chance.choice((b"=", b"=", b"=", b"", b"=="))
        + encoded(chance, text(chance))
        for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 60)))
    ]
    return path[:30_000] + (b"?" + chance.choice((b"&", b"&", b";")).join(pairs) if pairs else b"")


def headers(chance: random.Random) -> bytes:
    """Headers, the needed one mostly among them."""
    lines = [b"Host: localhost"] if chance.random() < 0.95 else [b"Host: " + encoded(chance, text(chance))[:200]]
    values = {
        b"If-None-Match": b'*, W/"g-0", ",,',
        b"Cookie": b"fupin=" + encoded(chance, text(chance))[:2_000],
        b"Accept-Language": b"zh;q=x, *;q=-1, en-" + b"a" * 200,
        b"X-Request-ID": encoded(chance, text(chance))[:300],
        b"X-Forwarded-For": b"1.2.3.4, " * 20,
        b"X-API-Key": encoded(chance, text(chance))[:200],
        b"Range": b"bytes=0-1,5-99999999999",
        b"Accept": b"*/*;q=\xff",
        b"X-Long": b"x" * chance.choice((10, 5_000, 70_000)),
    }
    lines += [
        name + b": " + values[name] for name in chance.sample(list(values), k=chance.choice((0, 0, 0, 0, 0, 0, 1, 2)))
    ]
    return b"".join(line + b"\r\n" for line in lines)


def request(chance: random.Random) -> bytes:
    """One request, as bytes."""
    if chance.random() < 0.03:
        return b"X" + chance.randbytes(chance.randint(1, 400)) + b"\r\n\r\n"
    method = chance.choice(METHODS).encode()
    body, told = b"", b""
    if method in (b"POST", b"PUT", b"PATCH") or chance.random() < 0.03:
        body = chance.choice((b"{}", b"[" * 5_000, b"\xff\xfe\x00", b'{"text": "\\ud800"}', b"0\r\n\r\n", b""))
        told = chance.choice((b"Content-Length: %d\r\n" % len(body), b"Transfer-Encoding: chunked\r\n"))
        told += chance.choice((b"", b"Content-Type: application/json\r\n", b"Content-Type: application/x-ndjson\r\n"))
        if told.startswith(b"Transfer"):
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body and chance.random() < 0.8 else b"zz\r\n\r\n"
    return b"%s %s HTTP/1.1\r\n%s%sConnection: close\r\n\r\n%s" % (method, address(chance), headers(chance), told, body)


def status(port: int, sent: bytes) -> int:
    """What a request is answered with; 0 when the connection is closed without a word, 599 when nothing comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        answer = b""
        try:
            connection.sendall(sent)
            while part := connection.recv(65_536):
                answer = (answer + part)[:64]
        except (BrokenPipeError, ConnectionResetError):
            pass
        except TimeoutError:
            return 599
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else 0


@pytest.fixture
def served(index: Path, tmp_path: Path) -> Iterator[tuple[int, Callable[[], int]]]:
    """The port of a service of its own, and how much memory that has now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--index", str(index)]
    settings = {"FUPIN_LOG_LEVEL": "error", "FUPIN_CACHE_BYTES": "2000000", "FUPIN_SEARCH_THREADS": "2"}
    # Into a file: nobody reads along, and a pipe that is full would stop the service.
    with (
        (tmp_path / "said").open("wb") as said,
        subprocess.Popen([*command, "--port", str(port)], env=os.environ | settings, stderr=said) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while not _ready(port):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield port, lambda: _memory(process.pid)
            assert process.poll() is None, "the service has ended"
        finally:
            process.terminate()
            process.wait(60)


def _ready(port: int) -> bool:
    try:
        return status(port, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") == 200
    except OSError:
        return False


def _memory(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_whatever_comes_is_answered(served: tuple[int, Callable[[], int]]) -> None:
    port, memory = served
    chance = random.Random(20181002)
    answers: Counter[int] = Counter()
    faults: list[tuple[int, bytes]] = []
    settled = 0
    for number in range(REQUESTS):
        sent = request(chance)
        answered = status(port, sent)
        answers[answered] += 1
        if answered >= 500:
            faults.append((answered, sent[:2_000]))
        if number == REQUESTS // 2:
            settled = memory()
    assert not faults, faults[:5]
    assert answers[200] > REQUESTS // 20, answers
    assert answers[422] > REQUESTS // 20, answers
    # What is not HTTP at all may be cut off without a word, but little else.
    assert answers[0] < REQUESTS // 10, answers
    assert memory() - settled < MOST_GROWTH, f"{settled:,} bytes became {memory():,}"
    print(f"{REQUESTS:,} requests: {dict(answers.most_common())}; {settled:,} bytes, then {memory():,}")
