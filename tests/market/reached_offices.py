"""Short ways to refusals of companies, shared data, operation and clocks that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bare import Bare
from msgspec.structs import replace
from stage import Stage
from test_bodies_sharing import BOUND, FREE, Town
from test_companies import Two
from test_operating import City

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.leaf import Leaf
from mumian.market.operating import ALL
from mumian.market.trial import EVIDENCE
from mumian.rooms.clocks.model import CountAgain
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise.fairness import Term
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import Duty, FirmSize
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.vocabulary import Method, SelectionId
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.sharing import model as sharing
from mumian.rooms.sharing.vocabulary import Attributes, DefectId, Dimension

Says = tuple[str, Any]


# companies


class Firms(Two):
    """Two firms on a stage of their own."""

    def __init__(self) -> None:
        super().__init__(Stage())

    def ask(self, actor: str, command: Any) -> Leaf:
        return self.stage.ask(actor, command)


def office(valid_from: int, valid_to: int) -> enterprise.AppointOfficer:
    return enterprise.AppointOfficer("CDO-1", (Duty.LICENSING,), valid_from, valid_to, EVIDENCE)


def offices_too_many(two: Firms) -> Says:
    """Appoint for one day after the other, as far ahead as may be, and for one day more."""
    days = [two.stage.now + nth * DAY_MS for nth in range(enterprise.OFFICES_MAX + 1)]
    *first, last = [office(day, day + DAY_MS) for day in days]
    for each in first:
        two.stage.say(two.first, each)
    return two.first, last


def drafting(two: Firms, terms: Terms) -> Says:
    return two.first, enterprise.DraftLicence(two.second, terms)


def purpose_missing(two: Firms) -> Says:
    terms = two.terms()
    return drafting(two, replace(terms, first=replace(terms.first, data=replace(two.data(0), purposes=()))))


def not_the_weaker(two: Firms) -> Says:
    return two.first, enterprise.AcknowledgeAsymmetries(two.draft(), 1, (Term.AUDIT,), "CDO-1")


def notice_given_twice(two: Firms) -> Says:
    licence = two.draft()
    two.sign(licence)
    command = enterprise.GiveNotice(licence)
    two.stage.say(two.first, command)
    return two.first, command


def conditions_with_a_hidden_sign(two: Firms) -> Says:
    sizes, until = (FirmSize.SMALL,), two.stage.now + DAY_MS
    resource = two.stage.world.resources[0]
    return two.first, enterprise.PublishOpening(resource, "航班", "签订\u200b许可后提供", EVIDENCE, sizes, until)


COMPANIES: dict[str, Callable[[Firms], Says]] = {
    "enterprise.TOO_MANY_OFFICES": offices_too_many,
    "enterprise.PURPOSE_MISSING": purpose_missing,
    "enterprise.PRICE_INCOHERENT": lambda two: drafting(two, two.terms(price_fen=1)),
    "enterprise.NOT_THE_WEAKER": not_the_weaker,
    "enterprise.NOTICE_GIVEN": notice_given_twice,
    "enterprise.TEXT_HIDDEN": conditions_with_a_hidden_sign,
}


# shared data


def version_older_than_the_defect(t: Town) -> Says:
    report = sharing.ReportDefect(t.granted(), Dimension.ACCURACY, ("at",), EVIDENCE)
    defect = DefectId(t.made(t.asker, report, "defect"))
    return t.holder, sharing.CorrectDefect(defect, sha256_hex(b"nothing that was published"))


SHARING: dict[str, Callable[[Town], Says]] = {"sharing.VERSION_UNKNOWN": version_older_than_the_defect}


# operation


def bidder_that_is_no_company(c: City) -> Says:
    plan = c.authorized().states.operation.operations[c.agreement].plan
    call = operation.OpenSelection(plan, Method.NEGOTIATION, (), EVIDENCE)
    selection = SelectionId(c.made(c.holder, call, "selection"))
    return c.body(Role.PUBLIC_DATA_OPERATOR), operation.EnterSelection(selection, ALL, EVIDENCE)


OPERATION: dict[str, Callable[[City], Says]] = {"operation.NOT_A_LEGAL_PERSON": bidder_that_is_no_company}


# before their rules, and without a clock


def office_before_its_rule(market: Bare) -> Says:
    return market.admit(PartyKind.LEGAL, Role.SUPPLIER), office(market.now, market.now + DAY_MS)


def attributes_before_their_rule(market: Bare) -> Says:
    holder = market.body()
    return holder, sharing.SetAttributes(market.resource(holder), Attributes(BOUND, FREE))


EARLIER: dict[str, Callable[[Bare], Says]] = {
    "enterprise.RULE_NOT_IN_FORCE": office_before_its_rule,
    "sharing.RULE_NOT_IN_FORCE": attributes_before_their_rule,
}
"""In a market of 2023, before the policy of Guangzhou was in force."""

ANY_DAY: dict[str, Callable[[Bare], Says]] = {
    "clocks.ONLY_THE_MARKET": lambda market: (market.body(), CountAgain(2027)),
}
