"""Why something from the journal cannot be believed.

JournalFault
├── BadProof          a Merkle proof does not lead from what it claims to the root
├── BadSignature      a trusted key's signature does not verify, or no trusted key signed
│   └── QuorumNotMet  fewer of the named witnesses signed than were asked for
├── BadNote           the text is not a signed note, or a key is not a key
│   ├── BadCheckpoint the text of a note is not a checkpoint, or not one of this log
│   └── BadReceipt    the text is not a receipt
├── BadTile           a tile or entry bundle disagrees with its path, its width or the tree
│   └── MissingTile   it is not there
├── BadEntry          an entry is too large, or a body is not the one that its record names
├── Diverged          two heads of one log that cannot both be true
└── Overtaken         a witness moved on between the look and the write
"""

from __future__ import annotations


class JournalFault(Exception):  # noqa: N818  # a fault is a finding about data, not an error of this program
    """Base of every finding; its text says both sides of the mismatch."""


class BadProof(JournalFault):
    pass


class BadSignature(JournalFault):
    pass


class QuorumNotMet(BadSignature):
    pass


class BadNote(JournalFault):
    pass


class BadCheckpoint(BadNote):
    pass


class BadReceipt(BadNote):
    pass


class BadTile(JournalFault):
    pass


class MissingTile(BadTile):
    pass


class BadEntry(JournalFault):
    pass


class Diverged(JournalFault):
    pass


class Overtaken(JournalFault):
    pass
