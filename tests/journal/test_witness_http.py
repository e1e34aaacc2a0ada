"""The witness protocol over real HTTP on the loop-back address."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Event, Thread

import pytest
import urllib3
import waitress
from golden import COSIGNATURE, COSIGNED_AT_S, LOG, ORIGIN, WITNESS
from test_tree import CT_ENTRIES, reader
from test_witness import GOOD, growth, note_at
from waitress import wasyncore

from mumian.journal.checkpoint import verify_checkpoint
from mumian.journal.faults import BadNote
from mumian.journal.note import Signer
from mumian.journal.receipt import Receipt, verify_receipt
from mumian.journal.schemes import COSIGNATURE_V1
from mumian.journal.tree import Proof, consistency_proof, inclusion_proof
from mumian.journal.witness import SIZE, watch
from mumian.journal.witness_http import Collected, Peer, collect_cosignatures, witness_app
from mumian.journal.witness_store import WitnessStore, origin_id

SECOND = Signer("witness.example/w2", bytes(32), scheme=COSIGNATURE_V1)


@contextmanager
def served(app: object) -> Iterator[str]:
    """Serve a WSGI application; give its address."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))  # in the server's own thread
        thread.join(10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()


def a_witness(folder: Path, signer: Signer = WITNESS) -> object:
    return witness_app(WitnessStore(folder), signer, watch([LOG.verifier]), clock=lambda: COSIGNED_AT_S)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with served(a_witness(tmp_path / "w1")) as address:
        yield address


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    pool = urllib3.PoolManager(retries=False, timeout=10)
    yield pool
    pool.clear()


def collect(note: bytes, *peers: Peer, timeout_s: float = 10) -> Collected:
    size = 8

    def proof(old: int) -> Proof:
        return consistency_proof(old, size, reader(CT_ENTRIES))

    return collect_cosignatures(note, peers, proof, timeout_s=timeout_s)


def test_a_witness_answers_with_the_frozen_cosignature(url: str, http: urllib3.PoolManager) -> None:
    answer = http.request("POST", f"{url}/add-checkpoint", body=growth(0, 8).to_bytes())
    assert (answer.status, answer.data.decode()) == (HTTPStatus.OK, COSIGNATURE)


def test_a_witness_tells_the_size_that_it_holds(url: str, http: urllib3.PoolManager) -> None:
    http.request("POST", f"{url}/add-checkpoint", body=growth(0, 3).to_bytes())
    answer = http.request("POST", f"{url}/add-checkpoint", body=growth(0, 5).to_bytes())
    assert (answer.status, answer.data, answer.headers["Content-Type"]) == (HTTPStatus.CONFLICT, b"3\n", SIZE)


def test_a_witness_serves_what_it_cosigned(url: str, http: urllib3.PoolManager) -> None:
    address = f"{url}/{origin_id(ORIGIN)}/checkpoint"
    assert http.request("GET", address).status == HTTPStatus.NOT_FOUND
    http.request("POST", f"{url}/add-checkpoint", body=growth(0, 8).to_bytes())
    kept = verify_checkpoint(http.request("GET", address).data, LOG.verifier, witnesses=[WITNESS.verifier])
    assert (kept.checkpoint.size, len(kept.signed)) == (8, 2)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/add-checkpoint", b"", 400),
        ("POST", "/add-checkpoint", b"nonsense", 400),
        ("POST", "/add-checkpoint", GOOD[:-1], 400),
        ("POST", "/add-checkpoint", bytes(1_000_001), 413),
        ("POST", "/add-checkpoint", bytes(10_000_001), 413),
        ("POST", "/add-checkpoint", growth(0, 5, Signer("elsewhere", bytes(32))).to_bytes(), 403),
        ("POST", "/add-checkpoint", growth(0, 5).to_bytes().replace(ORIGIN.encode(), b"elsewhere"), 404),
        ("GET", "/add-checkpoint", None, 405),
        ("GET", "/", None, 404),
        ("GET", "/../../etc/passwd/checkpoint", None, 404),
        ("GET", f"/{origin_id(ORIGIN)}.lock/checkpoint", None, 404),
        ("GET", f"/{'0' * 64}/checkpoint", None, 404),
        ("POST", f"/{origin_id(ORIGIN)}/checkpoint", b"", 404),
    ],
)
def test_a_witness_names_what_it_does_not_take(
    url: str, http: urllib3.PoolManager, method: str, path: str, body: bytes | None, status: int
) -> None:
    assert http.request(method, url + path, body=body).status == status


def test_a_request_without_a_length_is_refused(tmp_path: Path) -> None:
    answers: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/add-checkpoint", "CONTENT_LENGTH": ""}
    a_witness(tmp_path)(environ, lambda status, _headers: answers.append(status))  # type: ignore[operator]
    assert answers == ["411 Length Required"]


def test_a_log_key_cannot_cosign(tmp_path: Path) -> None:
    with pytest.raises(BadNote, match="key of type 01"):
        a_witness(tmp_path, LOG)


