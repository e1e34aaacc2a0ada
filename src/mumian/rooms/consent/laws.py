"""What always holds of consent. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.rooms.consent.covers import cover_keys, cover_of, use_keys
from mumian.rooms.consent.model import State
from mumian.rooms.consent.records import Consent, Cover
from mumian.rooms.consent.vocabulary import Age, Asked, Channel, Sensitive


def what_is_covered_is_what_consents_in_force_say(state: State) -> Iterator[str]:
    """The counted rows are those of the consents in force, counted again; so nothing that ended permits anything."""
    counted = Counter[str]()
    expected: dict[str, Cover] = {}
    for _, record in state.consents.under():
        for key in cover_keys(record) if record.ended is None else ():
            counted[key] += 1
            expected[key] = cover_of(record, counted[key])
    found = dict(state.covers.under())
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            yield f"`{key}` counts {found.get(key)}, the consents in force make {expected.get(key)}"


def one_use_has_one_consent(state: State) -> Iterator[str]:
    """No person has two consents in force to one use of one resource, and each is found by its uses."""
    expected: dict[str, str] = {}
    for consent, record in state.consents.under():
        for key in use_keys(record) if record.ended is None else ():
            if key in expected:
                yield f"`{key}` is covered by `{expected[key]}` and `{consent}`"
            expected[key] = consent
    found: dict[str, str] = dict(state.uses.under())
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            yield f"`uses` says `{found.get(key)}` of `{key}`"


def no_consent_is_wider_than_its_notice(state: State) -> Iterator[str]:
    """Resources, purposes, kinds, recipients and separate consents are told by the notice that the person saw."""
    for consent, record in state.consents.under():
        notice = state.notices[record.notice]
        parts: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
            ("resources", record.resources, notice.resources),
            ("purposes", record.purposes, notice.purposes),
            ("kinds", record.kinds, notice.kinds),
            ("recipients", record.recipients, notice.recipients),
            ("separate", tuple(each.activity for each in record.separate), notice.activities),
            ("manners", record.manners, notice.manners),
        )
        for part, said, told in parts:
            for each in said:
                if each not in told:
                    yield f"`{consent}` has the {part} `{each}`, which `{record.notice}` does not tell"
        if record.processor != notice.processor:
            yield f"`{consent}` is to `{record.processor}`, its notice is by `{notice.processor}`"


def nobody_under_fourteen_consents_alone(state: State) -> Iterator[str]:
    """For one under fourteen a guardian consented, under special rules, with the information marked as sensitive (S7-31)."""
    for consent, record in state.consents.under():
        if record.age is not Age.UNDER_14:
            continue
        notice = state.notices[record.notice]
        if record.channel is Channel.PERSON or not notice.minor_rules_digest:
            yield f"`{consent}` is of one under fourteen, given by `{record.channel}`"
        if Sensitive.MINOR not in notice.sensitive:
            yield f"`{consent}` is of one under fourteen, `{record.notice}` does not mark it"


def separate_consents_are_acts_of_their_own(state: State) -> Iterator[str]:
    """No separate consent shares its evidence with another act of the same consent (S7-29)."""
    for consent, record in state.consents.under():
        acts = [record.act_digest, *(each.act_digest for each in record.separate)]
        if len(set(acts)) != len(acts):
            yield f"`{consent}` bundles"


def exclusions_count_the_persons_who_must_be_out(state: State) -> Iterator[str]:
    """Of each resource the persons are numbered 1, 2, 3 …, and no more are confirmed than there are."""
    rows = Counter(key.partition("/")[0] for key, _ in state.excluded.under())
    for resource, exclusion in state.exclusions.under():
        if not 0 <= exclusion.confirmed <= exclusion.withdrawn or rows.pop(resource, 0) != exclusion.withdrawn:
            yield f"`{resource}` has {exclusion.withdrawn} to exclude, {exclusion.confirmed} confirmed"
        if bool(exclusion.confirmed) is not bool(exclusion.version_digest):
            yield f"`{resource}` is confirmed without a version"
    for resource in sorted(rows):
        yield f"`{resource}` has persons to exclude that are not counted"


def whoever_withdrew_is_listed_to_be_out(state: State) -> Iterator[str]:
    """A consent that was withdrawn or expired left a row in every resource that it covered."""
    listed = {(key.partition("/")[0], each.because) for key, each in state.excluded.under()}
    for consent, record in state.consents.under():
        if record.ended is None or record.successor is not None:
            continue
        for resource in record.resources:
            if (resource, consent) not in listed:
                yield f"`{consent}` ended, `{resource}` does not know"


def everything_of_a_person_is_found(state: State) -> Iterator[str]:
    """From a person the way leads to each of its consents in order of time, its mandates and its petitions."""
    held = {_held_key(record, consent) for consent, record in state.consents.under()}
    mandates = {f"{record.person}/{mandate}" for mandate, record in state.mandates.under()}
    petitions = {f"{record.person}/{petition}" for petition, record in state.petitions.under()}
    for name, table, expected in (
        ("held", state.held, held),
        ("mandates_of", state.mandates_of, mandates),
        ("petitions_of", state.petitions_of, petitions),
    ):
        for key in sorted(expected.symmetric_difference(found for found, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


def _held_key(record: Consent, consent: str) -> str:
    return f"{record.person}/{record.given_at:016d}/{consent}"


def every_open_petition_is_owed(state: State) -> Iterator[str]:
    """A processor finds all petitions that it has yet to answer, and no other; transfers are found for their number."""
    owed, transfers = set[str](), set[str]()
    for petition, record in state.petitions.under():
        if record.closed_at is None:
            owed.add(f"{record.processor}/{petition}")
        if record.asked is Asked.PORT:
            transfers.add(f"{record.person}/{record.processor}/{record.received_at:016d}/{petition}")
    for name, table, expected in (("owed", state.owed, owed), ("transfers", state.transfers, transfers)):
        for key in sorted(expected.symmetric_difference(found for found, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


def no_assessment_is_deleted_before_its_time(state: State) -> Iterator[str]:
    """An assessment is kept for the years that the law asks (S7-56)."""
    for pipia, record in state.pipias.under():
        if record.deleted_at is not None and record.deleted_at < record.keep_until:
            yield f"`{pipia}` was deleted at {record.deleted_at}, kept until {record.keep_until}"


def no_hand_reaches_further_than_the_one_that_gave(state: State) -> Iterator[str]:
    """An entrustment stands within its parent in resource, purposes, kinds and time, and its holder agreed (S7-21)."""
    for key, record in state.entrustments.under():
        if record.parent is None:
            if record.giver != record.holder:
                yield f"`{key}` was given by `{record.giver}`, the holder is `{record.holder}`"
            continue
        parent = state.entrustments[record.parent]
        is_within = (
            (record.resource, record.holder, record.giver) == (parent.resource, parent.holder, parent.to)
            and set(record.purposes) <= set(parent.purposes)
            and set(record.kinds) <= set(parent.kinds)
            and record.valid_to <= parent.valid_to
        )
        if not is_within or f"{record.parent}/{record.to}" not in state.reentrusting:
            yield f"`{key}` reaches further than `{record.parent}`"


def every_hand_is_found(state: State) -> Iterator[str]:
    """An entrustment that has not ended is found by its resource and its party, and no other."""
    expected = {
        f"{record.resource}/{record.to}/{key}" for key, record in state.entrustments.under() if record.ended_at is None
    }
    for key in sorted(expected.symmetric_difference(found for found, _ in state.entrusted.under())):
        yield f"`entrusted` is wrong about `{key}`"


LAWS = (
    what_is_covered_is_what_consents_in_force_say,
    one_use_has_one_consent,
    no_consent_is_wider_than_its_notice,
    nobody_under_fourteen_consents_alone,
    separate_consents_are_acts_of_their_own,
    exclusions_count_the_persons_who_must_be_out,
    whoever_withdrew_is_listed_to_be_out,
    everything_of_a_person_is_found,
    every_open_petition_is_owed,
    no_assessment_is_deleted_before_its_time,
    no_hand_reaches_further_than_the_one_that_gave,
    every_hand_is_found,
)
