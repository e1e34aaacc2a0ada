"""What always holds between the property register, the clocks and the rights. A law yields where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.clocks import views as clocks
from mumian.rooms.property_register import limits, views
from mumian.rooms.property_register.objection import limit_of as limit_of_objection
from mumian.rooms.property_register.vocabulary import OPEN, UNDECIDED
from mumian.rooms.public_register.vocabulary import EntryState


def every_open_application_has_its_limit(s: States, _now: Instant) -> Iterator[str]:
    """The limit that its stage says runs about an application, or stands still by an objection; none about a closed one."""
    for key, record in s.property_register.applications.under():
        kind = views.limit_of(record)
        if kind and clocks.clock(s.clocks, key, kind) is None:
            yield f"`{key}` is {record.stage} and has no `{kind}`"
        if record.stage not in OPEN and next(clocks.clocks_of(s.clocks, key), None) is not None:
            yield f"`{key}` is {record.stage} and a limit still runs"


def every_undecided_objection_has_its_limit(s: States, _now: Instant) -> Iterator[str]:
    """An objection has the limit of whoever must act on it, and none once it is decided."""
    for key, objection in s.property_register.objections.under():
        runs = clocks.clock(s.clocks, key, limit_of_objection(objection)) is not None
        if runs is not (objection.state in UNDECIDED):
            yield f"`{key}` is {objection.state}, its limit runs: {runs}"


def every_certificate_comes_to_its_end(s: States, _now: Instant) -> Iterator[str]:
    """While a line has not ended its end is a limit that runs."""
    for number, certificate in s.property_register.certificates.under():
        runs = clocks.clock(s.clocks, number, limits.EXPIRY) is not None
        if runs is not any(line.ended is None for line in certificate.lines):
            yield f"`{number}` has an end that is met: {runs}"


def every_line_of_a_certificate_is_a_registered_right(s: States, _now: Instant) -> Iterator[str]:
    """Each line is a right of its own with the same end, and no right stands on no certificate."""
    seen = set[str]()
    for number, certificate in s.property_register.certificates.under():
        keys = [key for _, key in s.rights.by_certificate.under(f"{number}/")]
        registered = {(s.rights.rights[key].holder, s.rights.rights[key].right): key for key in keys}
        for nth, line in enumerate(certificate.lines):
            key = registered.get((line.holder, line.right), "")
            right = s.rights.rights.get(key)
            seen.add(key)
            if right is None or (right.valid_to, str(right.ended or "")) != (line.valid_to, str(line.ended or "")):
                yield f"line {nth} of `{number}` is not the right `{key}`"
    for key, _ in s.rights.rights.under():
        if key not in seen:
            yield f"`{key}` stands on no certificate"


def every_entry_is_a_public_registration(s: States, _now: Instant) -> Iterator[str]:
    """An entry of the public register and the registration that data stands on have one code, one end, one fate."""
    coded = {record.code: record for _, record in s.rights.publics.under()}
    for key, entry in s.public_register.entries.under():
        record = coded.pop(entry.code, None)
        stands = entry.state in (EntryState.ACTIVE, EntryState.EXPIRED)
        if record is None or (record.ended is None, record.valid_to) != (stands, entry.valid_to):
            yield f"`{key}` is {entry.state} until {entry.valid_to}, its registration is not"
    yield from (f"`{code}` stands in no entry" for code in coded)


LAWS: tuple[Callable[[States, Instant], Iterator[str]], ...] = (
    every_open_application_has_its_limit,
    every_undecided_objection_has_its_limit,
    every_certificate_comes_to_its_end,
    every_line_of_a_certificate_is_a_registered_right,
    every_entry_is_a_public_registration,
)
