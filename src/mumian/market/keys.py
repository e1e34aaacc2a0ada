"""Keys of parties: an Ed25519 seed in a file that only its owner may read, in the signed-note form."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mumian.journal.note import Signer
from mumian.market.home import HomeFault, write_secret


def make_key(path: Path, name: str) -> Ed25519PrivateKey:
    """Write a new key for the party `name` to `path` and return it.

    Raises: HomeFault: there is a file already.
    """
    key = Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
    save_key(path, name, key)
    return key


def save_key(path: Path, name: str, key: Ed25519PrivateKey) -> None:
    """Write a party's key to `path`.

    Raises: HomeFault: there is a file already.
    """
    if path.exists():
        raise HomeFault(f"`{path}` exists; a key is never overwritten: choose another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_secret(path, Signer(name, key.private_bytes_raw()).secret_key())


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key that `save_key` wrote.

    Raises: HomeFault: no file. BadNote: not a key, or a damaged one.
    """
    if not path.is_file():
        raise HomeFault(f"there is no key at `{path}`; make one or name another file")
    text = path.read_text("utf8", "replace").strip()
    Signer.parse(text)  # its own id must fit: a damaged key is told here, not by a refused signature
    name_id_key = text.removeprefix("PRIVATE+KEY+").split("+", 2)
    type_and_seed = base64.b64decode(name_id_key[2])
    return Ed25519PrivateKey.from_private_bytes(type_and_seed[1:])


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public key as parties register it: base64 of 32 bytes."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
