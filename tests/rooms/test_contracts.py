"""Decision table of contracts: one line a case."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, AgreementId, OrderId, PartyId, ProductId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.policy.jsonld import from_jsonld
from mumian.policy.model import Constraint, Duty, Policy, PolicyType, Reason, Rule
from mumian.rooms.contracts.decide import decide
from mumian.rooms.contracts.evolve import evolve
from mumian.rooms.contracts.laws import LAWS
from mumian.rooms.contracts.model import (
    AgreementSigned,
    AgreementTerminated,
    BindOrder,
    Command,
    ConcludeAgreement,
    CountUse,
    DutyFulfilled,
    Event,
    FulfilDuty,
    MakeOffer,
    Offer,
    OfferFacts,
    OfferId,
    OfferMade,
    OfferStatus,
    OfferWithdrawn,
    OrderBound,
    SignAgreement,
    State,
    TerminateAgreement,
    TerminationReason,
    UseCounted,
    UsePolicies,
    WithdrawOffer,
)
from mumian.rooms.contracts.model import ContractsRefusal as R
from mumian.rooms.contracts.views import (
    agreement_of_order,
    agreements_of_party,
    agreements_on_product,
    decide_use,
    is_in_force,
    odrl,
    uses,
)

NOW = 1_000
PRODUCT = ProductId("product-4")
SELLER, BUYER = PartyId("merchant"), PartyId("insurer")
PURPOSE = Constraint("purpose", "isAnyOf", ("insurance-risk",))
MAY = Rule("may", "aggregate", PRODUCT, constraints=(PURPOSE, Constraint("count", "lteq", 2)))
PAID_MAY = Rule("paid-may", "verify", PRODUCT, constraints=(PURPOSE,), duties=(Duty("pay", "compensate"),))
POLICY = Policy("offer", PolicyType.OFFER, (MAY, PAID_MAY), (Rule("no", "distribute", PRODUCT),))
DIGEST = digest(POLICY)
TO_BUYER, TO_ALL, EXPIRED, WITHDRAWN = (OfferId(f"offer-{n}") for n in (1, 2, 3, 4))
A = AgreementId("agreement-5")
ENDED = AgreementId("agreement-6")


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def after(state: State, events: Iterable[Event]) -> State:
    for event in events:
        evolve(state, event)
    return state


def made(offer: OfferId, to: PartyId | None, *, until: int = 9_000) -> OfferMade:
    return OfferMade(offer, PRODUCT, POLICY, DIGEST, SELLER, to, until)


def a_state() -> State:
    """Offers to the buyer (taken), to all (the buyer's agreement ended), expired, withdrawn; one agreement in force."""
    return after(
        empty(),
        [
            made(TO_BUYER, BUYER),
            made(TO_ALL, None),
            made(EXPIRED, None, until=NOW),
            made(WITHDRAWN, None),
            OfferWithdrawn(WITHDRAWN),
            AgreementSigned(A, TO_BUYER, PRODUCT, SELLER, BUYER, DIGEST, 500),
            AgreementSigned(ENDED, TO_ALL, PRODUCT, SELLER, BUYER, DIGEST, 500),
            AgreementTerminated(ENDED, BUYER, TerminationReason.MUTUAL, 600),
        ],
    )


def by(actor: str, *roles: Role) -> Facts:
    return Facts(seq=10, now=NOW, actor=PartyId(actor), roles=frozenset(roles))


def knowing(actor: str = SELLER, seller: str | None = SELLER, purposes: tuple[str, ...] | None = None) -> OfferFacts:
    sold_by = None if seller is None else PartyId(seller)
    return OfferFacts(seq=10, now=NOW, actor=PartyId(actor), product_seller=sold_by, purposes=purposes)


def offering(policy: Policy = POLICY, *, to: str | None = BUYER, until: int = 9_000) -> MakeOffer:
    return MakeOffer(PRODUCT, policy, None if to is None else PartyId(to), until)


def only(rule: Rule) -> Policy:
    return Policy("offer", PolicyType.OFFER, (rule,))


END = TerminationReason.BREACH
NONE = AgreementId("agreement-99")

REFUSALS: list[tuple[Command, Facts, R]] = [
    (CountUse(A, 1), by(BUYER), R.MARKET_ONLY),
    (BindOrder(A, OrderId("order-1")), by(BUYER), R.MARKET_ONLY),
    (ConcludeAgreement(PRODUCT, POLICY, BUYER), knowing(BUYER), R.MARKET_ONLY),
    (ConcludeAgreement(PRODUCT, POLICY, BUYER), knowing(MARKET, None), R.PRODUCT_UNKNOWN),
    (ConcludeAgreement(PRODUCT, POLICY, BUYER), knowing(MARKET, purposes=("ads",)), R.PURPOSE_BEYOND_RIGHTS),
    (offering(), knowing(seller=None), R.PRODUCT_UNKNOWN),
    (offering(), knowing("eve"), R.NOT_THE_SELLER),
    (offering(to=SELLER), knowing(), R.SAME_PARTY),
    (offering(until=NOW), knowing(), R.VALIDITY_PAST),
    (offering(replace(POLICY, type=PolicyType.AGREEMENT)), knowing(), R.POLICY_NOT_AN_OFFER),
    (offering(only(replace(MAY, action="fly"))), knowing(), R.POLICY_UNSOUND),
    (offering(only(replace(MAY, target="product-5"))), knowing(), R.POLICY_OF_OTHERS),
    (offering(only(replace(MAY, assigner="eve"))), knowing(), R.POLICY_OF_OTHERS),
    (offering(only(replace(MAY, assigner=BUYER))), knowing(), R.POLICY_OF_OTHERS),
    (offering(only(replace(MAY, assignee="eve"))), knowing(), R.POLICY_OF_OTHERS),
    (offering(only(replace(MAY, assignee=BUYER)), to=None), knowing(), R.POLICY_OF_OTHERS),
    (offering(only(replace(MAY, duties=(Duty("d", "inform", assignee="eve"),)))), knowing(), R.POLICY_OF_OTHERS),
    (offering(), knowing(purposes=("research",)), R.PURPOSE_BEYOND_RIGHTS),
    (offering(), knowing(purposes=()), R.PURPOSE_BEYOND_RIGHTS),
    (offering(only(replace(MAY, constraints=()))), knowing(purposes=("research",)), R.PURPOSE_BEYOND_RIGHTS),
    (
        offering(only(replace(MAY, constraints=(Constraint("purpose", "neq", "x"),)))),
        knowing(purposes=("research",)),
        R.PURPOSE_BEYOND_RIGHTS,
    ),
    (WithdrawOffer(OfferId("offer-9")), by(SELLER), R.OFFER_UNKNOWN),
    (WithdrawOffer(TO_ALL), by(BUYER), R.NOT_YOUR_OFFER),
    (WithdrawOffer(WITHDRAWN), by(SELLER), R.OFFER_CLOSED),
    (SignAgreement(OfferId("offer-9"), DIGEST), by(BUYER), R.OFFER_UNKNOWN),
    (SignAgreement(TO_BUYER, DIGEST), by("eve"), R.NOT_YOUR_OFFER),
    (SignAgreement(TO_ALL, DIGEST), by(SELLER), R.SAME_PARTY),
    (SignAgreement(TO_BUYER, DIGEST), by(BUYER), R.OFFER_CLOSED),
    (SignAgreement(WITHDRAWN, DIGEST), by(BUYER), R.OFFER_CLOSED),
    (SignAgreement(EXPIRED, DIGEST), by(BUYER), R.OFFER_EXPIRED),
    (SignAgreement(TO_ALL, digest("other")), by(BUYER), R.DIGEST_MISMATCH),
    (BindOrder(NONE, OrderId("order-1")), by(MARKET), R.AGREEMENT_UNKNOWN),
    (FulfilDuty(NONE, "pay"), by(SELLER), R.AGREEMENT_UNKNOWN),
    (CountUse(NONE, 1), by(MARKET), R.AGREEMENT_UNKNOWN),
    (TerminateAgreement(NONE, END), by(SELLER), R.AGREEMENT_UNKNOWN),
    (FulfilDuty(A, "pay"), by(BUYER), R.NOT_A_PARTY),
    (TerminateAgreement(A, END), by("eve"), R.NOT_A_PARTY),
    (TerminateAgreement(ENDED, END), by(SELLER), R.AGREEMENT_ENDED),
    (CountUse(ENDED, 1), by(MARKET), R.AGREEMENT_ENDED),
    (BindOrder(ENDED, OrderId("order-1")), by(MARKET), R.AGREEMENT_ENDED),
    (FulfilDuty(ENDED, "pay"), by(SELLER), R.AGREEMENT_ENDED),
    (FulfilDuty(A, "dance"), by(SELLER), R.DUTY_UNKNOWN),
]

LATER_REFUSALS: list[tuple[Event, Command, Facts, R]] = [
    (
        AgreementSigned(AgreementId("agreement-7"), TO_ALL, PRODUCT, SELLER, BUYER, DIGEST, 700),
        SignAgreement(TO_ALL, DIGEST),
        by(BUYER),
        R.ALREADY_SIGNED,
    ),
    (OrderBound(A, OrderId("order-1")), BindOrder(A, OrderId("order-2")), by(MARKET), R.ORDER_BOUND),
    (DutyFulfilled(A, "pay"), FulfilDuty(A, "pay"), by(MARKET), R.DUTY_FULFILLED),
]


def assert_refused(state: State, command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_contracts_refuse_by_name(command: Command, facts: Facts, refusal: R) -> None:
    assert_refused(a_state(), command, facts, refusal)


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), LATER_REFUSALS)
def test_contracts_refuse_what_was_done_before(before: Event, command: Command, facts: Facts, refusal: R) -> None:
    assert_refused(after(a_state(), [before]), command, facts, refusal)


