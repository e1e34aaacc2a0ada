"""Why a credential cannot be believed.

CredentialFault
├── Malformed       the text is not of the format, or breaks one of its rules
├── Forged          the signature is not the expected key's over these bytes, or the key is not the expected issuer's
├── Undisclosed     a disclosure belongs to nothing that was signed, or to two things
├── OutOfTime       it is not valid yet, or not any more
└── NotTheHolder    who presents it does not show the holder's key, or shows it for another occasion
"""

from __future__ import annotations


class CredentialFault(Exception):  # noqa: N818  # a fault is a finding about data, not an error of this program
    """Base of every finding; its text says both sides of the mismatch."""


class Malformed(CredentialFault):
    pass


class Forged(CredentialFault):
    pass


class Undisclosed(CredentialFault):
    pass


class OutOfTime(CredentialFault):
    pass


class NotTheHolder(CredentialFault):
    pass
