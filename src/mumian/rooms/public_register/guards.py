"""What every decision of the register asks first: does the thing exist, who acts on it, where does it stand."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.public_register.model import RegisterFacts, State
from mumian.rooms.public_register.numbers import is_property_certificate
from mumian.rooms.public_register.records import Entry, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal as R
from mumian.rooms.public_register.vocabulary import ENDED, EntryState, Stage
from mumian.rulebook.rules import missing


def submission_of(state: State, key: str) -> Submission | Refused:
    record = state.submissions.get(key)
    return record or Refused(R.UNKNOWN, {"noun": "submission", "id": key})


def of_applicant(state: State, key: str, facts: Facts, *stages: Stage) -> Submission | Refused:
    """Return a submission that the actor applied for and that stands where it must."""
    record = submission_of(state, key)
    if isinstance(record, Refused):
        return record
    return refuse_other(key, record.applicant, facts) or refuse_stage(key, record, *stages) or record


def of_registry(state: State, key: str, facts: RegisterFacts, *stages: Stage) -> Submission | Refused:
    """Return a submission that lies with the actor, still a registry, and stands where it must."""
    record = submission_of(state, key)
    if isinstance(record, Refused):
        return record
    refused = refuse_other(key, record.registry, facts)
    if refused is None and not facts.registry_fit:
        refused = Refused(R.NOT_A_REGISTRY, {"registry": facts.actor})
    return refused or refuse_stage(key, record, *stages) or record


def refuse_other(key: str, owner: PartyId, facts: Facts) -> Refused | None:
    if facts.actor == owner:
        return None
    return Refused(R.NOT_YOURS, {"id": key, "owner": owner, "actor": facts.actor})


def refuse_stage(key: str, record: Submission, *stages: Stage) -> Refused | None:
    if record.stage in stages:
        return None
    return Refused(R.WRONG_STAGE, {"submission": key, "stage": record.stage, "needed": ", ".join(stages)})


def entry_of(state: State, key: str) -> Entry | Refused:
    """Return an entry by its id, whatever became of it. A certificate of the other register is told apart."""
    record = state.entries.get(key)
    if record is not None:
        return record
    if is_property_certificate(key) or key.startswith("right-"):
        return Refused(R.OTHER_REGISTER, {"id": key})
    return Refused(R.UNKNOWN, {"noun": "entry", "id": key})


def active_entry(state: State, key: str) -> Entry | Refused:
    record = entry_of(state, key)
    if isinstance(record, Refused) or record.state is EntryState.ACTIVE:
        return record
    return Refused(R.ENTRY_ENDED, {"entry": key, "state": record.state})


def unended_entry(state: State, key: str) -> Entry | Refused:
    """Return an entry that is neither cancelled nor revoked, its term over or not."""
    record = entry_of(state, key)
    if isinstance(record, Refused) or record.state not in ENDED:
        return record
    return Refused(R.ENTRY_ENDED, {"entry": key, "state": record.state})


def refuse_rules(facts: Facts, *rules: str) -> Refused | None:
    """Return that one of the rules that the procedure rests on is not in force, or None."""
    rule = missing(facts, *rules)
    return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule}) if rule is not None else None


def refuse_market(facts: Facts) -> Refused | None:
    return None if facts.is_market else Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