def test_every_refusal_of_contracts_has_a_case() -> None:
    of_standing_policies = {
        R.RESOURCE_UNKNOWN,
        R.NOT_THE_HOLDER,
        R.POLICY_NOT_A_SET,
        R.POLICIES_TOO_MANY,
        R.POLICY_UNKNOWN,
    }
    assert {case[-1] for case in (*REFUSALS, *LATER_REFUSALS)} == set(R) - of_standing_policies


GRANTED: list[tuple[Command, Facts, Event]] = [
    (offering(), knowing(purposes=("research", "insurance-risk")), made(OfferId("offer-10"), BUYER)),
    (offering(to=None), knowing(), made(OfferId("offer-10"), None)),
    (
        offering(only(replace(MAY, constraints=(Constraint("purpose", "eq", "research"),)))),
        knowing(purposes=("research",)),
        OfferMade(
            OfferId("offer-10"),
            PRODUCT,
            only(replace(MAY, constraints=(Constraint("purpose", "eq", "research"),))),
            digest(only(replace(MAY, constraints=(Constraint("purpose", "eq", "research"),)))),
            SELLER,
            BUYER,
            9_000,
        ),
    ),
    (WithdrawOffer(TO_ALL), by(SELLER), OfferWithdrawn(TO_ALL)),
    (
        SignAgreement(TO_ALL, DIGEST),
        by(BUYER),
        AgreementSigned(AgreementId("agreement-10"), TO_ALL, PRODUCT, SELLER, BUYER, DIGEST, NOW),
    ),
    (
        SignAgreement(TO_ALL, DIGEST),
        by("bank"),
        AgreementSigned(AgreementId("agreement-10"), TO_ALL, PRODUCT, SELLER, PartyId("bank"), DIGEST, NOW),
    ),
    (BindOrder(A, OrderId("order-1")), by(MARKET), OrderBound(A, OrderId("order-1"))),
    (FulfilDuty(A, "pay"), by(SELLER), DutyFulfilled(A, "pay")),
    (CountUse(A, 3), by(MARKET), UseCounted(A, 3)),
    (TerminateAgreement(A, END), by(SELLER), AgreementTerminated(A, SELLER, END, NOW)),
    (TerminateAgreement(A, END), by(BUYER), AgreementTerminated(A, BUYER, END, NOW)),
    (TerminateAgreement(A, END), by("bureau", Role.REGULATOR), AgreementTerminated(A, PartyId("bureau"), END, NOW)),
    (TerminateAgreement(A, END), by(MARKET), AgreementTerminated(A, MARKET, END, NOW)),
]


