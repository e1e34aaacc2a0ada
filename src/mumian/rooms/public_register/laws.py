"""What always holds of the public register."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.rooms.public_register.model import State
from mumian.rooms.public_register.numbers import is_property_certificate
from mumian.rooms.public_register.vocabulary import ENDED, OVER, EntryState, Kind, Stage
from mumian.rulebook.calendar import years_after

TERM_YEARS_MAX = 3  # S2-TERM, S2-RENEWAL


def codes_run_without_gap(state: State) -> Iterator[str]:
    """In each month and region the codes are 1, 2, 3 … up to the last serial given, each once and found by its code."""
    given: dict[str, list[int]] = {}
    for key, entry in state.entries.under():
        given.setdefault(entry.code[:-6], []).append(int(entry.code[-6:]))
        if state.by_code.get(entry.code) != key:
            yield f"`{entry.code}` does not lead to `{key}`"
    last = dict(state.serials.under())
    for prefix in sorted(given.keys() | last.keys()):
        if sorted(given.get(prefix, [])) != list(range(1, last.get(prefix, 0) + 1)):
            yield f"`{prefix}` has {len(given.get(prefix, []))} codes, its last serial is {last.get(prefix, 0)}"


def no_code_is_a_certificate_of_property(state: State) -> Iterator[str]:
    """The two registers are never mixed: no entry bears a number of the other one."""
    for key, entry in state.entries.under():
        if is_property_certificate(entry.code):
            yield f"`{key}` has the certificate `{entry.code}`"


def a_resource_has_one_living_entry_at_most(state: State) -> Iterator[str]:
    """Every entry but the latest of its resource was cancelled or revoked."""
    for key, entry in state.entries.under():
        if entry.state not in ENDED and state.entry_of.get(entry.resource) != key:
            yield f"`{key}` lives beside `{state.entry_of.get(entry.resource)}`"


def no_term_exceeds_three_years(state: State) -> Iterator[str]:
    """A term ends within three years of the code, a further one of the day on which the last one ended."""
    for key, entry in state.entries.under():
        limit = start_of(years_after(day_of(entry.counted_from), TERM_YEARS_MAX)) + DAY_MS
        if not entry.counted_from < entry.valid_to <= limit:
            yield f"`{key}` holds until {entry.valid_to}"


def every_entry_comes_of_a_recorded_first_registration(state: State) -> Iterator[str]:
    """Nothing is entered that was not applied for, reviewed and made public."""
    for key, entry in state.entries.under():
        submission = state.submissions.get(entry.submission)
        if submission is None or submission.kind is not Kind.FIRST or submission.stage is not Stage.RECORDED:
            yield f"`{key}` comes of `{entry.submission}`"


def open_submissions_are_found_by_what_they_are_about(state: State) -> Iterator[str]:
    """The index names each submission that is not over, and no other: one of each kind about one thing."""
    expected = {
        f"{record.entry or record.resource}/{record.kind}": key
        for key, record in state.submissions.under()
        if record.stage not in OVER
    }
    found = dict(state.pending.under())
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            yield f"`{key}` leads to `{found.get(key)}`, not to `{expected.get(key)}`"
    if len(expected) != sum(record.stage not in OVER for _, record in state.submissions.under()):
        yield "two open submissions of one kind are about one thing"


def open_objections_hold_a_submission_up(state: State) -> Iterator[str]:
    """A submission is `objected` just while one of its objections is not decided."""
    undecided: dict[str, int] = {}
    for _, objection in state.objections.under():
        undecided[objection.submission] = undecided.get(objection.submission, 0) + (objection.is_upheld is None)
    for key, record in state.submissions.under():
        if record.open_objections != undecided.get(key, 0):
            yield f"`{key}` counts {record.open_objections} open objections, has {undecided.get(key, 0)}"
        is_held_up = record.stage is Stage.OBJECTED
        if record.stage not in OVER and is_held_up is not bool(record.open_objections):
            yield f"`{key}` is `{record.stage}` with {record.open_objections} open objections"


def an_expired_entry_waits_for_its_renewal(state: State) -> Iterator[str]:
    """An entry whose term is over is cancelled, unless a renewal applied for in time is not decided."""
    for key, entry in state.entries.under():
        if entry.state is EntryState.EXPIRED and f"{key}/{Kind.RENEWAL}" not in state.pending:
            yield f"`{key}` is over, and nobody renews it"


LAWS = (
    codes_run_without_gap,
    no_code_is_a_certificate_of_property,
    a_resource_has_one_living_entry_at_most,
    no_term_exceeds_three_years,
    every_entry_comes_of_a_recorded_first_registration,
    open_submissions_are_found_by_what_they_are_about,
    open_objections_hold_a_submission_up,
    an_expired_entry_waits_for_its_renewal,
)
