"""Decision table of filings, purchases and the price index: one line a case; and what an attacker learns of a price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, months_from
from mumian.rooms.filings import model as said
from mumian.rooms.filings import views
from mumian.rooms.filings.decide import decide
from mumian.rooms.filings.evolve import evolve
from mumian.rooms.filings.laws import LAWS
from mumian.rooms.filings.model import Command, DealFacts, IndexFacts, State, Trade
from mumian.rooms.filings.records import Figure, FilingId, FilingState, PurchaseMethod
from mumian.rooms.filings.refusals import FilingsRefusal as R

NOW = 1_790_000_000_000
PAPER = sha256_hex(b"contract")
SELLER, BUYER, BODY = map(PartyId, ("seller", "buyer", "body"))
FILING = FilingId("filing-1")
ROLES = {"exchange": Role.EXCHANGE, "body": Role.PUBLIC_BODY, "other_body": Role.PUBLIC_BODY}


def _common(actor: str, now: int, seq: int, rulebook: str) -> dict[str, Any]:
    roles = frozenset({ROLES[actor]}) if actor in ROLES else frozenset[Role]()
    return {"seq": seq, "now": now, "actor": PartyId(actor), "roles": roles, "rulebook": rulebook}


def by(actor: str, *, now: int = NOW, seq: int = 1, **known: Any) -> DealFacts:
    return DealFacts(**_common(actor, now, seq, ""), **known)


def reading(*trades: Trade, actor: str = "exchange", now: int = NOW, rulebook: str = "") -> IndexFacts:
    return IndexFacts(**_common(actor, now, 50, rulebook), trades=trades)


FILE = said.FileOffExchange(SELLER, BUYER, "dataset", "", DataKind.ENTERPRISE, 1, 100, PAPER, NOW - DAY_MS)
BUY = said.RegisterPurchase(
    SELLER, "product-1", "dataset", "2026-DATA-01", PurchaseMethod.INQUIRY, 100, PAPER, NOW - DAY_MS
)
CONFIRM, WITHDRAW = said.ConfirmFiling(FILING), said.WithdrawFiling(FILING)


def nothing() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def lived(*story: tuple[Command, Facts]) -> State:
    state = nothing()
    for command, facts in story:
        answer = decide(state, command, facts)
        assert not isinstance(answer, Refused), answer
        for event in answer:
            evolve(state, event)
    return state


def filed() -> State:
    return lived((FILE, by("seller")))


def confirmed() -> State:
    return lived((FILE, by("seller")), (CONFIRM, by("buyer")))


def published() -> State:
    return lived((said.PublishIndex("2026-08"), reading()))


REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (nothing, said.PublishIndex("2026-08"), reading(rulebook="2026.3"), R.RULE_NOT_IN_FORCE),
    (nothing, said.PublishIndex("2026-08"), reading(actor="seller"), R.NOT_THE_EXCHANGE),
    (nothing, BUY, by("seller"), R.NOT_A_PUBLIC_BODY),
    (nothing, CONFIRM, by("buyer"), R.FILING_UNKNOWN),
    (nothing, FILE, by("body"), R.NOT_A_SIDE),
    (filed, CONFIRM, by("seller"), R.NOT_A_SIDE),
    (filed, WITHDRAW, by("body"), R.NOT_A_SIDE),
    (confirmed, CONFIRM, by("buyer"), R.STATE_FORBIDS),
    (confirmed, WITHDRAW, by("seller"), R.STATE_FORBIDS),
    (nothing, FILE, by("seller", stranger="buyer"), R.PARTY_UNKNOWN),
    (nothing, BUY, by("body", stranger="seller"), R.PARTY_UNKNOWN),
    (nothing, replace(FILE, buyer=SELLER), by("seller"), R.SAME_SIDES),
    (nothing, replace(BUY, supplier=BODY), by("body"), R.SAME_SIDES),
    (nothing, replace(FILE, product="product-9"), by("seller", is_known=False), R.PRODUCT_UNKNOWN),
    (nothing, replace(FILE, data_kind=DataKind.PUBLIC), by("seller"), R.PUBLIC_DATA_OFF_EXCHANGE),
    (nothing, replace(FILE, product="product-1"), by("seller", data_kind=DataKind.PUBLIC), R.PUBLIC_DATA_OFF_EXCHANGE),
    (nothing, BUY, by("body", data_kind=DataKind.PUBLIC), R.NOT_SOCIAL_DATA),
    (filed, FILE, by("buyer", seq=2), R.CONTRACT_FILED),
    (nothing, replace(FILE, concluded_at=NOW + 1), by("seller"), R.NOT_YET),
    (nothing, replace(BUY, purchased_at=NOW + 1), by("body"), R.NOT_YET),
    (nothing, said.PublishIndex("2026-09"), reading(), R.MONTH_NOT_OVER),
    (published, said.PublishIndex("2026-08"), reading(), R.PUBLISHED_ALREADY),
    (published, said.PublishIndex("2026-07"), reading(), R.PUBLISHED_ALREADY),
]


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), REFUSALS)
def test_filings_are_refused_by_name(before: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(before(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")
    assert msgspec.json.decode(canonical(command), type=said.Command) == command


def test_every_refusal_of_filings_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


def test_a_filing_gets_its_number_when_the_other_side_confirms() -> None:
    state = confirmed()
    assert state.filings[FILING].number == "OTC-202609-000001"
    again = replace(FILE, contract_digest=sha256_hex(b"another"))
    for command, facts in ((again, by("buyer", seq=2)), (said.ConfirmFiling(FilingId("filing-2")), by("seller"))):
        answer = decide(state, command, facts)
        assert not isinstance(answer, Refused)
        for event in answer:
            evolve(state, event)
            assert msgspec.json.decode(canonical(event), type=said.Event) == event
    assert state.filings["filing-2"].number == "OTC-202609-000002"
    assert [key for key, _ in views.confirmed(state)] == [FILING, "filing-2"]
    assert [place for law in LAWS for place in law(state)] == []


def test_a_withdrawn_contract_may_be_filed_anew() -> None:
    state = lived((FILE, by("seller")), (WITHDRAW, by("buyer")), (FILE, by("seller", seq=3)))
    assert [record.state for _, record in state.filings.under()] == [FilingState.WITHDRAWN, FilingState.PROPOSED]


def test_another_bodys_purchase_of_the_same_product_is_told_and_not_refused() -> None:
    state = lived((BUY, by("body")), (BUY, by("body", seq=2)), (BUY, by("other_body", seq=3)))
    assert [record.duplicates for _, record in views.purchases_of(state, "product-1")] == [
        (),
        (),
        ("purchase-1", "purchase-2"),
    ]


# the index


def month_of_trades(month: str, prices_fen: tuple[int, ...], **changes: Any) -> tuple[Trade, ...]:
    """Two trades of each of several sellers' products in a month, to buyers all apart."""
    return tuple(
        replace(
            Trade(
                f"{month}-{nth}-{copy}", "dataset", f"product-{nth}", month, f"s{nth}", f"b{nth}{copy}", 1, price_fen
            ),
            **changes,
        )
        for nth, price_fen in enumerate(prices_fen)
        for copy in range(2)
    )


