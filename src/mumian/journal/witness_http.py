"""The witness protocol over HTTP: the witness's WSGI application, and the log's side that collects cosignatures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec
import urllib3
import waitress
from waitress.server import BaseWSGIServer

from mumian.journal.checkpoint import parse_checkpoint, parse_decimal
from mumian.journal.faults import BadNote, JournalFault, Overtaken
from mumian.journal.note import Note, Signature, Signer, Verifier, parse_note, parse_signatures, verify_note
from mumian.journal.schemes import ED25519
from mumian.journal.tree import EMPTY, Proof
from mumian.journal.witness import (
    PLAIN,
    SIZE,
    Accepted,
    Request,
    Watched,
    decide,
    overtaken,
    parse_request,
)
from mumian.journal.witness_store import WitnessStore

REQUEST_BYTES_MAX = 1_000_000
ANSWER_BYTES_MAX = 65_536
THREADS = 4
TRIES = 3
"""Requests to one witness for one checkpoint: the first, one with the size told, one more if it moved meanwhile."""

Trusted = Mapping[str, Sequence[Verifier]]
"""Origin → the keys that a witness trusts for it (`witness.watch`)."""


class Answer(msgspec.Struct, frozen=True):
    """What goes over the wire."""

    status: HTTPStatus
    body: bytes
    content_type: str = PLAIN


def witness_server(app: WSGIApplication, *, host: str, port: int) -> BaseWSGIServer:
    """Return a server of the witness that listens already, to be run. port: 0 for any free one."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait a moment is no warning
    return waitress.create_server(app, host=host, port=port, threads=THREADS)


def witness_app(store: WitnessStore, signer: Signer, trusted: Trusted, *, clock: Callable[[], int]) -> WSGIApplication:
    """Return the witness as a WSGI application.

    POST /add-checkpoint asks for a cosignature; GET /ORIGIN_ID/checkpoint gives the last one cosigned.
    signer: a key of a scheme that states a time (type 04). clock: seconds since 1970.
    Raises: BadNote: a key of type 01, whose signature would say that the log is the witness's own.
    """
    if signer.verifier.kind == ED25519.kind:
        raise BadNote(f"`{signer.name}` is a key of type 01; a witness cosigns with a key of type 04")

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = _route(environ)
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body]

    def _route(environ: WSGIEnvironment) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if path == "/add-checkpoint":
            if method != "POST":
                return Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"use POST\n")
            body = _body_of(environ)
            return body if isinstance(body, Answer) else add_checkpoint(body, store, signer, trusted, clock)
        note = _kept(store, path) if method == "GET" else None
        return Answer(HTTPStatus.NOT_FOUND, b"nothing here\n") if note is None else Answer(HTTPStatus.OK, note)

    return app


def add_checkpoint(
    body: bytes, store: WitnessStore, signer: Signer, trusted: Trusted, clock: Callable[[], int]
) -> Answer:
    """Decide, persist, and only then answer with the cosignature."""
    try:
        request = parse_request(body)
    except BadNote as e:
        return Answer(HTTPStatus.BAD_REQUEST, f"{e}\n".encode())
    keys = trusted.get(request.origin)
    held = store.head(request.origin) if keys else EMPTY
    decision = decide(Watched(tuple(keys), held) if keys else None, request)
    if isinstance(decision, Accepted):
        cosignature, note = decision.cosign(signer, at_s=clock())
        try:
            store.advance(request.origin, held=held, note=note)
            return Answer(HTTPStatus.OK, cosignature.line.encode())
        except Overtaken:
            decision = overtaken(store.head(request.origin))
    return Answer(decision.status, decision.body.encode(), decision.content_type)


def _body_of(environ: WSGIEnvironment) -> bytes | Answer:
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isascii() or not length.isdigit():
        return Answer(HTTPStatus.LENGTH_REQUIRED, b"state the length of the request\n")
    if len(length) > 7 or int(length) > REQUEST_BYTES_MAX:
        return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"at most %d bytes are read\n" % REQUEST_BYTES_MAX)
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _kept(store: WitnessStore, path: str) -> bytes | None:
    """Return the kept checkpoint that `/ORIGIN_ID/checkpoint` names; only names of 64 hex digits reach the folder."""
    name = path.removeprefix("/").removesuffix("/checkpoint")
    known = path == f"/{name}/checkpoint" and len(name) == 64 and set(name) <= set("0123456789abcdef")
    return store.note(name) if known else None


class Peer(msgspec.Struct, frozen=True):
    """A witness as a log sees it. url: prefix of `/add-checkpoint`. old: the size that it is thought to hold."""

    url: str
    key: Verifier
    old: int = 0