@pytest.mark.parametrize(("command", "facts", "event"), GRANTED)
def test_what_is_allowed_happens_and_every_law_holds(command: Command, facts: Facts, event: Event) -> None:
    state = a_state()
    assert decide(state, command, facts) == [event]
    evolve(state, event)
    assert [place for law in LAWS for place in law(state)] == []


def test_what_both_agreed_to_elsewhere_is_offered_and_signed_at_once() -> None:
    state = a_state()
    events = decide(state, ConcludeAgreement(PRODUCT, POLICY, BUYER), knowing(MARKET))
    assert not isinstance(events, Refused)
    assert [type(event) for event in events] == [OfferMade, AgreementSigned]
    assert [place for law in LAWS for place in law(after(state, events))] == []


def test_a_use_is_decided_by_the_agreement_that_was_signed() -> None:
    state = a_state()
    allowed = decide_use(state, A, action="aggregate", actor=BUYER, now=NOW, purpose="insurance-risk")
    assert (allowed.allowed, allowed.determined_by) == (True, ("may",))
    elsewhere = decide_use(state, A, action="aggregate", actor=BUYER, now=NOW, purpose="marketing")
    assert (elsewhere.reason, elsewhere.determined_by) == (Reason.CONSTRAINT_UNMET, ("may",))
    assert decide_use(state, A, action="distribute", actor=BUYER, now=NOW).determined_by == ("no",)
    stranger = decide_use(state, A, action="aggregate", actor=SELLER, now=NOW, purpose="insurance-risk")
    assert stranger.reason is Reason.NO_PERMISSION
    other = decide_use(
        state, A, action="aggregate", actor=BUYER, now=NOW, purpose="insurance-risk", target=ProductId("product-5")
    )
    assert other.reason is Reason.NO_PERMISSION


