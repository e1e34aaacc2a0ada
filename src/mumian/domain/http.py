"""A domain over HTTP: one POST path, signed bytes in, signed bytes out. TLS, where wanted, is a proxy's work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import urllib3
import waitress
from waitress.server import BaseWSGIServer

from mumian.domain.faults import Unreachable
from mumian.domain.messages import MESSAGE_BYTES_MAX

PATH = "/mumian/domain/v1"
JSON = "application/json"

THREADS = 4
"""Threads that answer. More only wait for each other: what an answer costs is computing."""
_PLAIN = "text/plain; charset=utf-8"


def domain_app(handle: Callable[[bytes], bytes]) -> WSGIApplication:
    """Return a domain as a WSGI application. handle: `Domain.handle`.

    POST /mumian/domain/v1 takes a signed request and gives a signed reply, with status 200 also for a no.
    """

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, body = _serve(environ, handle)
        kind = JSON if status is HTTPStatus.OK else _PLAIN
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    return app


def _serve(environ: WSGIEnvironment, handle: Callable[[bytes], bytes]) -> tuple[HTTPStatus, bytes]:
    if environ.get("PATH_INFO") != PATH:
        return HTTPStatus.NOT_FOUND, f"nothing here; POST to {PATH}\n".encode()
    if environ["REQUEST_METHOD"] != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED, b"use POST\n"
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return HTTPStatus.LENGTH_REQUIRED, b"state the length of the message\n"
    if int(length) > MESSAGE_BYTES_MAX:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MESSAGE_BYTES_MAX} bytes are read\n".encode()
    return HTTPStatus.OK, handle(environ["wsgi.input"].read(int(length)))


def http_server(handle: Callable[[bytes], bytes], *, host: str, port: int) -> tuple[BaseWSGIServer, int]:
    """Return a server that listens already, to be run, and its port. port: 0 for any free one."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait a moment is no warning
    server = waitress.create_server(
        domain_app(handle), host=host, port=port, threads=THREADS, max_request_body_size=MESSAGE_BYTES_MAX
    )
    return server, int(server.effective_port)


class HttpPort:
    """A domain at `http(s)://host:port`. Connections are kept and shared between threads."""

    def __init__(self, url: str, *, timeout_s: float = 60) -> None:
        self._url = url.rstrip("/") + PATH
        self._pool = urllib3.PoolManager(timeout=timeout_s, retries=False)

    def send(self, data: bytes) -> bytes:
        """Return the domain's reply. Raises Unreachable: no connection, no answer in time, or a status but 200."""
        headers = {"Content-Type": JSON}
        try:
            answer = self._pool.request("POST", self._url, body=data, headers=headers, preload_content=False)
            try:
                body = answer.read(MESSAGE_BYTES_MAX + 1)
            finally:
                answer.release_conn()
        except urllib3.exceptions.HTTPError as e:
            raise Unreachable(f"`{self._url}` gives no answer: {e}") from e
        if answer.status != HTTPStatus.OK or len(body) > MESSAGE_BYTES_MAX:
            raise Unreachable(f"`{self._url}` answers {answer.status}: {body[:200].decode(errors='replace')}")
        return body

    def close(self) -> None:
        self._pool.clear()
