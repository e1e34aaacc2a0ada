"""Calls are counted so that each can be proved: a record a call, batches of records under a Merkle root.

A batch is signed by the domain and its root goes to the journal as one leaf. The records stay here; who made a call
can have its record with a proof, and anybody can check it against the batch.

    meter/JOB/open.jsonl       records of the batch that is open, a line each
    meter/JOB/000000.jsonl     records of a closed batch
    meter/JOB/000000.json      the batch, signed
    meter/JOB/000000.ack       its consumer's signed word that the calls were made so, once it gave it
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Lock

import msgspec

from mumian.domain.faults import BadCall, BadSignature
from mumian.domain.keys import DomainKeys, verify
from mumian.domain.store import read, sync_folder, write
from mumian.journal.faults import BadProof
from mumian.journal.tree import Frontier, inclusion_proof, leaf_hash, leaf_hashes, pair_up, verify_inclusion
from mumian.kernel.canonical import Natural, canonical
from mumian.kernel.ids import JobId, PartyId
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import MeterBatch, SignedBatch, batch_bytes

SALT_BYTES = 16

Call = tuple[str, ...]
"""The values of the plan's key columns, as text."""


class Verdict(StrEnum):
    """What a call is answered. Of a plan with n edges, band 0 lies below the first and band n from the last on."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    BAND_0 = "band-0"
    BAND_1 = "band-1"
    BAND_2 = "band-2"
    BAND_3 = "band-3"
    BAND_4 = "band-4"
    BAND_5 = "band-5"
    BAND_6 = "band-6"
    BAND_7 = "band-7"
    BAND_8 = "band-8"
    BAND_9 = "band-9"
    BAND_10 = "band-10"
    BAND_11 = "band-11"
    BAND_12 = "band-12"
    BAND_13 = "band-13"
    BAND_14 = "band-14"
    BAND_15 = "band-15"


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call. question: SHA-256 of salt and canonical call, hex; only who knows the call can tell that it was this."""

    answer: Verdict
    at: Instant
    call: Natural
    job: JobId
    question: str
    salt: str


_decode_record = msgspec.json.Decoder(CallRecord).decode


class CallProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call's record, its inclusion proof (hex, from the leaf's side up), and the signed batch that it is in."""

    record: CallRecord
    proof: tuple[str, ...]
    batch: SignedBatch


def question_digest(salt: bytes, call: Call) -> str:
    return sha256(salt + canonical(call)).hexdigest()


def verify_call(proof: CallProof, *, call: Call, domain_key: str) -> None:
    """Check that `call` was answered as the record says, by the domain with this key (Ed25519, hex).

    Raises: BadCall: the batch is not the domain's, the record is not in it, or is of another call.
    """
    batch, record = proof.batch.batch, proof.record
    try:
        verify(domain_key, proof.batch.signature, batch_bytes(batch))
        hashes = [bytes.fromhex(node) for node in proof.proof]
        root, leaf = bytes.fromhex(batch.root), leaf_hash(canonical(record))
        verify_inclusion(index=record.call - batch.first, size=batch.count, leaf=leaf, proof=hashes, root=root)
        asked = question_digest(bytes.fromhex(record.salt), call)
    except (BadSignature, BadProof, ValueError) as e:
        raise BadCall(f"call {record.call} of `{record.job}`: {e}") from e
    if record.job != batch.job or record.question != asked:
        raise BadCall(f"record {record.call} of `{record.job}` is not of this call of `{batch.job}`")


def closed_batches(folder: Path) -> list[SignedBatch]:
    """Return the closed batches of a job in their order: what lies in its folder, which may not be there."""
    return [read(path, SignedBatch) for path in sorted(folder.glob("[0-9]*.json"))]


def record_pieces(folder: Path, nth: int, size: int) -> Iterator[list[bytes]]:
    """Yield the records of a closed batch of the job in `folder`, `size` at a time."""
    with (folder / f"{nth:06d}.jsonl").open("rb") as file:
        while piece := [line.rstrip(b"\n") for line in islice(file, size)]:
            yield piece


class Meter:
    """The calls of one job in one domain. Safe to use from several threads."""

    def __init__(
        self, folder: Path, job: JobId, domain: PartyId, keys: DomainKeys, entropy: Callable[[int], bytes]
    ) -> None:
        self._folder, self._job, self._domain, self._keys, self._entropy = folder, job, domain, keys, entropy
        self._lock = Lock()
        self._open_file = f"{folder}/open.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self.batches = closed_batches(folder)
        self._finish_closing()
        self._open_calls, self._frontier = 0, Frontier()
        self._recover()

    @property
    def made(self) -> int:
        """Calls so far."""
        return self._first + self._open_calls

    @property
    def _first(self) -> int:
        last = self.batches[-1].batch if self.batches else None
        return last.first + last.count if last else 0

    @property
    def _open_path(self) -> Path:
        return self._folder / "open.jsonl"

    def _records_path(self, nth: int) -> Path:
        return self._folder / f"{nth:06d}.jsonl"

    def _finish_closing(self) -> None:
        """A batch that was signed before a crash takes its records with it."""
        if self.batches and not self._records_path(len(self.batches) - 1).exists():
            self._open_path.rename(self._records_path(len(self.batches) - 1))

    def _recover(self) -> None:
        """Read what is open; a last line that a crash cut off was never answered and goes."""
        if not self._open_path.exists():
            return
        data = self._open_path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self._open_path.write_bytes(whole)
        lines = whole.splitlines()
        self._frontier.extend(leaf_hashes(lines))
        self._open_calls = len(lines)

    def record(self, calls: Sequence[Call], answers: Sequence[Verdict], *, at: Instant, calls_max: int) -> int | None:
        """Write one record a call, before any is answered. Returns the first's number, or None if they are too many."""
        with self._lock:
            first = self.made
            if first + len(calls) > calls_max:
                return None
            salts = self._entropy(SALT_BYTES * len(calls)).hex()
            size, head, job = 2 * SALT_BYTES, f'","at":{at},"call":', f',"job":"{self._job}","question":"'
            lines = []
            for nth, (call, answer) in enumerate(zip(calls, answers, strict=True)):
                salt = salts[nth * size : (nth + 1) * size]
                asked = sha256(bytes.fromhex(salt) + canonical(call)).hexdigest()
                lines.append(f'{{"answer":"{answer}{head}{first + nth}{job}{asked}","salt":"{salt}"}}'.encode())
            with open(self._open_file, "ab") as file:
                file.write(b"\n".join(lines) + b"\n")
            self._frontier.extend(leaf_hashes(lines))
            self._open_calls += len(lines)
            return first

    def close(self, *, ticket_digest: str, at: Instant) -> SignedBatch | None:
        """Sign what is open as a batch, on disk before this returns; None if nothing is open."""
        with self._lock:
            if not self._open_calls:
                return None
            nth = len(self.batches)
            with self._open_path.open("rb+") as file:
                os.fsync(file.fileno())
            root = self._frontier.root().hex()
            batch = MeterBatch(
                self._job, self._domain, ticket_digest, nth, self._first, self._open_calls, root, closed_at=at
            )
            signed = SignedBatch(batch, self._keys.sign(batch_bytes(batch)))
            write(self._folder / f"{nth:06d}.json", signed)
            self._open_path.rename(self._records_path(nth))
            sync_folder(self._folder)
            self.batches.append(signed)
            self._open_calls, self._frontier = 0, Frontier()
            return signed

    def _holding(self, call: int) -> SignedBatch | None:
        """Return the closed batch that a call is in."""
        return next((b for b in self.batches if b.batch.first <= call < b.batch.first + b.batch.count), None)

    def lines(self, nth: int) -> list[bytes]:
        """Return the records of a closed batch, one a line."""
        return self._records_path(nth).read_bytes().splitlines()

    def records(self, call: int, count: int) -> tuple[CallRecord, ...]:
        """Return up to `count` records from a call on, of the batch that it is in; none if it is in no closed batch."""
        found = self._holding(call)
        if found is None:
            return ()
        first = call - found.batch.first
        return tuple(map(_decode_record, self.lines(found.batch.nth)[first : first + count]))

    def acknowledge(self, nth: int, root: str, said: bytes) -> bool:
        """Keep the consumer's signed word on a closed batch; False if there is none with this number and root."""
        if nth >= len(self.batches) or self.batches[nth].batch.root != root:
            return False
        write(self._folder / f"{nth:06d}.ack", msgspec.Raw(said))
        return True

    def acknowledged(self, nth: int) -> bytes:
        """Return what `acknowledge` kept of a batch; empty if nothing."""
        path = self._folder / f"{nth:06d}.ack"
        return path.read_bytes() if path.exists() else b""

    def prove(self, call: int) -> CallProof | None:
        """Return the proof of call number `call`, or None if it is in no closed batch."""
        found = self._holding(call)
        if found is None:
            return None
        lines = self.lines(found.batch.nth)
        rows = [leaf_hashes(lines)]
        while len(rows[-1]) > 1:
            rows.append(pair_up(rows[-1]))
        index = call - found.batch.first
        proof = inclusion_proof(index, found.batch.count, lambda height, nth: rows[height][nth])
        return CallProof(_decode_record(lines[index]), tuple(node.hex() for node in proof), found)
