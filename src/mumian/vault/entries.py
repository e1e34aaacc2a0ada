"""What a vault keeps of a person, and what it refuses to keep."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from stdnum.cn import ric

from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId, is_id
from mumian.kernel.text import hides_something, length
from mumian.rulebook.calendar import years_after
from mumian.vault.faults import NotKept

NAME_CHARS_MAX = 100
CONTACT_CHARS_MAX = 200
TEXT_CHARS_MAX = 20_000
AGE_YEARS_MAX = 130

_CONTEXT = "mumian/text/v1"


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who a person is.

    resident_id: 18 characters (GB 11643-1999). contact: how to reach the person, empty if not given.
    guardian: party id of the guardian of one under fourteen, else empty.
    """

    resident_id: str
    name: str
    contact: str = ""
    guardian: str = ""

    def __repr__(self) -> str:
        """Say nothing of it: a trace or a log line must not carry a person's name or number."""
        return "Identity(…)"


class TextKind(StrEnum):
    """What a text is."""

    PETITION = "petition"  # 个人行权申请
    CONTACT_PERSON = "contact_person"  # 联系人 of an application
    EVIDENCE = "evidence"


class Text(msgspec.Struct, frozen=True):
    """A text about a person, or by it. party: whom it belongs to."""

    party: PartyId
    kind: TextKind
    text: str

    def __repr__(self) -> str:
        """Say nothing of the text."""
        return f"Text({self.party}, {self.kind}, …)"


def checked(identity: Identity, *, today: date) -> Identity:
    """Return the identity in the form in which it is kept.

    today: the day in Guangzhou, against which a date of birth is held.
    Raises: NotKept: the resident id, the date of birth in it, the name, the contact or the guardian will not do.
    """
    resident = ric.compact(identity.resident_id)
    _check_resident(resident, today)
    name, contact = identity.name.strip(), identity.contact.strip()
    if not 1 <= length(name) <= NAME_CHARS_MAX or hides_something(name):
        raise NotKept(f"a name has 1 to {NAME_CHARS_MAX} visible characters, this one does not; type it as on the card")
    if length(contact) > CONTACT_CHARS_MAX or hides_something(contact):
        raise NotKept(f"a contact has at most {CONTACT_CHARS_MAX} visible characters, this one does not; shorten it")
    if identity.guardian and not is_id(identity.guardian):
        raise NotKept("the guardian is named by its party id, as `party-7`; admit the guardian first")
    return Identity(resident, name, contact, identity.guardian)


def _check_resident(resident: str, today: date) -> None:
    if len(resident) != 18 or not resident[:17].isascii() or not resident[:17].isdigit():
        raise NotKept("a resident id has 17 digits and a check character, this one does not; copy it from the card")
    if resident[-1] != ric.calc_check_digit(resident):
        raise NotKept("the check character of the resident id is wrong, so a digit is; copy it from the card")
    born = birth_date(resident)
    if born > today:
        raise NotKept(f"the resident id has a date of birth after today, {today}; copy it from the card")
    if years_after(born, AGE_YEARS_MAX) < today:
        raise NotKept(f"the resident id has a date of birth more than {AGE_YEARS_MAX} years ago; copy it from the card")
    if not ric.is_valid(resident):
        raise NotKept("the resident id begins with no place that there was; copy it from the card")


def birth_date(resident_id: str) -> date:
    """Return the date of birth that a resident id carries.

    Raises: NotKept: it carries none that the calendar has.
    """
    digits = ric.compact(resident_id)[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise NotKept("the resident id has no date of birth that the calendar knows; copy it from the card") from error


def is_under(resident_id: str, years: int, *, today: date) -> bool:
    """Tell whether a person is under `years` of age on `today`: the birthday itself counts as reached."""
    return years_after(birth_date(resident_id), years) > today


def check_text(text: str) -> None:
    """Raise NotKept unless a text can be kept: 1 to 20,000 characters, all of them visible, line breaks allowed."""
    if not 1 <= length(text) <= TEXT_CHARS_MAX or hides_something(text, lines=True):
        raise NotKept(
            f"a text has 1 to {TEXT_CHARS_MAX} visible characters, this one does not; shorten it or retype it"
        )


def commit_text(text: Text, salt: bytes) -> str:
    """Return the commitment to a text: salted SHA-256 over canonical bytes, 64 hex digits."""
    return digest({"context": _CONTEXT, "kind": text.kind.value, "salt": salt.hex(), "text": text.text})