def index_of(*trades: Trade, month: str = "2026-08") -> said.Index:
    state = lived((said.PublishIndex(month), reading(*trades)))
    found = views.index_of(state, month)
    assert found is not None
    return found


JULY = month_of_trades("2026-07", (100, 100, 100))


def test_an_index_is_the_mean_change_of_what_was_sold_in_both_months() -> None:
    new = (replace(JULY[0], id="x", item="product-9", month="2026-08", amount_fen=10**6),)
    found = index_of(*JULY, *month_of_trades("2026-08", (200, 50, 100)), *new)
    assert found.figures == (Figure("dataset", 10_000, 10_000, "2026-07"),)
    assert (found.suppressed, found.flagged) == ((), ())


def test_months_are_chained_and_a_hidden_month_begins_a_new_base() -> None:
    story = [
        (said.PublishIndex("2026-05"), reading(*month_of_trades("2026-04", (100,) * 3), *month_of_trades("2026-05", (110,) * 3))),
        (said.PublishIndex("2026-06"), reading(*month_of_trades("2026-05", (110,) * 3), *month_of_trades("2026-06", (220,) * 3))),
        (said.PublishIndex("2026-07"), reading(*month_of_trades("2026-06", (220,) * 3), *month_of_trades("2026-07", (1, 1)))),
        (said.PublishIndex("2026-08"), reading(*JULY, *month_of_trades("2026-08", (50,) * 3))),
    ]  # fmt: skip
    state = lived(*story)
    assert [index.figures for _, index in state.indexes.under()] == [
        (Figure("dataset", 11_000, 11_000, "2026-04"),),
        (Figure("dataset", 20_000, 22_000, "2026-04"),),
        (),
        (Figure("dataset", 5_000, 5_000, "2026-07"),),
    ]
    assert state.indexes["2026-07"].suppressed == ("dataset",)
    assert [place for law in LAWS for place in law(state)] == []


