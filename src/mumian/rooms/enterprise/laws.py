"""What always holds among companies. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from mumian.rooms.enterprise.fairness import burdens_on, weaker
from mumian.rooms.enterprise.model import State
from mumian.rooms.enterprise.records import Counts, Officer, version_key
from mumian.rooms.enterprise.terms import SKELETON
from mumian.rooms.enterprise.vocabulary import TERM_END_MAX, LicenceState, Side

SIGNED = (LicenceState.SIGNED, LicenceState.ACTIVE)


def no_two_officers_of_a_company_are_in_office_at_once(state: State) -> Iterator[str]:
    """Terms of offices that have not ended do not overlap, and each open office is found at its company's desk."""
    open_ones: defaultdict[str, list[str]] = defaultdict(list)
    for key, office in state.officers.under():
        if state.by_officer.get(f"{office.party}/{key}") != key:
            yield f"`{key}` is not found under `{office.party}`"
        if office.ended is None:
            open_ones[office.party].append(key)
    for party, keys in open_ones.items():
        desk = state.desks.get(party)
        if desk is None or sorted(desk.open) != sorted(keys):
            yield f"the desk of `{party}` does not hold just its open offices"
        for one, other in combinations(keys, 2):
            if _overlap(state.officers[one], state.officers[other]):
                yield f"`{one}` and `{other}` of `{party}` overlap"
    for party, desk in state.desks.under():
        if any(key not in open_ones[party] for key in desk.open):
            yield f"the desk of `{party}` holds an office that has ended"


def _overlap(one: Officer, other: Officer) -> bool:
    ends = [TERM_END_MAX if office.valid_to is None else office.valid_to for office in (one, other)]
    return one.valid_from < ends[1] and other.valid_from < ends[0]


def what_binds_is_a_whole_contract_that_both_signed(state: State) -> Iterator[str]:
    """A signed licence has both signatures on its last version, and no section of the skeleton is missing."""
    for key, licence in state.licences.under():
        version = state.versions.get(version_key(key, licence.version))
        if version is None or state.versions.get(version_key(key, licence.version + 1)) is not None:
            yield f"`{key}` does not stand at its last version"
            continue
        if licence.state not in SIGNED:
            continue
        if set(licence.signed) != set(Side):
            yield f"`{key}` is {licence.state.value} and signed by {len(licence.signed)}"
        written = {text.section for text in version.terms.sections}
        for section in SKELETON:
            if section not in written:
                yield f"`{key}` is {licence.state.value} without the section `{section.value}`"


def the_weaker_side_knew_what_it_bears(state: State) -> Iterator[str]:
    """By the sizes that are stated now: what is heavier on the weaker side of a licence that binds was acknowledged.

    A company whose size or weight was stated anew after it signed is left out: what binds was judged by what was stated then.
    """
    for key, licence in state.licences.under():
        first, second = state.firms.get(licence.first), state.firms.get(licence.second)
        if licence.state not in SIGNED or first is None or second is None:
            continue
        version = state.versions[version_key(key, licence.version)]
        if max(first.stated_at, second.stated_at) >= version.at:
            continue
        side = weaker((first.size, first.weight), (second.size, second.weight))
        for term in burdens_on(version.terms, side) if side is not None else ():
            if term not in licence.acknowledged:
                yield f"`{key}` binds `{licence.party(side or Side.FIRST)}`, `{term.value}` is not acknowledged"


def counts_are_what_openings_and_requests_add_up_to(state: State) -> Iterator[str]:
    """The statistics of each leading company are those of its openings and their requests, one by one."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(Counts.__struct_fields__))
    for _, opening in state.openings.under():
        found[opening.publisher][0] += 1
    for _, enquiry in state.enquiries.under():
        counts = found[state.openings[enquiry.opening].publisher]
        is_answered = enquiry.granted is not None
        for nth, is_so in enumerate(
            (True, is_answered, enquiry.granted is True, is_answered and not enquiry.is_overdue)
        ):
            counts[nth + 1] += is_so
    for party in {*found, *(key for key, _ in state.counts.under())}:
        kept = state.counts.get(party) or Counts()
        if kept != Counts(*found[party]):
            yield f"`{party}` shows {kept}, its list adds up to {found[party]}"


def indexes_name_what_they_point_to(state: State) -> Iterator[str]:
    """Licences are found under both sides, openings under publisher and subject, requests under opening and firm."""
    by_party = {f"{licence.party(side)}/{key}" for key, licence in state.licences.under() for side in Side}
    by_publisher = {f"{opening.publisher}/{key}" for key, opening in state.openings.under()}
    subjects = {opening.subject for _, opening in state.openings.under() if not opening.is_closed}
    by_opening = {f"{enquiry.opening}/{key}" for key, enquiry in state.enquiries.under()}
    waiting = {f"{each.opening}/{each.firm}" for _, each in state.enquiries.under() if each.granted is None}
    for name, expected, table in (
        ("by_party", by_party, state.by_party),
        ("by_publisher", by_publisher, state.by_publisher),
        ("open_subjects", subjects, state.open_subjects),
        ("by_opening", by_opening, state.by_opening),
        ("waiting", waiting, state.waiting),
    ):
        for key in sorted(expected.symmetric_difference(key for key, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


LAWS = (
    no_two_officers_of_a_company_are_in_office_at_once,
    what_binds_is_a_whole_contract_that_both_signed,
    the_weaker_side_knew_what_it_bears,
    counts_are_what_openings_and_requests_add_up_to,
    indexes_name_what_they_point_to,
)
