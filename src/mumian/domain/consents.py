"""Whose data may be told of: persons and their consents, per resource. The default is no.

persons/RESOURCE.jsonl     which value of the unit is which person: known to the holder alone, mode 0600, can be erased
consents/RESOURCE.json     which persons consent to what, of the market's journal at one moment, signed by the market

A list that is older than the owner's terms allow counts for nothing: nobody is told of. A consent that runs out within a
minute is taken as over, so that none is used too long. To a caller a person without consent and a key that is not there are
one and the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import md5
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.faults import BadConsents
from mumian.domain.store import read, sync_folder, write
from mumian.journal.faults import JournalFault
from mumian.journal.note import Signature, Verifier
from mumian.kernel.canonical import END, canonical
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.consent.listed import ANYBODY, ConsentList, SignedConsents, consents_bytes

MARGIN_MS = 60_000
"""A consent counts until so long before its end; a prepared list is looked at anew as often."""

Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Party = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,127}" + END)]

Stamp = tuple[int, int, int]
"""Tells one content of a file from another: inode, time of the last change in ns, size."""


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """unit: the value in the file. person: the market's id of who that is."""

    person: Party
    unit: Unit


def verify_consents(signed: SignedConsents, market: Verifier) -> None:
    """Check that a list is of this market. Raises: BadConsents."""
    try:
        signature = bytes.fromhex(signed.signature)
        if signed.consents.market != market.name:
            raise ValueError(signed.consents.market)
        text = consents_bytes(signed.consents).decode()
        market.verify(text, Signature(market.name, market.key_id, signature))
    except (JournalFault, ValueError) as e:
        listed = signed.consents
        raise BadConsents(f"the consents to `{listed.resource}` of `{listed.market}` are not by `{market.name}`") from e


def keep_consents(folder: Path, signed: SignedConsents, market: Verifier) -> None:
    """Put a list in place of the earlier one of its resource. folder: of the domain.

    Raises: BadConsents: it is not the market's, or an older one than is kept: it would bring back who withdrew since.
    """
    verify_consents(signed, market)
    path = _consents_path(folder, signed.consents.resource)
    path.parent.mkdir(exist_ok=True)
    if path.is_file():
        kept, given = read(path, SignedConsents).consents, signed.consents
        if (given.seq, given.taken_at) < (kept.seq, kept.taken_at):
            raise BadConsents(
                f"the consents to `{given.resource}` are of leaf {given.seq}, kept are those of {kept.seq}"
            )
    write(path, signed)


def keep_persons(folder: Path, resource: ResourceId, persons: Iterable[Person]) -> int:
    """Put who is who in a resource in place of what was known; return how many. The old file's bytes are overwritten."""
    path = _persons_path(folder, resource)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    lines = [canonical(person) for person in persons]
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    _overwrite(path)
    scratch.replace(path)
    sync_folder(path.parent)
    return len(lines)


def erase_person(folder: Path, resource: ResourceId, person: PartyId) -> int:
    """Forget which units a person is; return how many they were. Nothing is told of them from the next call on."""
    kept = persons_of(folder, resource)
    left = [each for each in kept if each.person != person]
    if len(left) < len(kept):
        keep_persons(folder, resource, left)
    return len(kept) - len(left)


def persons_of(folder: Path, resource: ResourceId) -> list[Person]:
    """Return who is who in a resource."""
    path = _persons_path(folder, resource)
    return msgspec.json.Decoder(Person).decode_lines(path.read_bytes()) if path.is_file() else []


def consents_of(folder: Path, resource: ResourceId, market: Verifier) -> ConsentList | None:
    """Return the list that is kept. Raises: BadConsents: it is not the market's."""
    path = _consents_path(folder, resource)
    if not path.is_file():
        return None
    signed = read(path, SignedConsents)
    verify_consents(signed, market)
    return signed.consents


def stamp(folder: Path, resource: ResourceId) -> tuple[Stamp, Stamp]:
    """Return what changes when the persons or the consents of a resource do."""
    return _stamp(f"{folder}/persons/{resource}.jsonl"), _stamp(f"{folder}/consents/{resource}.json")


class Willing:
    """Which units of one version may be told of to one consumer for one purpose. consents: None if there is no list."""

    def __init__(
        self,
        consents: ConsentList | None,
        persons: list[Person],
        unit_ids: npt.NDArray[np.uint64],
        *,
        purpose: str,
        recipient: PartyId,
    ) -> None:
        uses = [] if consents is None else consents.uses
        self.taken_at: Instant | None = None if consents is None else consents.taken_at
        wanted = [use for use in uses if use.purpose == purpose and use.recipient in (recipient, ANYBODY)]
        self._units = len(unit_ids)
        self._needs_none = any(use.needs_none for use in wanted)
        until_of = {person: until for use in wanted for person, until in use.persons}
        ends = [(unit_id(each.unit), until) for each in persons if (until := until_of.get(PartyId(each.person)))]
        ids = np.array([unit for unit, _ in ends], np.uint64)
        order = np.argsort(unit_ids)
        at = np.minimum(np.searchsorted(unit_ids, ids, sorter=order), max(self._units - 1, 0))
        places = order[at] if self._units else np.zeros(0, np.int64)
        here = unit_ids[places] == ids[: len(places)]
        self._places = places[here]
        self._until = np.array([until for _, until in ends], np.int64)[: len(places)][here]
        self._ends = np.sort(self._until)

    def is_fresh(self, *, now: Instant, age_ms_max: int) -> bool:
        """Tell whether the list is young enough to count."""
        return self.taken_at is not None and self.taken_at <= now + MARGIN_MS and now - self.taken_at < age_ms_max

    def ended(self, now: Instant) -> int:
        """Return how many consents of the list count as over."""
        return int(np.searchsorted(self._ends, now + MARGIN_MS, side="right"))

    def units(self, now: Instant) -> npt.NDArray[np.bool_]:
        """Return by unit of the version whether it may be told of; the last entry, for rows without a unit, is no.

        Where no consent is needed the persons of the list are those who refused.
        """
        willing = np.zeros(self._units + 1, np.bool_)
        if self._needs_none:
            willing[:-1] = True
            willing[self._places] = False
        else:
            willing[self._places[self._until > now + MARGIN_MS]] = True
        return willing


def unit_id(value: str) -> int:
    """Return how a version names a unit by its value (see `Clustered.unit_ids`): the low 64 bits of its MD5."""
    return int.from_bytes(md5(value.encode(), usedforsecurity=False).digest()[8:], "little")


def _consents_path(folder: Path, resource: ResourceId) -> Path:
    return folder / "consents" / f"{resource}.json"


def _persons_path(folder: Path, resource: ResourceId) -> Path:
    return folder / "persons" / f"{resource}.jsonl"


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def _overwrite(path: Path) -> None:
    """Lay zeros over a file's bytes: on a plain disk nothing is left of them. Copies and flash keep their own counsel."""
    if path.is_file():
        with path.open("rb+") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