def test_uses_counted_bring_a_count_constraint_to_its_end() -> None:
    state = after(a_state(), [UseCounted(A, 1)])
    asked = {"action": "aggregate", "actor": BUYER, "now": NOW, "purpose": "insurance-risk"}
    assert decide_use(state, A, **asked).allowed  # type: ignore[arg-type]
    assert not decide_use(state, A, **asked, uses=2).allowed  # type: ignore[arg-type]
    evolve(state, UseCounted(A, 1))
    assert uses(state, A) == 2
    assert decide_use(state, A, **asked).reason is Reason.CONSTRAINT_UNMET  # type: ignore[arg-type]


def test_a_permission_waits_for_its_duty() -> None:
    state = a_state()
    before = decide_use(state, A, action="verify", actor=BUYER, now=NOW, purpose="insurance-risk")
    evolve(state, DutyFulfilled(A, "pay"))
    then = decide_use(state, A, action="verify", actor=BUYER, now=NOW, purpose="insurance-risk")
    assert (before.reason, then.reason) == (Reason.DUTY_OPEN, Reason.PERMITTED)


def test_a_terminated_or_missing_agreement_permits_nothing() -> None:
    for agreement in (ENDED, NONE):
        assert not is_in_force(a_state(), agreement)
        decision = decide_use(a_state(), agreement, action="aggregate", actor=BUYER, now=NOW, purpose="insurance-risk")
        assert decision.reason is Reason.NOT_IN_FORCE


def test_an_agreement_is_shown_as_odrl_with_both_parties() -> None:
    document = odrl(a_state(), A)
    assert document is not None
    policy = from_jsonld(document)
    assert policy.type is PolicyType.AGREEMENT
    assert policy.uid == A
    assert {(rule.assigner, rule.assignee) for rule in policy.permission} == {(SELLER, BUYER)}
    assert odrl(a_state(), NONE) is None


def test_an_agreement_is_found_by_party_product_and_order() -> None:
    state = after(a_state(), [OrderBound(A, OrderId("order-1"))])
    assert list(agreements_of_party(state, BUYER)) == [(A, "assignee"), (ENDED, "assignee")]
    assert list(agreements_on_product(state, PRODUCT)) == [A, ENDED]
    assert agreement_of_order(state, OrderId("order-1")) == A


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = a_state()
    other = replace(POLICY, prohibition=())
    state.offers[TO_BUYER] = Offer(PRODUCT, other, DIGEST, SELLER, PartyId("eve"), 9_000, OfferStatus.OPEN)
    state.agreements[ENDED] = replace(state.agreements[ENDED], offer=OfferId("offer-9"))
    state.agreements[A] = replace(state.agreements[A], order=OrderId("order-3"), ended_for=TerminationReason.BREACH)
    del state.by_product[f"{PRODUCT}/{ENDED}"]
    state.uses[NONE] = 1
    state.use_policies["resource-1"] = UsePolicies(())
    found = [len(list(law(state))) for law in LAWS]
    assert found == [3, 1, 1, 1, 2, 1, 1]