def test_cosignatures_of_all_witnesses_make_a_receipt_with_a_quorum(url: str, tmp_path: Path) -> None:
    with served(a_witness(tmp_path / "w2", SECOND)) as other:
        got = collect(note_at(8).to_bytes(), Peer(url, WITNESS.verifier), Peer(f"{other}/", SECOND.verifier))
    assert got.failures == {}
    assert got.sizes == {WITNESS.name: 8, SECOND.name: 8}
    receipt = Receipt(5, inclusion_proof(5, 8, reader(CT_ENTRIES)), got.note).to_bytes()
    both = [WITNESS.verifier, SECOND.verifier]
    facts = verify_receipt(receipt, CT_ENTRIES[5], LOG.verifier, witnesses=both, quorum=2)
    assert [seen.name for seen in facts.witnesses] == list(got.witnesses) == [WITNESS.name, SECOND.name]


@pytest.mark.parametrize("thought", [0, 2, 5])
def test_a_log_goes_on_from_the_size_that_the_witness_tells(url: str, http: urllib3.PoolManager, thought: int) -> None:
    http.request("POST", f"{url}/add-checkpoint", body=growth(0, 3).to_bytes())
    assert collect(note_at(8).to_bytes(), Peer(url, WITNESS.verifier, thought)).witnesses == (WITNESS.name,)


def test_a_witness_that_is_ahead_is_named(url: str, http: urllib3.PoolManager) -> None:
    http.request("POST", f"{url}/add-checkpoint", body=growth(0, 8).to_bytes())
    got = collect_cosignatures(note_at(5).to_bytes(), [Peer(url, WITNESS.verifier)], lambda _old: ())
    assert got.failures == {WITNESS.name: "the witness holds `8` leaves already, more than `5`"}
    assert got.sizes == {WITNESS.name: 8}
    assert got.note == note_at(5).to_bytes()


Wsgi = Callable[[dict[str, object], Callable[..., object]], list[bytes]]


def answering(status: str, body: bytes, content_type: str = "text/plain") -> Wsgi:
    def app(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    return app


WRONG_TEXT = WITNESS.sign("another text\n", at_s=1).line


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (answering("404 Not Found", b"not watched\n"), "answered 404: not watched"),
        (answering("500 Internal Server Error", b"\xff" * 500), "answered 500"),
        (answering("302 Found", b""), "answered 302"),
        (answering("799 Unheard Of", b""), "cannot be used"),
        (answering("409 Conflict", b"3\n"), "answered 409"),
        (answering("409 Conflict", b"03\n", SIZE), "cannot be used"),
        (answering("409 Conflict", b"\xff\n", SIZE), "cannot be used"),
        (answering("409 Conflict", b"7\n", SIZE), "moved on 3 times and now holds `7`"),
        (answering("409 Conflict", b"9\n", SIZE), "holds `9` leaves already"),
        (answering("200 OK", b""), "cannot be used"),
        (answering("200 OK", b"\xff\n"), "cannot be used"),
        (answering("200 OK", SECOND.sign("another text\n", at_s=1).line.encode()), "does not verify"),
        (answering("200 OK", COSIGNATURE.encode()), "no trusted key signed"),
        (answering("200 OK", bytes(200_000)), "cannot be used"),
    ],
)
def test_a_witness_that_lies_costs_its_own_cosignature_only(url: str, app: Wsgi, why: str) -> None:
    with served(app) as liar:
        got = collect(note_at(8).to_bytes(), Peer(liar, SECOND.verifier), Peer(url, WITNESS.verifier))
    assert got.witnesses == (WITNESS.name,)
    assert why in got.failures[SECOND.name]


def test_a_witness_that_is_down_is_named_and_does_not_block(url: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        down = f"http://127.0.0.1:{unused.getsockname()[1]}"
        got = collect(note_at(8).to_bytes(), Peer(down, SECOND.verifier), Peer(url, WITNESS.verifier))
    assert got.witnesses == (WITNESS.name,)
    assert "did not answer" in got.failures[SECOND.name]
    assert got.sizes == {SECOND.name: 0, WITNESS.name: 8}


def test_a_witness_that_never_answers_is_left_alone(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = f"http://127.0.0.1:{silent.getsockname()[1]}"
        got = collect(note_at(8).to_bytes(), Peer(mute, SECOND.verifier), Peer(url, WITNESS.verifier), timeout_s=0.5)
    assert got.witnesses == (WITNESS.name,)
    assert "did not answer" in got.failures[SECOND.name]


def test_a_witness_that_drips_its_answer_does_not_hold_up_the_log() -> None:
    done = Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
            while not done.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=drip, args=(server,))
        thread.start()
        slow = Peer(f"http://127.0.0.1:{server.getsockname()[1]}", WITNESS.verifier)
        got = collect(note_at(8).to_bytes(), slow, timeout_s=0.2)
        done.set()
        thread.join(10)
    assert "too slow" in got.failures[WITNESS.name]


def test_no_witnesses_give_no_cosignatures() -> None:
    assert collect(note_at(8).to_bytes()) == Collected(note_at(8).to_bytes(), (), {}, {})
