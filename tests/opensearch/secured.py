"""What a secured cluster looks like from outside: TLS, and nobody gets in without a password or a key.

A proxy in front of a node without security. It answers as the security plugin does: 401 for who is not known, 403 for
who is but may not write.
"""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

USER, READER, PASSWORD, API_KEY = "管理员", "reader", "密码:p@ss", "a2V5OnNlY3JldA=="


def certificate(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key beside it; skips the test without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes certificates, is not installed")
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    return made


def basic(user: str, password: str) -> str:
    """The header of a user with a password, RFC 7617."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Proxy(ThreadingHTTPServer):
    """Passes on what those send who are known; ``behind`` is the address of the node."""

    daemon_threads = True

    def __init__(self, behind: str, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        # Greeted in the thread of the connection, so that who does not trust it holds up nobody else.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Who does not trust the certificate hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        assert isinstance(self.server, Proxy)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        given = self.headers.get("authorization")
        if given not in (basic(USER, PASSWORD), basic(READER, PASSWORD), f"ApiKey {API_KEY}"):
            self._say(401, "text/plain; charset=UTF-8", b"Unauthorized")
        elif given == basic(READER, PASSWORD) and self.command in ("PUT", "DELETE"):
            told = b'{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions"}]},"status":403}'
            self._say(403, "application/json", told)
        else:
            headers = {"content-type": self.headers.get("content-type", "application/json")}
            asked = urllib.request.Request(  # noqa: S310 - loopback
                self.server.behind + self.path, body or None, headers, method=self.command
            )
            try:
                with urllib.request.urlopen(asked) as answer:  # noqa: S310
                    self._say(answer.status, answer.headers["content-type"], answer.read())
            except urllib.error.HTTPError as error:
                with error:
                    self._say(error.code, error.headers["content-type"], error.read())

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - names of the library

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def secured(behind: str, certificate: Path) -> Iterator[Proxy]:
    """A proxy that runs."""
    with Proxy(behind, certificate) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
