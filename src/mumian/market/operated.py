"""What always holds between authorised operation and the rooms around it. `now` is the instant of the last leaf."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import MARKET
from mumian.kernel.time import Instant
from mumian.market.reactions.operation import SEPARATION, grants_of, related_uses
from mumian.market.rooms import States
from mumian.rooms.clocks import views as clocks
from mumian.rooms.operation.disclosing import KIND, is_owed, next_year
from mumian.rooms.operation.records import OperationStage, ScenarioStage
from mumian.rooms.operation.vocabulary import ScenarioId, Side


def every_agreement_in_force_has_its_authorisation(s: States, _now: Instant) -> Iterator[str]:
    """An agreement that was concluded is an authorisation between the same two, which ends with it and not before."""
    for key, record in s.operation.operations.under():
        if not record.concluded_at:
            continue
        found = s.rights.authorizations.get(s.rights.by_agreement.get(key) or "")
        is_live = record.stage is OperationStage.IN_FORCE
        if found is None or (found.ended is None) is not is_live:
            yield f"`{key}` is {record.stage}, its authorisation is not"
        elif (found.body, found.operator) != (record.body, record.operator):
            yield f"`{key}` authorises `{found.operator}`"


def no_use_is_in_force_while_operator_and_merchant_are_related(s: States, _now: Instant) -> Iterator[str]:
    """Who became related is suspended in the same leaf (S3 第6条, S20 运商分离)."""
    for key, path in related_uses(s):
        if s.operation.scenarios[key].stage is ScenarioStage.IN_FORCE:
            yield f"`{key}` is in force, {' - '.join(path)}"


def every_use_has_its_grants(s: States, _now: Instant) -> Iterator[str]:
    """A use in force has a grant for each resource; one that is suspended has them frozen."""
    for _, key in s.operation.pairs.under():
        grants = [s.rights.grants[grant] for grant in grants_of(s, ScenarioId(key))]
        stage = s.operation.scenarios[key].stage
        if len(grants) != len(s.operation.applications[key].resources):
            yield f"`{key}` is {stage} and has {len(grants)} grants"
        for grant in grants:
            frozen = any(each.reason is SEPARATION and each.by == MARKET for each in grant.freezes)
            held = frozen or any(each.reason is SEPARATION for each in grant.freezes)
            if grant.ended is None and (frozen if stage is ScenarioStage.IN_FORCE else not held):
                yield f"`{key}` is {stage}, its grant is {'frozen' if frozen else 'not'}"


def every_agreement_has_its_disclosure_clocks(s: States, _now: Instant) -> Iterator[str]:
    """A side that owes the disclosure of a year has the limit running that is over at the end of March after it."""
    for key, record in s.operation.operations.under():
        for side in Side if record.concluded_at else ():
            owed = is_owed(record, next_year(record, side))
            if owed is (clocks.clock(s.clocks, key, KIND[side]) is None):
                yield f"`{key}` {'has no' if owed else 'still has a'} limit for the disclosure of its {side}"


LAWS = (
    every_agreement_in_force_has_its_authorisation,
    no_use_is_in_force_while_operator_and_merchant_are_related,
    every_use_has_its_grants,
    every_agreement_has_its_disclosure_clocks,
)
