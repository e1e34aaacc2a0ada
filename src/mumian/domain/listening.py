"""A domain that goes on listening while its owner changes the terms: each message is answered by what lies on disk then."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from mumian.domain.declaration import Terms
from mumian.domain.domain import Domain
from mumian.domain.store import read
from mumian.kernel.ids import ResourceId

Stamp = tuple[int, int, int]


def listening(domain: Domain) -> Callable[[bytes], bytes]:
    """Return `domain.handle` with the owner's terms as they lie on disk: an owner's no holds from the next message on.

    A file that was not changed is not read again; of one that is gone or cannot be read, nothing is allowed.
    """
    folder = domain.folder / "terms"
    seen: dict[str, Stamp] = {}

    def handle(data: bytes) -> bytes:
        found = {entry.name: _stamp(entry) for entry in os.scandir(folder) if _is_terms(entry.name)}
        if found != seen:
            for name in {*found, *seen}:
                if found.get(name) != seen.get(name):
                    _take(domain, folder / name)
            seen.clear()
            seen.update(found)
        return domain.handle(data)

    return handle


def _is_terms(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    found = entry.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _take(domain: Domain, path: Path) -> None:
    """Put what a file of terms says in place of what was allowed before."""
    try:
        terms = read(path, Terms)
    except (FileNotFoundError, msgspec.DecodeError):
        domain.terms.pop(ResourceId(path.stem), None)
    else:
        domain.terms[terms.resource] = terms
