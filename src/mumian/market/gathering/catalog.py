"""What the catalog must know of other rooms: whether who signs a grading may."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog


def _classify(_s: States, _c: catalog.ClassifyResource, base: Base) -> Facts:
    return catalog.GradingFacts(**base)


GATHER: dict[type, Gather] = {
    catalog.ClassifyResource: _classify,
}
