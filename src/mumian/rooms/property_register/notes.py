"""Notes on a certificate (备注, S1 第23条): seizure, control and dispute let the rights that they name stand still."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register.ending import of_authority
from mumian.rooms.property_register.examination import refuse_lines
from mumian.rooms.property_register.model import Event, MakeNote, RemoveNote, State
from mumian.rooms.property_register.records import Note
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.standing import noted
from mumian.rooms.property_register.vocabulary import FREEZING, NOTES_MAX, UNDECIDED, NoteId, NoteKind, ObjectionId


def make(state: State, command: MakeNote, facts: Facts) -> list[Event] | Refused:
    number, kind = command.certificate, command.kind
    certificate = of_authority(state, number, facts)
    if isinstance(certificate, Refused):
        return certificate
    refused = _refuse_objection(state, command) or refuse_lines(certificate, command.lines, facts.now)
    if refused is not None:
        return refused
    count = sum(1 for _ in state.notes_on.under(f"{number}/"))
    if count >= NOTES_MAX:
        return Refused(R.TOO_MANY, {"id": number, "count": count, "part": "notes", "count_max": NOTES_MAX})
    still = noted(state, number, kind)
    freezes = tuple(line for line in command.lines if kind in FREEZING and line not in still)
    note = Note(number, command.lines, kind, command.evidence_digest, facts.actor, facts.now, command.objection)
    return [said.NoteMade(NoteId(new_id("note", facts.seq)), note, freezes, ("S1-23",))]


def _refuse_objection(state: State, command: MakeNote) -> Refused | None:
    """Return why the note cannot rest on the objection that it names, or None: it is about these rights, and undecided."""
    key = command.objection
    if not key:
        return None
    objection = state.objections.get(key)
    if objection is None or objection.about != command.certificate:
        return Refused(R.UNKNOWN, {"noun": "objection to this certificate", "id": key})
    if objection.state not in UNDECIDED:
        return Refused(R.WRONG_STAGE, {"id": key, "stage": objection.state, "needed": ",".join(sorted(UNDECIDED))})
    if _note_for(state, command.certificate, key) is not None:
        return Refused(R.REPEATED, {"part": "notes", "item": key})
    beyond = next((line for line in command.lines if line not in objection.lines), None)
    if beyond is None and command.kind is NoteKind.OWNERSHIP_DISPUTE:
        return None
    detail: Detail = {"objection": key, "lines": ",".join(map(str, objection.lines)), "kind": command.kind}
    return Refused(R.BEYOND_OBJECTION, {**detail, "asked": ",".join(map(str, command.lines))})


def remove(state: State, command: RemoveNote, facts: Facts) -> list[Event] | Refused:
    record = state.notes.get(command.note)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "note", "id": command.note})
    if facts.actor != record.by and Role.REGULATOR not in facts.roles:
        return Refused(R.NOT_YOURS, {"id": command.note, "owner": record.by, "actor": facts.actor})
    if record.removed:
        return Refused(R.NOTE_REMOVED, {"note": command.note})
    return [_removed(state, command.note, record, command.evidence_digest)]


def _removed(state: State, key: NoteId, record: Note, evidence_digest: str) -> said.NoteRemoved:
    return said.NoteRemoved(key, evidence_digest, _thawed(state, key, record), ("S1-23",))


def _thawed(state: State, key: NoteId, record: Note) -> tuple[int, ...]:
    """Return the lines of a note that no other note of its kind keeps still."""
    if record.kind not in FREEZING:
        return ()
    others = [
        note
        for _, other in state.notes_on.under(f"{record.certificate}/")
        if other != key and not (note := state.notes[other]).removed and note.kind is record.kind
    ]
    kept = {line for note in others for line in note.lines}
    return tuple(line for line in record.lines if line not in kept)


def lift_dispute(state: State, certificate: str, objection: ObjectionId) -> list[Event]:
    """Return the removal of the note that an objection brought about, now that it fell."""
    note = _note_for(state, certificate, objection)
    return [] if note is None else [_removed(state, note, state.notes[note], "")]


def _note_for(state: State, certificate: str, objection: ObjectionId) -> NoteId | None:
    """Return the note that stands on a certificate because of an objection; there is one at most."""
    for _, key in state.notes_on.under(f"{certificate}/"):
        if state.notes[key].objection == objection and not state.notes[key].removed:
            return key
    return None
