"""What a grant gives, and whether it stays within what it stands on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.roles import Right
from mumian.rooms.rights.model import Authorization, Grant, Registration


class Excess(msgspec.Struct, frozen=True):
    """One part of a grant that goes beyond its parent's."""

    part: str
    asked: str
    held: str


def covers(territories: tuple[str, ...], place: str) -> bool:
    """Tell whether `place` lies in `territories`: empty for everywhere, `CN` covers `CN` and `CN-44`."""
    return (
        not territories or place in territories or any(place.startswith(f"{territory}-") for territory in territories)
    )


def excesses(parent: Registration | Grant | Authorization, grant: Grant) -> Iterator[Excess]:
    """Yield where `grant` goes beyond `parent`: right, resource, purpose, territory, fields, time, in this order."""
    right = Right.USE if isinstance(parent, Authorization) else parent.right
    if grant.right is not right:
        yield Excess("right", grant.right, right)
    resources = parent.resources if isinstance(parent, Authorization) else (parent.resource,)
    if grant.resource not in resources:
        yield Excess("resource", grant.resource, _list(resources))
    if isinstance(parent, Grant):
        yield from _beyond(parent, grant)
    if grant.valid_from < parent.valid_from or grant.valid_to > parent.valid_to:
        yield Excess("term", f"{grant.valid_from}/{grant.valid_to}", f"{parent.valid_from}/{parent.valid_to}")


def _beyond(parent: Grant, grant: Grant) -> Iterator[Excess]:
    for purpose in grant.purposes:
        if purpose not in parent.purposes:
            yield Excess("purpose", purpose, _list(parent.purposes))
    for place in grant.territory or ("",) * bool(parent.territory):
        if not covers(parent.territory, place):
            yield Excess("territory", place or "*", _list(parent.territory))
    if parent.fields:
        for field in grant.fields or ("",):
            if field not in parent.fields:
                yield Excess("field", field or "*", _list(parent.fields))


def _list(codes: tuple[str, ...]) -> str:
    return ",".join(codes) or "*"
