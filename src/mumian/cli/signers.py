"""Whose keys lie on this machine: parties' own, and those of the domains that speak for their holders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mumian.domain.keys import DomainKeys
from mumian.kernel.ids import PartyId
from mumian.market.home import HomeFault
from mumian.market.keys import load_key

T = TypeVar("T")


class _Named(msgspec.Struct, frozen=True):
    """What a domain's `domain.json` says of whose it is."""

    name: PartyId


def kept(path: Path, kind: type[T]) -> T:
    """Return what a file of a home holds.

    Raises: HomeFault: it is there and cannot be read. FileNotFoundError: it is not there.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HomeFault(f"`{path}` cannot be read: {error}; restore it from a backup") from error


def domain_folders(home: Path) -> Iterator[tuple[PartyId, Path]]:
    """Yield every domain in a home: whose it is, and its folder. Raises: HomeFault: one is damaged."""
    for config in sorted((home / "domains").glob("*/domain.json")):
        yield kept(config, _Named).name, config.parent


def key_of(home: Path, party: str) -> Ed25519PrivateKey | None:
    """Return the key that speaks for `party` here: HOME/keys/PARTY.key, else its domain's; None if there is neither.

    Raises: BadNote, BadKey, HomeFault: something is there and cannot be read.
    """
    own = home / "keys" / f"{party}.key"
    if own.is_file():
        return load_key(own)
    folder = next((folder for name, folder in domain_folders(home) if name == party), None)
    return None if folder is None else DomainKeys.load(folder / "identity.key").identity
