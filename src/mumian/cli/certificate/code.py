"""The text behind the square code on a printed certificate: enough to find its record in the journal, and to compare it."""

from __future__ import annotations

import re

import msgspec
import segno

from mumian.cli.certificate.certificate import Attestation

FIRST_LINE = "mumian-certificate/1"
_shape = re.compile(
    rf"{FIRST_LINE}\n(\w{{15}})\n(\S{{1,200}})\nleaf (0|[1-9]\d{{0,15}})\nsha256 ([0-9a-f]{{64}})", re.ASCII
)


class Code(msgspec.Struct, frozen=True):
    """What a scan gives: the certificate's number, and where it is attested."""

    number: str
    attestation: Attestation

    def __str__(self) -> str:
        seal = self.attestation
        return f"{FIRST_LINE}\n{self.number}\n{seal.origin}\nleaf {seal.leaf}\nsha256 {seal.sha256}"


def parse_code(text: str) -> Code | None:
    """Read what a scan gave; None if it is no certificate's code."""
    found = _shape.fullmatch(text.strip().replace("\r\n", "\n"))
    if found is None:
        return None
    number, origin, leaf, sha256 = found.groups()
    return Code(number, Attestation(origin, int(leaf), sha256))


def modules(code: Code) -> tuple[tuple[bool, ...], ...]:
    """Return the square code, row by row; True is dark. No quiet zone. Up to 15 % of it may be soiled (level M)."""
    made = segno.make(str(code), error="m", micro=False, boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in made.matrix)