class Collected(msgspec.Struct, frozen=True):
    """What came back.

    note: the checkpoint with every good cosignature added. witnesses: names of those that cosigned.
    failures: for the others, name → why. sizes: name → the size that each is known to hold, for `Peer.old` next time.
    """

    note: bytes
    witnesses: tuple[str, ...]
    failures: dict[str, str]
    sizes: dict[str, int]


class _Failed(Exception):  # noqa: N818  # ends one witness's part; becomes a line of `failures`
    def __init__(self, why: str, held: int) -> None:
        super().__init__(why)
        self.held = held


def collect_cosignatures(
    note: bytes,
    peers: Sequence[Peer],
    consistency: Callable[[int], Proof],
    *,
    timeout_s: float = 5,
    http: urllib3.PoolManager | None = None,
) -> Collected:
    """Ask every witness at once to cosign a checkpoint. One that is down or lies costs its own cosignature, no more.

    consistency: old size → proof from there to the checkpoint; called from several threads at once.
    timeout_s: of each request; a witness gets at most three.
    http: a pool to be used again, so that connections stay open.
    Raises: BadNote: `note` is not a checkpoint.
    """
    parsed = parse_note(note)
    size = parse_checkpoint(parsed.text).size
    pool = http or urllib3.PoolManager()
    timeout = urllib3.Timeout(total=timeout_s)

    def ask(peer: Peer) -> Signature | _Failed:
        try:
            return _ask(peer, parsed, size, consistency, pool, timeout)
        except _Failed as e:
            return e

    threads = ThreadPoolExecutor(max(1, len(peers)))
    asked = [threads.submit(ask, peer) for peer in peers]
    wait(asked, timeout=TRIES * timeout_s)
    threads.shutdown(wait=False)  # who still drips bytes is left alone
    answers = [
        (peer, future.result() if future.done() else _Failed(f"the witness at `{peer.url}` is too slow", peer.old))
        for peer, future in zip(peers, asked, strict=True)
    ]
    if http is None:
        pool.clear()
    good = [answer for _, answer in answers if isinstance(answer, Signature)]
    return Collected(
        note=Note(parsed.text, (*parsed.signatures, *good)).to_bytes(),
        witnesses=tuple(answer.name for answer in good),
        failures={peer.key.name: str(answer) for peer, answer in answers if isinstance(answer, _Failed)},
        sizes={peer.key.name: answer.held if isinstance(answer, _Failed) else size for peer, answer in answers},
    )


def _ask(
    peer: Peer,
    note: Note,
    size: int,
    consistency: Callable[[int], Proof],
    pool: urllib3.PoolManager,
    timeout: urllib3.Timeout,
) -> Signature:
    """Ask one witness, again with the size that it tells."""
    old = peer.old
    for _ in range(TRIES):
        if old > size:
            raise _Failed(f"the witness holds `{old}` leaves already, more than `{size}`", old)
        try:
            answer = _post(peer, Request(old, consistency(old), note).to_bytes(), pool, timeout)
            if answer.status == HTTPStatus.OK:
                return _own_cosignature(peer, note, answer.body)
            if answer.status != HTTPStatus.CONFLICT or answer.content_type != SIZE:
                why = answer.body[:200].decode(errors="replace").strip()
                raise _Failed(f"the witness answered {answer.status.value}: {why}", old)
            old = parse_decimal(answer.body.decode("ascii").removesuffix("\n"))
        except (urllib3.exceptions.HTTPError, OSError) as e:
            raise _Failed(f"the witness at `{peer.url}` did not answer: {e}", old) from e
        except (JournalFault, ValueError) as e:
            raise _Failed(f"the witness at `{peer.url}` gave an answer that cannot be used: {e}", old) from e
    raise _Failed(f"the witness moved on {TRIES} times and now holds `{old}` leaves", old)


def _post(peer: Peer, body: bytes, pool: urllib3.PoolManager, timeout: urllib3.Timeout) -> Answer:
    response = pool.request(
        "POST",
        f"{peer.url.rstrip('/')}/add-checkpoint",
        body=body,
        headers={"Content-Type": PLAIN},
        timeout=timeout,
        retries=False,
        redirect=False,
        preload_content=False,
    )
    try:
        return Answer(
            HTTPStatus(response.status), response.read(ANSWER_BYTES_MAX), response.headers.get("Content-Type", "")
        )
    finally:
        response.close()  # a connection whose answer was read to its end is back in the pool by now


def _own_cosignature(peer: Peer, note: Note, answer: bytes) -> Signature:
    """Return the peer's line of an answer, checked; lines of unknown keys are ignored."""
    lines = parse_signatures(answer.decode())
    verify_note(Note(note.text, lines), [peer.key])
    return next(line for line in lines if peer.key.made(line))
