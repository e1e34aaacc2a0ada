"""What always holds of the registration of data property. A law yields where it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.roles import SourceType
from mumian.rooms.property_register.certificate import is_number
from mumian.rooms.property_register.forms import parties_of
from mumian.rooms.property_register.limits import end_of_years
from mumian.rooms.property_register.model import State
from mumian.rooms.property_register.views import awaited
from mumian.rooms.property_register.vocabulary import OPEN, UNDECIDED, Kind, Stage

VALIDITY_YEARS_MAX = 5  # S1-26


def certificate_numbers_run_without_gap(state: State) -> Iterator[str]:
    """In each month and institution the certificates are 1, 2, 3 … up to the last serial given, each once."""
    given: dict[str, list[int]] = {}
    for number, certificate in state.certificates.under():
        if certificate.number != number or not is_number(number):
            yield f"`{number}` is the key of `{certificate.number}`, or no number"
            continue
        given.setdefault(number[:-4], []).append(int(number[-4:]))
    last = dict(state.serials.under())
    for prefix in sorted(given.keys() | last.keys()):
        serials = sorted(given.get(prefix, []))
        if serials != list(range(1, last.get(prefix, 0) + 1)):
            yield f"`{prefix}` has {len(serials)} numbers, its last serial is {last.get(prefix, 0)}"


def one_application_brings_one_certificate(state: State) -> Iterator[str]:
    """No two certificates come of one application, and what is certified has its certificate with rights on it."""
    brought = dict[str, str]()
    for number, certificate in state.certificates.under():
        other = brought.setdefault(certificate.application, number)
        if other != number:
            yield f"`{certificate.application}` brought `{other}` and `{number}`"
    for key, record in state.applications.under():
        if record.stage is Stage.CERTIFIED:
            certified = state.certificates.get(record.certificate)
            brings = record.kind in (Kind.INITIAL, Kind.IMPORT, Kind.TRANSFER)
            if certified is None or not certified.lines or brings is not (certified.application == key):
                yield f"`{key}` is certified as `{record.certificate}`, which does not say so"


def no_duty_or_entrusted_data_is_property(state: State) -> Iterator[str]:
    """No right is attested in data of public duty, nor in entrusted data but by law or contract (S1-15, S1-21-R7)."""
    for number, certificate in state.certificates.under():
        if certificate.source_type is SourceType.GOV_DUTY:
            yield f"`{number}` is about duty data"
        for nth, line in enumerate(certificate.lines):
            if certificate.source_type is SourceType.ENTRUSTED and "S1-21-R7" not in line.rules:
                yield f"line {nth} of `{number}` is in entrusted data without law or contract"


def no_right_is_registered_for_more_than_five_years(state: State) -> Iterator[str]:
    """From its attestation, or its last renewal, a right ends within five years (S1-26)."""
    for number, certificate in state.certificates.under():
        for nth, line in enumerate(certificate.lines):
            if line.valid_to > end_of_years(line.attested_at, VALIDITY_YEARS_MAX):
                yield f"line {nth} of `{number}` holds until {line.valid_to}"


def every_open_application_waits_for_a_named_party(state: State) -> Iterator[str]:
    """Whoever must act is known, and a closed application waits for nobody."""
    for key, record in state.applications.under():
        waits = awaited(record)
        if bool(waits) is not (record.stage in OPEN):
            yield f"`{key}` is {record.stage}, it waits for `{waits}`"


def publicity_stands_still_while_an_objection_is_open(state: State) -> Iterator[str]:
    """An application is objected to just as long as one objection to it is undecided; a closed one has none."""
    undecided = {each.about for _, each in state.objections.under() if each.state in UNDECIDED and not each.lines}
    for key, record in state.applications.under():
        if (key in undecided) is not (record.stage is Stage.OBJECTED):
            yield f"`{key}` is {record.stage}"


def nobody_is_registered_by_itself(state: State) -> Iterator[str]:
    """No registry is party to what it registers (S1-07)."""
    for key, record in state.applications.under():
        if record.registry in parties_of(state.forms[key]):
            yield f"`{key}` is `{record.registry}`'s own, at itself"
    for number, certificate in state.certificates.under():
        if certificate.registry in {line.holder for line in certificate.lines}:
            yield f"`{number}` is `{certificate.registry}`'s own, by itself"


def applications_and_certificates_are_found(state: State) -> Iterator[str]:
    """From registry, party, resource, holder, objection and note the way leads to what is theirs."""
    found_by = set[str]()
    for key, record in state.applications.under():
        found_by.add(f"{record.registry}/{key}")
        for party in parties_of(state.forms[key]):
            if state.by_party.get(f"{party}/{key}") != key:
                yield f"`{party}` does not lead to `{key}`"
    for key in sorted(found_by.symmetric_difference(key for key, _ in state.by_registry.under())):
        yield f"`by_registry` is wrong about `{key}`"
    for number, certificate in state.certificates.under():
        if state.of_resource.get(f"{certificate.resource}/{number}") != number:
            yield f"`{certificate.resource}` does not lead to `{number}`"
    for objection, each in state.objections.under():
        if state.objections_to.get(f"{each.about}/{objection}") != objection:
            yield f"`{each.about}` does not lead to `{objection}`"
    for note, noted in state.notes.under():
        if state.notes_on.get(f"{noted.certificate}/{note}") != note:
            yield f"`{noted.certificate}` does not lead to `{note}`"


def one_holder_has_one_right_in_one_resource_once(state: State) -> Iterator[str]:
    """No party has the same right in the same resource on two lines that have not ended."""
    held = dict[str, str]()
    for number, certificate in state.certificates.under():
        for line in certificate.lines:
            key = f"{certificate.resource}/{line.holder}/{line.right}"
            if line.ended is None and held.setdefault(key, number) != number:
                yield f"`{key}` stands on `{held[key]}` and on `{number}`"
            if line.ended is None and state.by_holder.get(key) != number:
                yield f"`{key}` leads to `{state.by_holder.get(key)}`, it stands on `{number}`"


LAWS = (
    certificate_numbers_run_without_gap,
    one_application_brings_one_certificate,
    no_duty_or_entrusted_data_is_property,
    no_right_is_registered_for_more_than_five_years,
    every_open_application_waits_for_a_named_party,
    publicity_stands_still_while_an_objection_is_open,
    nobody_is_registered_by_itself,
    applications_and_certificates_are_found,
    one_holder_has_one_right_in_one_resource_once,
)
