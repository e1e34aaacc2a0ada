"""What can go wrong with a vault.

VaultFault           base
├── NotKept          what was to be kept is not right; says which part and why, and repeats none of it
├── NobodyThere      the vault holds no such person or text, or it was erased
├── VaultBusy        another process reads the vault, so nothing can be erased for good now
└── VaultDamaged     the file is no vault, or cannot be read or written
"""

from __future__ import annotations


class VaultFault(Exception):  # noqa: N818  # a state of the world, told to people, like every fault of the project
    """Base of what can go wrong with a vault."""


class NotKept(VaultFault):
    """What was to be kept is not right."""


class NobodyThere(VaultFault):
    """No such person or text, or it was erased."""


class VaultBusy(VaultFault):
    """Another process reads the vault."""


class VaultDamaged(VaultFault):
    """The file is no vault, or cannot be read or written."""
