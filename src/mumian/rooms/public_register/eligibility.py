"""Who must register what (S2-SCOPE): one line a case."""

from __future__ import annotations

from mumian.rooms.public_register.vocabulary import Duty, Scope, SubjectKind

_TABLE: dict[tuple[SubjectKind, Scope], Duty] = {
    (SubjectKind.PUBLIC_BODY, Scope.IN_OPERATION): Duty.MUST,
    (SubjectKind.PUBLIC_BODY, Scope.OUTSIDE): Duty.ENCOURAGED,
    (SubjectKind.PRODUCT, Scope.IN_OPERATION): Duty.ENCOURAGED,
    (SubjectKind.PRODUCT, Scope.OUTSIDE): Duty.ENCOURAGED,
    (SubjectKind.UTILITY, Scope.IN_OPERATION): Duty.ENCOURAGED,
    (SubjectKind.UTILITY, Scope.OUTSIDE): Duty.ENCOURAGED,
}


def duty_of(subject: SubjectKind | None, scope: Scope) -> Duty:
    """Return whether such a subject must register such data. subject: None for who registers nothing here."""
    return Duty.NOT_HERE if subject is None else _TABLE[subject, scope]