def test_a_wash_trade_between_related_parties_enters_no_figure_and_is_flagged() -> None:
    honest = (*JULY, *month_of_trades("2026-08", (100, 100, 100)))
    wash = tuple(
        replace(trade, id=f"wash-{trade.id}", buyer_group=trade.seller_group, amount_fen=10**9)
        for trade in honest
        if trade.month == "2026-08"
    )
    found = index_of(*honest, *wash)
    assert found.figures == index_of(*honest).figures
    assert found.flagged == tuple(trade.id for trade in wash)


def test_one_group_behind_many_names_is_one_seller() -> None:
    trades = [replace(trade, seller_group="s0") for trade in (*JULY, *month_of_trades("2026-08", (200, 50, 100)))]
    assert index_of(*trades).suppressed == ("dataset",)


def test_two_published_months_do_not_tell_a_trades_price_even_to_a_party_that_knows_its_own() -> None:
    """Whoever knows its own prices is left with at least two others', which may be swapped without a trace."""
    one = index_of(*JULY, *month_of_trades("2026-08", (100, 80, 125)))
    other = index_of(*JULY, *month_of_trades("2026-08", (100, 125, 80)))
    assert one.figures == other.figures
    assert index_of(*JULY[2:], *month_of_trades("2026-08", (100, 80, 125))[2:]).figures == ()


def test_a_trade_that_comes_late_changes_no_published_month_so_nothing_is_left_to_subtract() -> None:
    state = lived((said.PublishIndex("2026-08"), reading(*JULY, *month_of_trades("2026-08", (100,) * 3))))
    late = replace(JULY[0], id="late", month="2026-08", amount_fen=999)
    answer = decide(state, said.PublishIndex("2026-08"), reading(*JULY, late))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.PUBLISHED_ALREADY


@pytest.mark.parametrize(("month", "before"), [("2026-09", "2026-08"), ("2026-01", "2025-12"), ("2026-10", "2026-09")])
def test_the_month_before(month: str, before: str) -> None:
    assert months_from(month, -1) == before


def _with(state: State, **changes: Any) -> State:
    state.filings[FILING] = replace(state.filings[FILING], **changes)
    return state


def _shown_and_hidden() -> State:
    state = published()
    index = state.indexes["2026-08"]
    figure = Figure("dataset", 1, 1, "2026-07")
    state.indexes["2026-08"] = replace(index, figures=(figure,), suppressed=("dataset",))
    return state


def _contract_lost() -> State:
    state = filed()
    del state.by_contract[PAPER]
    return state


@pytest.mark.parametrize(
    ("law", "broken"),
    list(
        zip(
            LAWS,
            (
                lambda: _with(filed(), data_kind=DataKind.PUBLIC),
                lambda: _with(confirmed(), number=""),
                _contract_lost,
                _shown_and_hidden,
            ),
            strict=True,
        )
    ),
)
def test_each_law_sees_the_defect_that_it_is_for(law: Callable[[State], Any], broken: Callable[[], State]) -> None:
    assert list(law(confirmed())) == []
    assert list(law(broken())) != []
