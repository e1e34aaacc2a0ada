"""Fairness of a licence: its terms side by side, asymmetries named, heavier on whom (article 3: 双向公平授权).

Nothing here judges a price: that one is asked for more, or in another form, is named and is nobody's burden.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from mumian.kernel.roles import Right
from mumian.kernel.time import DAY_MS
from mumian.rooms.enterprise.terms import DataGiven, Terms
from mumian.rooms.enterprise.vocabulary import SHELTERED, Derived, FirmSize, Side, Weight

RULE = "GZ2023-03-FAIR"
NO_CLAUSE_RULE = "S1-21-R5b"


class Term(StrEnum):
    """What is laid side by side."""

    SCOPE = "scope"
    TERM = "term"
    ONWARD = "onward"
    EXCLUSIVITY = "exclusivity"
    DERIVED = "derived"
    PRICE = "price"
    LIABILITY = "liability"
    TERMINATION = "termination"
    AUDIT = "audit"


class Asymmetry(msgspec.Struct, frozen=True):
    """One term in which the sides differ. heavier_on: whom it burdens, None where neither side bears more."""

    term: Term
    of_first: str
    of_second: str
    heavier_on: Side | None
    rule: str


class _Borne(msgspec.Struct, frozen=True):
    """How a term reads for one side, and how heavily that side bears it; None if it cannot be compared.

    same_as: what is compared, where the text is only a summary of it.
    """

    text: str
    burden: int | None
    same_as: tuple[tuple[str, ...], ...] = ()


_UNCAPPED = 1 << 60


def asymmetries(terms: Terms) -> tuple[Asymmetry, ...]:
    """Name every term in which the two sides differ. What only data has is compared where both sides give data."""
    return tuple(_found(terms))


def weaker(first: tuple[FirmSize, Weight], second: tuple[FirmSize, Weight]) -> Side | None:
    """Return the side that is a small firm opposite a state company, an industry's leader or a platform, or None."""
    if _is_sheltered(first) and _leads(second):
        return Side.FIRST
    return Side.SECOND if _is_sheltered(second) and _leads(first) else None


def burdens_on(terms: Terms, side: Side) -> tuple[Term, ...]:
    """Return the terms that are heavier on `side`."""
    return tuple(found.term for found in asymmetries(terms) if found.heavier_on is side)


def _is_sheltered(firm: tuple[FirmSize, Weight]) -> bool:
    size, weight = firm
    return size in SHELTERED and weight is Weight.NONE


def _leads(firm: tuple[FirmSize, Weight]) -> bool:
    return firm[1] is not Weight.NONE


def _found(terms: Terms) -> Iterator[Asymmetry]:
    given = dict(terms.given)
    if terms.is_two_way:
        one, other = given[Side.FIRST], given[Side.SECOND]
        yield from _compared(Term.SCOPE, *_scopes(one, other))
        yield from _compared(Term.TERM, _days(one), _days(other))
        yield from _compared(Term.ONWARD, _onward(one), _onward(other))
        yield from _compared(Term.EXCLUSIVITY, _flag(one.exclusive), _flag(other.exclusive))
        yield from _derived(terms)
        yield from _compared(Term.PRICE, _price(one), _price(other))
    first, second = terms.first, terms.second
    yield from _compared(Term.LIABILITY, _cap(first.liability_cap_fen), _cap(second.liability_cap_fen))
    yield from _compared(Term.TERMINATION, _notice(first.termination_days), _notice(second.termination_days))
    # whoever may be audited bears it: the burden of one side's right lies on the other
    yield from _compared(Term.AUDIT, _audits(first.audit, second.audit), _audits(second.audit, first.audit))


def _compared(term: Term, first: _Borne, second: _Borne, rule: str = RULE) -> Iterator[Asymmetry]:
    if (first.text, first.same_as) == (second.text, second.same_as):
        return
    heavier_on = None
    if first.burden is not None and second.burden is not None and first.burden != second.burden:
        heavier_on = Side.FIRST if first.burden > second.burden else Side.SECOND
    yield Asymmetry(term, first.text, second.text, heavier_on, rule)


def _flag(is_so: bool) -> _Borne:
    return _Borne("yes" if is_so else "no", int(is_so))


def _days(data: DataGiven) -> _Borne:
    length_ms = data.valid_to - data.valid_from
    return _Borne(f"{length_ms // DAY_MS}d", length_ms // DAY_MS)


def _onward(data: DataGiven) -> _Borne:
    words = [word for word, is_so in (("onward", data.onward), ("resale", data.resale)) if is_so]
    return _Borne(", ".join(words) or "neither", len(words))


def _notice(days: int) -> _Borne:
    return _Borne(f"{days}d", days)


def _audits(own: bool, others: bool) -> _Borne:
    return _Borne("audits" if own else "no audit", int(others))


def _cap(cap_fen: int | None) -> _Borne:
    return _Borne("uncapped", _UNCAPPED) if cap_fen is None else _Borne(f"{cap_fen} fen", cap_fen)


def _price(data: DataGiven) -> _Borne:
    return _Borne(f"{data.price_form.value} {data.price_fen} fen", None)


def _scopes(first: DataGiven, second: DataGiven) -> tuple[_Borne, _Borne]:
    """Return how far each reaches; the wider one is borne by its giver, and what only overlaps is not compared."""
    wider, narrower = _reaches(first, second), _reaches(second, first)
    burdens = (1, 0) if wider and not narrower else (0, 1) if narrower and not wider else (None, None)
    return _reach(first, burdens[0]), _reach(second, burdens[1])


def _reach(data: DataGiven, burden: int | None) -> _Borne:
    parts = tuple(tuple(sorted(part)) for part in (data.purposes, data.territory, data.fields))
    places, fields = ",".join(parts[1]) or "all places", f"{len(data.fields)} fields" if data.fields else "all fields"
    return _Borne(f"{data.right.value}: {','.join(parts[0])} in {places}, {fields}", burden, parts)


def _reaches(one: DataGiven, other: DataGiven) -> bool:
    """Tell whether `one` gives at least what `other` gives."""
    fields = not one.fields or (bool(other.fields) and set(other.fields) <= set(one.fields))
    places = not one.territory or (
        bool(other.territory) and all(_covers(one.territory, each) for each in other.territory)
    )
    is_right = one.right is other.right or one.right is Right.OPERATE
    return is_right and fields and places and set(other.purposes) <= set(one.purposes)


def _covers(territories: tuple[str, ...], place: str) -> bool:
    return any(place == territory or place.startswith(f"{territory}-") for territory in territories)


def _derived(terms: Terms) -> Iterator[Asymmetry]:
    """Whoever keeps more of what is derived on both sides leaves the other with less."""
    first, second = terms.first.derived, terms.second.derived
    kept = _kept_by_giver(first) - _kept_by_giver(second)  # what the first side keeps more than the second
    rule = NO_CLAUSE_RULE if Derived.NO_CLAUSE in (first, second) else RULE
    yield from _compared(Term.DERIVED, _Borne(first.value, -kept), _Borne(second.value, kept), rule)


def _kept_by_giver(derived: Derived) -> int:
    return {Derived.GIVER: 1, Derived.TAKER: -1}.get(derived, 0)
