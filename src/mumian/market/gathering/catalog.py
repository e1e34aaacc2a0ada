"""What the catalog must know of other rooms: whether who signs a grading may."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.enterprise import views as enterprise
from mumian.rooms.enterprise.vocabulary import Duty, OfficerStanding

SIGNS = {
    OfficerStanding.NONE_APPOINTED: None,
    OfficerStanding.IN_OFFICE: True,
    OfficerStanding.NOT_IN_OFFICE: False,
}


def _classify(s: States, c: catalog.ClassifyResource, base: Base) -> Facts:
    standing = enterprise.officer_signs(s.enterprise, base["actor"], c.signed_by, base["now"], duty=Duty.GOVERNANCE)
    return catalog.GradingFacts(**base, officer_signs=SIGNS[standing])


GATHER: dict[type, Gather] = {
    catalog.ClassifyResource: _classify,
}
