"""Decision table of the witness, and its memory under races and `kill -9`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from threading import Barrier

import pytest
from golden import LOG, ORIGIN, WITNESS
from test_tree import CT_ENTRIES, CT_ROOTS, reader

from mumian.journal.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from mumian.journal.faults import BadCheckpoint, BadNote, Overtaken
from mumian.journal.note import Note, Signer, b64, parse_note, verify_note
from mumian.journal.tree import EMPTY, EMPTY_ROOT, Head, consistency_proof
from mumian.journal.witness import SIZE, Accepted, Rejected, Request, Watched, decide, parse_request, watch
from mumian.journal.witness_http import add_checkpoint
from mumian.journal.witness_store import WitnessStore, origin_id

S = HTTPStatus
STRANGER = Signer(ORIGIN, bytes(32))
SECOND_KEY = Signer(ORIGIN, bytes(range(1, 33)))
ROOTS = [bytes.fromhex(root) for root in CT_ROOTS]
AT_3 = Watched((LOG.verifier,), Head(3, ROOTS[3]))
NEW = Watched((LOG.verifier,))


def note_at(size: int, *signers: Signer, root: bytes | None = None) -> Note:
    checkpoint = Checkpoint(ORIGIN, size, ROOTS[size] if root is None else root)
    return parse_note(sign_checkpoint(checkpoint, signers or [LOG]))


def growth(old: int, new: int, *signers: Signer) -> Request:
    return Request(old, consistency_proof(old, new, reader(CT_ENTRIES)), note_at(new, *signers))


def spoilt(note: Note) -> Note:
    """The note with a signature of the right key that does not verify."""
    (line,) = note.signatures
    return Note(note.text, (type(line)(line.name, line.key_id, bytes(64)),))


DECISIONS: list[tuple[str, Watched | None, Request, HTTPStatus]] = [
    ("a log that is not watched", None, growth(0, 3), S.NOT_FOUND),
    ("unknown comes before unsigned", None, growth(0, 3, STRANGER), S.NOT_FOUND),
    ("nobody trusted signed", AT_3, growth(3, 5, STRANGER), S.FORBIDDEN),
    ("a trusted key's signature is bad", AT_3, Request(3, growth(3, 5).proof, spoilt(note_at(5))), S.FORBIDDEN),
    ("forbidden comes before the sizes", AT_3, growth(1, 5, STRANGER), S.FORBIDDEN),
    ("the old size exceeds the new", AT_3, Request(6, (), note_at(5)), S.BAD_REQUEST),
    ("sizes come before the conflict", AT_3, Request(6, (), note_at(4)), S.BAD_REQUEST),
    ("another old size is held", AT_3, growth(2, 5), S.CONFLICT),
    ("the log is new here and the old size is not 0", NEW, growth(3, 5), S.CONFLICT),
    ("0 is asked and more is held", AT_3, growth(0, 5), S.CONFLICT),
    ("the conflict comes before the proof", AT_3, Request(2, (), note_at(5)), S.CONFLICT),
    ("the proof is missing", AT_3, Request(3, (), note_at(5)), S.UNPROCESSABLE_ENTITY),
    ("the proof is of other sizes", AT_3, Request(3, growth(3, 6).proof, note_at(5)), S.UNPROCESSABLE_ENTITY),
    ("the root is another", AT_3, Request(3, growth(3, 5).proof, note_at(5, root=ROOTS[6])), S.UNPROCESSABLE_ENTITY),
    ("a proof from the empty tree", NEW, Request(0, (ROOTS[1],), note_at(3)), S.UNPROCESSABLE_ENTITY),
    ("a proof to the same size", AT_3, Request(3, (ROOTS[1],), note_at(3)), S.UNPROCESSABLE_ENTITY),
    ("another root of the same size", AT_3, Request(3, (), note_at(3, root=ROOTS[4])), S.UNPROCESSABLE_ENTITY),
    ("an empty tree with a root", NEW, Request(0, (), note_at(0, root=ROOTS[4])), S.UNPROCESSABLE_ENTITY),
    ("the first look", NEW, growth(0, 3), S.OK),
    ("the first look at an empty log", NEW, growth(0, 0), S.OK),
    ("growth", AT_3, growth(3, 5), S.OK),
    ("growth by a power of two", Watched((LOG.verifier,), Head(4, ROOTS[4])), growth(4, 8), S.OK),
    ("nothing new", AT_3, growth(3, 3), S.OK),
    ("one trusted key of two", Watched((SECOND_KEY.verifier, LOG.verifier), AT_3.head), growth(3, 5), S.OK),
    ("a stranger signed beside the log", AT_3, growth(3, 5, LOG, STRANGER), S.OK),
]


@pytest.mark.parametrize(
    ("watched", "request_", "status"), [row[1:] for row in DECISIONS], ids=[d[0] for d in DECISIONS]
)
def test_the_witness_decides(watched: Watched | None, request_: Request, status: HTTPStatus) -> None:
    decision = decide(watched, request_)
    if status is S.OK:
        assert isinstance(decision, Accepted)
        assert decision.note == Note(request_.note.text, request_.note.signatures[:1])
    else:
        assert isinstance(decision, Rejected)
        assert decision.status is status
        assert decision.body.endswith("\n")


def test_every_status_of_the_protocol_has_a_case() -> None:
    assert {status.value for *_, status in DECISIONS} == {200, 400, 403, 404, 409, 422}


def test_a_conflict_tells_the_size_that_is_held() -> None:
    decision = decide(AT_3, growth(2, 5))
    assert decision == Rejected(S.CONFLICT, "3\n", SIZE)


@pytest.mark.parametrize("request_", [growth(0, 0), growth(0, 3), growth(3, 7, LOG, SECOND_KEY)])
def test_a_request_reads_back(request_: Request) -> None:
    assert parse_request(request_.to_bytes()) == request_


GOOD = growth(3, 5).to_bytes()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 3\n",
        GOOD[4:],
        GOOD.replace(b"old 3", b"old 03"),
        GOOD.replace(b"old 3", b"old -3"),
        GOOD.replace(b"old 3", b"old  3"),
        GOOD.replace(b"old 3", b"old 3 "),
        GOOD.replace(b"old 3\n", b"old 3\nAAAA\n"),
        GOOD.replace(b"old 3\n", b"old 3\n" + f"{b64(bytes(32))}\n".encode() * 64),
        GOOD.replace(b"old 3\n", b"old 3\n\n"),
        GOOD.replace(b"\n5\n", b"\n05\n"),
        GOOD.replace(b"old", b"\xff"),
        GOOD[:-1],
    ],
)
def test_what_is_not_a_request_is_refused(body: bytes) -> None:
    with pytest.raises(BadNote):
        parse_request(body)


def test_keys_are_watched_under_their_names() -> None:
    assert watch([LOG.verifier, SECOND_KEY.verifier]) == {ORIGIN: (LOG.verifier, SECOND_KEY.verifier)}


def advance(store: WitnessStore, held: Head, size: int) -> None:
    decision = decide(Watched((LOG.verifier,), held), growth(held.size, size))
    assert isinstance(decision, Accepted)
    store.advance(ORIGIN, held=held, note=decision.cosign(WITNESS, at_s=1)[1])


def test_a_witness_begins_with_the_empty_tree_and_remembers(tmp_path: Path) -> None:
    store = WitnessStore(tmp_path / "witness")
    assert store.head(ORIGIN) == EMPTY
    advance(store, EMPTY, 3)
    assert WitnessStore(tmp_path / "witness").head(ORIGIN) == Head(3, ROOTS[3])
    note = store.note(origin_id(ORIGIN))
    assert note is not None
    assert len(verify_note(parse_note(note), [LOG.verifier, WITNESS.verifier])) == 2


def test_a_head_that_was_overtaken_is_not_put_back(tmp_path: Path) -> None:
    store = WitnessStore(tmp_path)
    advance(store, EMPTY, 5)
    with pytest.raises(Overtaken, match="holds `5` leaves"):
        advance(store, EMPTY, 3)
    assert store.head(ORIGIN).size == 5


def test_a_memory_that_cannot_be_read_is_not_taken_for_a_new_log(tmp_path: Path) -> None:
    store = WitnessStore(tmp_path)
    (tmp_path / origin_id(ORIGIN)).write_bytes(b"")
    with pytest.raises(BadNote):
        store.head(ORIGIN)
    other = Checkpoint("elsewhere", 0, EMPTY_ROOT)
    (tmp_path / origin_id(ORIGIN)).write_bytes(sign_checkpoint(other, [LOG]))
    with pytest.raises(BadCheckpoint, match="is of `elsewhere`"):
        store.head(ORIGIN)


def test_of_requests_that_race_from_one_size_exactly_one_wins(tmp_path: Path) -> None:
    racers = 5
    for number in range(10):
        store, barrier = WitnessStore(tmp_path / str(number)), Barrier(racers)

        def ask(size: int, store: WitnessStore = store, barrier: Barrier = barrier) -> int:
            body = growth(0, size).to_bytes()
            barrier.wait(10)
            return add_checkpoint(body, store, WITNESS, watch([LOG.verifier]), clock=lambda: 1).status

        with ThreadPoolExecutor(racers) as threads:
            statuses = list(threads.map(ask, range(1, racers + 1)))
        assert sorted(statuses) == [200] + [409] * (racers - 1)
        assert store.head(ORIGIN).size == statuses.index(200) + 1


def test_two_stores_on_one_folder_do_not_both_win(tmp_path: Path) -> None:
    one, other = WitnessStore(tmp_path), WitnessStore(tmp_path)
    held = other.head(ORIGIN)
    advance(one, EMPTY, 3)
    with pytest.raises(Overtaken):
        advance(other, held, 5)


BUSY_WITNESS = """
import sys
from pathlib import Path
from mumian.journal.checkpoint import Checkpoint, sign_checkpoint
from mumian.journal.log import Log
from mumian.journal.note import Signer
from mumian.journal.witness_store import WitnessStore
store, signer = WitnessStore(Path(sys.argv[1])), Signer(sys.argv[2], bytes(range(32)))
log, held = Log(sys.argv[2], signer), store.head(sys.argv[2])
while log.head.size < 1_000_000:
    sealed = log.seal([b"leaf"], 0)
    log.advance(sealed)
    if sealed.size > held.size:
        store.advance(sys.argv[2], held=held, note=log.sign(sealed))
        held = log.head
        print(held.size, flush=True)
"""


def test_a_killed_witness_holds_at_least_what_it_said(tmp_path: Path) -> None:
    said = 0
    for rounds in (1, 7, 20):
        command = [sys.executable, "-c", BUSY_WITNESS, str(tmp_path), ORIGIN]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as witness:
            assert witness.stdout is not None
            for _ in range(rounds):
                said = int(witness.stdout.readline())
            os.kill(witness.pid, signal.SIGKILL)
            rest = witness.stdout.read().split("\n")[:-1]
        said = int(rest[-1]) if rest else said
        note = WitnessStore(tmp_path).note(origin_id(ORIGIN))
        assert note is not None
        assert verify_checkpoint(note, LOG.verifier).checkpoint.size in (said, said + 1)
