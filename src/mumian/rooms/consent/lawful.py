"""Whether personal information may be processed: one answer, default no, that names the rules it rests on."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.rooms.consent.assessing import refuse_unassessed
from mumian.rooms.consent.entrusting import hand_of
from mumian.rooms.consent.guards import ASSESSED, SEPARATE, missing_rule
from mumian.rooms.consent.model import State
from mumian.rooms.consent.notices import BASES, refuse_pending
from mumian.rooms.consent.records import Cover, Declaration
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import Activity, InfoKind, LegalBasis

BY_PERSON = frozenset({LegalBasis.CONSENT, LegalBasis.PUBLIC_INFO})
"""Bases that a person's no takes away: whoever withdrew or refused must be out first."""


class Lawful(msgspec.Struct, frozen=True):
    """The processing is lawful. rules: the decisive one first. consents: how many persons' consents cover it; 0 where
    none is needed. It reaches the rows of those persons, and of no other."""

    rules: tuple[str, ...]
    basis: LegalBasis
    consents: int
    activities: tuple[Activity, ...]


def may_process(
    state: State,
    *,
    resource: ResourceId,
    holder: PartyId,
    recipient: PartyId,
    purpose: str,
    now: Instant,
    rulebook: str,
    kinds: tuple[InfoKind, ...] = (),
    sensitive: bool = False,
    activities: frozenset[Activity] = frozenset(),
) -> Lawful | Refused:
    """Answer whether `recipient` may process a resource that holds personal information, for `purpose`.

    recipient: the holder itself, a party entrusted by it, or another processor.
    kinds: those that are processed; empty for all that the basis was declared for.
    sensitive: what is processed is sensitive by the catalog. activities: what is known of the use besides: it publishes,
    exports, decides automatically. What the basis was declared with counts too.
    Refuses: RULE_NOT_IN_FORCE, NO_BASIS, KIND_OUTSIDE, SENSITIVE_UNDECLARED, WITHDRAWALS_PENDING, NO_CONSENT,
    SEPARATE_CONSENT_MISSING, PIPIA_MISSING, PIPIA_ADVERSE; NEEDS_INFO, SIMPLIFIED_NOT_YET, NOT_SMALL of a simplified one.
    """
    declared = state.declarations.get(f"{resource}/{purpose}")
    if declared is None or declared.processor != holder:
        return Refused(R.NO_BASIS, {"resource": resource, "purpose": purpose})
    row = BASES[declared.basis]
    used = kinds or declared.kinds
    refused = missing_rule(row.rule, rulebook=rulebook, now=now) or _refuse_undeclared(
        declared, used, resource=resource, purpose=purpose, sensitive=sensitive
    )
    if refused is not None:
        return refused
    is_hand = hand_of(state, resource, recipient, purpose=purpose, kinds=used) is not None
    doing = activities_of(declared, activities, is_sensitive=sensitive, is_hand=is_hand, is_own=recipient == holder)
    user = holder if is_hand else recipient
    consents = _said_by_persons(state, declared, resource=resource, purpose=purpose, user=user, kinds=used, doing=doing)
    if isinstance(consents, Refused):
        return consents
    for activity in doing:
        if activity in ASSESSED:
            refused = refuse_unassessed(state, resource, activity, rulebook=rulebook, now=now)
            if refused is not None:
                return refused
    return Lawful(_rules(row.rule, declared.basis, doing, consents), declared.basis, consents, doing)


def _said_by_persons(
    state: State,
    declared: Declaration,
    *,
    resource: ResourceId,
    purpose: str,
    user: PartyId,
    kinds: tuple[InfoKind, ...],
    doing: tuple[Activity, ...],
) -> int | Refused:
    """Return how many consents cover the use, 0 where none is needed, or what persons said against it."""
    if declared.basis not in BY_PERSON:
        return 0
    refused = refuse_pending(state, resource)
    if refused is not None:
        return refused
    if declared.basis is LegalBasis.PUBLIC_INFO and Activity.MAJOR_EFFECT not in doing:
        return 0
    manners = state.notices[declared.notice].manners if declared.notice is not None else ()
    rows = [
        row
        for _, row in state.covers.under(f"{resource}/{purpose}/{user}/")
        if set(kinds) <= set(row.kinds) and set(manners) <= set(row.manners)
    ]
    if not rows:
        return Refused(R.NO_CONSENT, {"recipient": user, "resource": resource, "purpose": purpose})
    return _consents(rows, resource=resource, purpose=purpose, doing=doing)


def _refuse_undeclared(
    declared: Declaration, used: tuple[InfoKind, ...], *, resource: ResourceId, purpose: str, sensitive: bool
) -> Refused | None:
    outside = next((kind for kind in used if kind not in declared.kinds), None)
    where: Detail = {"resource": resource, "purpose": purpose}
    if outside is not None:
        return Refused(R.KIND_OUTSIDE, {**where, "kind": outside.value})
    return Refused(R.SENSITIVE_UNDECLARED, where) if sensitive and not declared.circumstances.sensitive else None


def activities_of(
    declared: Declaration, told: frozenset[Activity], *, is_sensitive: bool, is_hand: bool, is_own: bool
) -> tuple[Activity, ...]:
    """Return all that the processing is, in order: what is told, what was declared, and what the recipient makes it."""
    facts = declared.circumstances
    shown = {
        Activity.SENSITIVE: is_sensitive or bool(facts.sensitive),
        Activity.AUTOMATED: bool(facts.automated),
        Activity.PUBLIC_IMAGES: bool(facts.public_images),
        Activity.MAJOR_EFFECT: bool(facts.major_effect),
        Activity.ENTRUST: is_hand,
        Activity.PROVIDE: not is_own and not is_hand,
    }
    return tuple(sorted(told | {activity for activity, is_so in shown.items() if is_so}))


def _consents(rows: list[Cover], *, resource: ResourceId, purpose: str, doing: tuple[Activity, ...]) -> int | Refused:
    """Return how many of the consents reach separately what must be separate, or which activity none reaches."""
    separate = {activity for activity in doing if activity in SEPARATE}
    covering = sum(row.consents for row in rows if separate <= set(row.separate))
    if covering:
        return covering
    most = max(rows, key=lambda row: len(separate & set(row.separate)))
    missing = sorted(separate - set(most.separate))[0]
    detail: Detail = {"purpose": purpose, "resource": resource, "activity": missing.value}
    return Refused(R.SEPARATE_CONSENT_MISSING, detail)


def _rules(decisive: str, basis: LegalBasis, doing: tuple[Activity, ...], consents: int) -> tuple[str, ...]:
    rules = [decisive, "S7-13"]
    if consents:
        rules += ["S7-14", *(SEPARATE[activity] for activity in doing if activity in SEPARATE)]
    if basis is LegalBasis.PUBLIC_INFO:
        rules.append("S7-27")
    if Activity.ENTRUST in doing:
        rules.append("S7-21")
    if any(activity in ASSESSED for activity in doing):
        rules.append("S7-55")
    return tuple(rules)
