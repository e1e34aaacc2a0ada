"""How rights on a certificate end: transferred, cancelled, revoked, expired."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.limits import ClockChange, Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register.cases import moot
from mumian.rooms.property_register.examination import refuse_lines
from mumian.rooms.property_register.limits import EXPIRY, until
from mumian.rooms.property_register.model import Event, ExpireRights, RevokeRights, State
from mumian.rooms.property_register.records import Certificate, Line
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.standing import next_to_end
from mumian.rooms.property_register.vocabulary import CertificateNo, EndReason


def end_lines(
    state: State,
    certificate: Certificate,
    lines: tuple[int, ...],
    reason: EndReason,
    rules: tuple[str, ...],
    evidence_digest: str = "",
) -> list[Event]:
    """Return the end of some rights on a certificate, and of the objections that were about them alone."""
    left = tuple(replace(line, ended=reason) if nth in lines else line for nth, line in enumerate(certificate.lines))
    ended = frozenset(nth for nth, line in enumerate(left) if line.ended is not None)
    number = certificate.number
    end = said.RightsEnded(number, lines, reason, rules, evidence_digest, (expiry_of(number, left),))
    return [end, *moot(state, number, lines=ended)]


def expiry_of(number: CertificateNo, lines: tuple[Line, ...]) -> ClockChange:
    """Return the limit that runs for a certificate with these lines: the next end of one, owed by its holder."""
    line = next_to_end(lines)
    if line is None:
        return Stop(number, EXPIRY)
    return until(EXPIRY, number, line.valid_to, rule="S1-26", owner=line.holder)


def of_authority(state: State, number: CertificateNo, facts: Facts) -> Certificate | Refused:
    """Return a certificate that the actor has authority over: its registry, or a regulator."""
    certificate = state.certificates.get(number)
    if certificate is None:
        return Refused(R.UNKNOWN, {"noun": "certificate", "id": number})
    is_registry = facts.actor == certificate.registry and Role.REGISTRY in facts.roles
    if is_registry or Role.REGULATOR in facts.roles:
        return certificate
    detail: dict[str, str | int] = {"actor": facts.actor, "registry": certificate.registry, "id": number}
    return Refused(R.NOT_REGISTRY_OR_REGULATOR, detail)


def revoke(state: State, command: RevokeRights, facts: Facts) -> list[Event] | Refused:
    certificate = of_authority(state, command.certificate, facts)
    if isinstance(certificate, Refused):
        return certificate
    refused = refuse_lines(certificate, command.lines, facts.now)
    if refused is not None:
        return refused
    reason = EndReason(command.reason.value)
    return end_lines(state, certificate, command.lines, reason, ("S1-22",), command.evidence_digest)


def expire(state: State, command: ExpireRights, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    certificate = state.certificates.get(command.certificate)
    lines = () if certificate is None else certificate.lines
    over = tuple(nth for nth, line in enumerate(lines) if line.ended is None and line.valid_to <= facts.now)
    if certificate is None or not over:
        return []
    return end_lines(state, certificate, over, EndReason.EXPIRED, ("S1-36", "S1-26"))
