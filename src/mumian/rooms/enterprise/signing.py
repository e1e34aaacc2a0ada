"""Who may speak of a licence, who may sign it, and what the weaker side has acknowledged before."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.events import AsymmetriesAcknowledged, Event
from mumian.rooms.enterprise.fairness import RULE, burdens_on, weaker
from mumian.rooms.enterprise.model import AcknowledgeAsymmetries, State
from mumian.rooms.enterprise.records import Licence, version_key
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.views import officer_signs
from mumian.rooms.enterprise.vocabulary import Duty, LicenceId, LicenceState, OfficerStanding, Side

UNSIGNED = (LicenceState.DRAFT, LicenceState.NEGOTIATE)


def speaking(
    state: State, key: LicenceId, facts: Facts, states: tuple[LicenceState, ...], *, version: int | None = None
) -> tuple[Licence, Side] | Refused:
    """Return the licence and the speaker's side of it, if it is in one of `states` and stands at `version`."""
    licence = state.licences.get(key)
    if licence is None:
        return Refused(R.UNKNOWN, {"noun": "licence", "id": key})
    side = licence.side_of(facts.actor)
    if side is None:
        return not_a_side(key, licence, facts)
    if licence.state not in states:
        return state_forbids(key, licence, states)
    if version is not None and version != licence.version:
        return Refused(R.VERSION_STALE, {"licence": key, "version": licence.version, "asked": version})
    return licence, side


def not_a_side(key: LicenceId, licence: Licence, facts: Facts) -> Refused:
    detail: Detail = {"actor": facts.actor, "licence": key, "first": licence.first, "second": licence.second}
    return Refused(R.NOT_A_SIDE, detail)


def state_forbids(key: LicenceId, licence: Licence, states: tuple[LicenceState, ...]) -> Refused:
    possible = ", ".join(each.value for each in states)
    return Refused(R.LICENCE_STATE_FORBIDS, {"licence": key, "state": licence.state.value, "states": possible})


def refuse_signature(state: State, party: PartyId, code: str, now: Instant) -> Refused | None:
    """Return why a code does not sign for a company that has a desk, or None."""
    if officer_signs(state, party, code, now, duty=Duty.LICENSING) is not OfficerStanding.NOT_IN_OFFICE:
        return None
    return Refused(R.OFFICER_NOT_IN_OFFICE, {"signed_by": code, "party": party})


def weaker_side(state: State, licence: Licence) -> Side | Refused | None:
    """Return the weaker side, None if neither is; ask where a side has not stated its size."""
    first, second = state.firms.get(licence.first), state.firms.get(licence.second)
    if first is None or second is None:
        silent = licence.first if first is None else licence.second
        return Refused(R.NEEDS_INFO, {"question": "firm.size, firm.weight", "party": silent})
    return weaker((first.size, first.weight), (second.size, second.weight))


def refuse_unacknowledged(state: State, licence: Licence, terms: Terms) -> Refused | None:
    """Return which terms are heavier on the weaker side without its word that it bears them, or None."""
    side = weaker_side(state, licence)
    if side is None or isinstance(side, Refused):
        return side
    open_ones = [term.value for term in burdens_on(terms, side) if term not in licence.acknowledged]
    if not open_ones:
        return None
    return Refused(R.UNACKNOWLEDGED_ASYMMETRY, {"terms": ", ".join(open_ones), "party": licence.party(side)})


def refuse_over(terms: Terms, now: Instant) -> Refused | None:
    """Return which data would be given for a time that is over by now, or None."""
    for _, data in terms.given:
        if data.valid_to <= now:
            detail: Detail = {"valid_from": data.valid_from, "valid_to": data.valid_to}
            return Refused(R.TERM_EMPTY, {**detail, "now": now})
    return None


def acknowledge(state: State, command: AcknowledgeAsymmetries, facts: Facts) -> list[Event] | Refused:
    found = speaking(state, command.licence, facts, UNSIGNED, version=command.version)
    if isinstance(found, Refused):
        return found
    licence, side = found
    refused = refuse_signature(state, facts.actor, command.signed_by, facts.now)
    if refused is not None:
        return refused
    weak = weaker_side(state, licence)
    if isinstance(weak, Refused):
        return weak
    if weak is not side:
        return Refused(R.NOT_THE_WEAKER, {"actor": facts.actor, "licence": command.licence})
    heavier = burdens_on(state.versions[version_key(command.licence, licence.version)].terms, side)
    strange = next((term for term in command.terms if term not in heavier), None)
    if strange is not None or not command.terms:
        names = ", ".join(term.value for term in heavier) or "-"
        term = "-" if strange is None else strange.value
        return Refused(R.NOT_HEAVIER, {"term": term, "actor": facts.actor, "heavier": names})
    return [AsymmetriesAcknowledged(command.licence, licence.version, side, command.terms, command.signed_by, (RULE,))]
