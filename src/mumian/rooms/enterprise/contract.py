"""Whether terms can stand as a contract by themselves: the skeleton of the model contracts, and terms that make sense."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R
from mumian.rooms.enterprise.terms import LICENCES, SKELETON, DataGiven, Terms
from mumian.rooms.enterprise.vocabulary import PriceForm, Section, Side
from mumian.rulebook.rules import missing

RULES = ("S29-SECTIONS", "GZ2023-03-FAIR")


def refuse_terms(terms: Terms, facts: Facts) -> Refused | None:
    """Return why terms may not be drafted or proposed, or None. What a parent gives is seen when the licence begins."""
    rule = missing(facts, *RULES)
    if rule is not None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule})
    if terms.model not in LICENCES:
        return Refused(R.NOT_A_LICENCE, {"model": terms.model.value})
    if not terms.given:
        return Refused(R.NO_DATA)
    refused = _refuse_sections(terms)
    if refused is not None:
        return refused
    for side, data in terms.given:
        refused = _refuse_data(side, data, facts)
        if refused is not None:
            return refused
    return None


def _refuse_sections(terms: Terms) -> Refused | None:
    written: set[Section] = set()
    for text in terms.sections:
        if text.section in written:
            return Refused(R.SECTION_REPEATED, {"section": text.section.value})
        written.add(text.section)
    for section in SKELETON:
        if section not in written:
            return Refused(R.SECTION_MISSING, {"section": section.value})
    return None


def _refuse_data(side: Side, data: DataGiven, facts: Facts) -> Refused | None:
    if data.valid_to <= max(data.valid_from, facts.now):
        detail: Detail = {"valid_from": data.valid_from, "valid_to": data.valid_to}
        return Refused(R.TERM_EMPTY, {**detail, "now": facts.now})
    if not data.purposes:
        return Refused(R.PURPOSE_MISSING, {"side": side.value})
    if (data.price_form is PriceForm.FREE) is not (data.price_fen == 0):
        return Refused(R.PRICE_INCOHERENT, {"form": data.price_form.value, "price_fen": data.price_fen})
    return None
