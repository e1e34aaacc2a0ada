"""What of a certificate is in force: its lines, what lies on them, and until when they can be renewed."""

from __future__ import annotations

from datetime import date, timedelta

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant, day_of
from mumian.rooms.property_register.model import State
from mumian.rooms.property_register.records import Line
from mumian.rooms.property_register.vocabulary import FREEZING, CertificateNo, NoteKind
from mumian.rulebook.calendar import months_after


def is_in_force(line: Line, now: Instant) -> bool:
    """Tell whether a right on a certificate holds at `now`; frozen or not."""
    return line.ended is None and line.valid_from <= now < line.valid_to


def held_under(state: State, resource: ResourceId, holder: PartyId, right: Right, now: Instant) -> CertificateNo | None:
    """Return the certificate by which a party has a right in a resource at `now`, or None."""
    number = state.by_holder.get(f"{resource}/{holder}/{right}")
    if number is None:
        return None
    lines = state.certificates[number].lines
    held = any(line.holder == holder and line.right is right and is_in_force(line, now) for line in lines)
    return number if held else None


def noted(state: State, certificate: str, kind: NoteKind | None = None) -> frozenset[int]:
    """Return the lines that notes let stand still: of one kind, or of any that does so."""
    kinds = FREEZING if kind is None else {kind} & FREEZING
    notes = (state.notes[key] for _, key in state.notes_on.under(f"{certificate}/"))
    return frozenset(line for note in notes if not note.removed and note.kind in kinds for line in note.lines)


def next_to_end(lines: tuple[Line, ...]) -> Line | None:
    """Return the line that ends next of those that have not ended, or None if none is left."""
    return min((line for line in lines if line.ended is None), key=lambda line: line.valid_to, default=None)


def renewal_window(line: Line, months: int) -> tuple[date, date]:
    """Return the first and the last day on which renewal is applied for: 届满前6个月至届满前1日 (S1-26)."""
    last = day_of(line.valid_to - 1)
    return months_after(last, -months), last - timedelta(days=1)
