"""Decision table of auctions: one line a case."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, ListingId, PartyId, ProductId
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.policy.contract import Clauses, ContractModel, Ownership
from mumian.rooms.auctions.bidding import BIDDERS_MAX
from mumian.rooms.auctions.decide import decide
from mumian.rooms.auctions.evolve import evolve
from mumian.rooms.auctions.laws import LAWS
from mumian.rooms.auctions.model import (
    AuctionClosed,
    BidderSeen,
    BidFacts,
    BidPlaced,
    CloseAuction,
    ClosingFacts,
    Command,
    CommitBid,
    Event,
    ListingFacts,
    OpenAuction,
    PlaceBid,
    RevealBid,
    State,
    WithdrawAuction,
)
from mumian.rooms.auctions.model import AuctionRefusal as R
from mumian.rooms.auctions.opening import defect_of
from mumian.rooms.auctions.records import (
    AuctionId,
    AuctionState,
    Kind,
    Outcome,
    PassedOver,
    Reason,
    Sealed,
    Terms,
    commitment_of,
)

NOW, HOUR = 1_790_000_000_000, DAY_MS // 24
UNTIL = NOW + 2 * DAY_MS
DIGEST, SALT = "c0" * 32, "5a" * 32
SELLER, ANN, BOB, CAT, DAN = (PartyId(name) for name in ("seller", "ann", "bob", "cat", "dan"))
KEY, LISTING = AuctionId("auction-9"), ListingId("listing-1")
CLAUSES = Clauses(ContractModel.PROVISION, ("risk",), "CN", NOW + 300 * DAY_MS)


def terms(kind: Kind = Kind.ENGLISH) -> Terms:
    made = Terms(kind, 1, 1_000, 300, UNTIL, 30, CLAUSES, DIGEST)
    match kind:
        case Kind.ENGLISH:
            return replace(made, increment_fen=50, extension_minutes=60, latest_close=UNTIL + 3 * HOUR)
        case Kind.DUTCH:
            return replace(made, deposit_fen=0, start_fen=2_000, step_fen=100, step_minutes=60)
        case Kind.UNIFORM:
            return replace(made, units=2, reveal_until=UNTIL + DAY_MS)
        case _:
            return replace(made, reveal_until=UNTIL + DAY_MS)


def by(actor: str, *, now: int = NOW) -> Facts:
    return Facts(seq=9, now=now, actor=PartyId(actor))


def shelf(actor: str = SELLER, *, seller: str = SELLER, mode: str = "auction", state: str = "open") -> ListingFacts:
    seen = {"product": ProductId("product-1"), "seller": PartyId(seller), "mode": mode, "state": state}
    return ListingFacts(seq=9, now=NOW, actor=PartyId(actor), purposes=("risk",), **seen)


def bidding(actor: str, *, now: int = NOW, seq: int = 20, cash_fen: int = 10_000, **changes: object) -> BidFacts:
    seen = BidFacts(seq=seq, now=now, actor=PartyId(actor), is_buyer=True, is_open=True, cash_fen=cash_fen)
    return replace(seen, **changes)


def closing(state: State, *, is_open: bool = True, **changes: BidderSeen) -> ClosingFacts:
    """Everybody may win and can pay 10,000 fen, but for those who are named."""
    bidders = [PartyId(key.partition("/")[2]) for key, _ in state.entries.under(f"{KEY}/")]
    seen = tuple(
        changes.get(each, BidderSeen(each, is_related=False, is_broken=False, funds_fen=10_000)) for each in bidders
    )
    return ClosingFacts(seq=90, now=UNTIL + 2 * DAY_MS, actor=MARKET, is_open=is_open, bidders=seen)


def do(state: State, command: Command, facts: Facts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        assert msgspec.json.decode(canonical(event), type=Event) == event
        evolve(state, event)
    assert [place for law in LAWS for place in law(state)] == []
    return events


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def opened(kind: Kind = Kind.ENGLISH) -> State:
    state = empty()
    do(state, OpenAuction(LISTING, terms(kind)), shelf())
    return state


def sealed(who: str, fen: int, salt: str = SALT) -> CommitBid:
    return CommitBid(KEY, commitment_of(Sealed(KEY, PartyId(who), fen, salt)))


def committed(kind: Kind = Kind.SECOND_PRICE, **bids: int) -> State:
    state = opened(kind)
    for seq, (who, fen) in enumerate(bids.items(), 20):
        do(state, sealed(who, fen), bidding(who, seq=seq))
    return state


def revealed(kind: Kind = Kind.SECOND_PRICE, **bids: int) -> State:
    state = committed(kind, **bids)
    for who, fen in bids.items():
        do(state, RevealBid(KEY, fen, SALT), by(who, now=UNTIL))
    return state


def closed(state: State, *, is_open: bool = True, **changes: BidderSeen) -> AuctionClosed:
    (event,) = do(state, CloseAuction(KEY), closing(state, is_open=is_open, **changes))
    assert isinstance(event, AuctionClosed)
    return event


def outbid() -> State:
    state = opened()
    do(state, PlaceBid(KEY, 1_000), bidding(ANN))
    return state


def falling() -> State:
    return opened(Kind.DUTCH)


def one_sealed() -> State:
    return committed(ann=1_500)


def full() -> State:
    state = opened()
    state.auctions[KEY] = replace(state.auctions[KEY], bidders=BIDDERS_MAX)
    return state


def over() -> State:
    state = outbid()
    closed(state)
    return state


def called_off() -> State:
    state = opened()
    do(state, WithdrawAuction(KEY), by(SELLER))
    return state


BID = PlaceBid(KEY, 1_000)
ODD = Terms(Kind.ENGLISH, 2, 1_000, 300, UNTIL, 30, CLAUSES, DIGEST)

REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (outbid, CloseAuction(KEY), by(SELLER), R.ONLY_THE_MARKET),
    (empty, OpenAuction(LISTING, terms()), ListingFacts(seq=9, now=NOW, actor=SELLER), R.LISTING_UNKNOWN),
    (empty, BID, bidding(ANN), R.AUCTION_UNKNOWN),
    (empty, RevealBid(KEY, 1, SALT), by(ANN), R.AUCTION_UNKNOWN),
    (empty, WithdrawAuction(KEY), by(SELLER), R.AUCTION_UNKNOWN),
    (empty, CloseAuction(KEY), closing(empty()), R.AUCTION_UNKNOWN),
    (empty, OpenAuction(LISTING, terms()), shelf(ANN), R.NOT_YOURS),
    (opened, WithdrawAuction(KEY), by(ANN), R.NOT_YOURS),
    (opened, BID, bidding(ANN, is_buyer=False), R.NOT_A_BUYER),
    (opened, BID, bidding(ANN, relation=(SELLER, ANN)), R.RELATED_BIDDER),
    (empty, OpenAuction(LISTING, terms()), shelf(mode="fixed"), R.NOT_FOR_AUCTION),
    (empty, OpenAuction(LISTING, terms()), shelf(state="suspended"), R.NOT_FOR_AUCTION),
    (opened, BID, bidding(ANN, is_open=False), R.NOT_FOR_AUCTION),
    (opened, BID, bidding(ANN, is_broken=True), R.NOT_FOR_AUCTION),
    (opened, OpenAuction(LISTING, terms()), shelf(), R.AUCTION_RUNS),
    (empty, OpenAuction(LISTING, ODD), shelf(), R.TERMS_UNSOUND),
    (
        empty,
        OpenAuction(LISTING, replace(terms(), clauses=replace(CLAUSES, purposes=("other",)))),
        shelf(),
        R.PURPOSE_OUTSIDE,
    ),
    (over, BID, bidding(ANN), R.AUCTION_STATE_FORBIDS),
    (over, CloseAuction(KEY), closing(empty()), R.AUCTION_STATE_FORBIDS),
    (called_off, BID, bidding(ANN), R.AUCTION_STATE_FORBIDS),
    (opened, sealed(ANN, 1), bidding(ANN), R.WRONG_KIND),
    (one_sealed, BID, bidding(BOB), R.WRONG_KIND),
    (opened, RevealBid(KEY, 1, SALT), by(ANN), R.WRONG_KIND),
    (one_sealed, RevealBid(KEY, 1_500, SALT), by(ANN, now=UNTIL - 1), R.TOO_EARLY),
    (opened, BID, bidding(ANN, now=UNTIL), R.TOO_LATE),
    (one_sealed, sealed(BOB, 1_500), bidding(BOB, now=UNTIL), R.TOO_LATE),
    (opened, PlaceBid(KEY, 999), bidding(ANN), R.BID_TOO_LOW),
    (outbid, PlaceBid(KEY, 1_049), bidding(BOB), R.BID_TOO_LOW),
    (falling, PlaceBid(KEY, 1_899), bidding(ANN, now=NOW + HOUR), R.BID_TOO_LOW),
    (falling, PlaceBid(KEY, 1_900), bidding(ANN, now=NOW + HOUR, cash_fen=1_899), R.FUNDS_MISSING),
    (opened, PlaceBid(KEY, 10**15), bidding(ANN), R.FUNDS_MISSING),
    (outbid, PlaceBid(KEY, 2_000), bidding(ANN, cash_fen=1_699), R.FUNDS_MISSING),
    (one_sealed, sealed(ANN, 9_000), bidding(ANN), R.COMMITTED_ALREADY),
    (one_sealed, RevealBid(KEY, 1_500, SALT), by(BOB, now=UNTIL), R.NOTHING_COMMITTED),
    (lambda: revealed(ann=1_500), RevealBid(KEY, 1_500, SALT), by(ANN, now=UNTIL), R.REVEALED_ALREADY),
    (one_sealed, RevealBid(KEY, 1_501, SALT), by(ANN, now=UNTIL), R.COMMITMENT_DIFFERS),
    (one_sealed, RevealBid(KEY, 1_500, "00" * 32), by(ANN, now=UNTIL), R.COMMITMENT_DIFFERS),
    (full, BID, bidding(BOB), R.BIDDERS_FULL),
    (outbid, WithdrawAuction(KEY), by(SELLER), R.BIDS_STAND),
]


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS)
def test_auctions_refuse_by_name(state: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_auctions_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


@pytest.mark.parametrize(
    ("kind", "changes", "defect"),
    [
        (Kind.ENGLISH, {"units": 2}, "units"),
        (Kind.UNIFORM, {"units": 65}, "units"),
        (Kind.ENGLISH, {"bids_until": NOW}, "bids_until"),
        (Kind.ENGLISH, {"bids_until": NOW + 91 * DAY_MS}, "bids_until"),
        (Kind.ENGLISH, {"reveal_until": UNTIL + 1}, "reveal_until"),
        (Kind.UNIFORM, {"reveal_until": UNTIL}, "reveal_until"),
        (Kind.UNIFORM, {"reveal_until": UNTIL + HOUR - 1}, "reveal_until"),
        (Kind.ENGLISH, {"latest_close": UNTIL - 1}, "latest_close"),
        (Kind.DUTCH, {"latest_close": UNTIL + 1}, "latest_close"),
        (Kind.DUTCH, {"extension_minutes": 1}, "extension_minutes"),
        (Kind.ENGLISH, {"increment_fen": 0}, "increment_fen"),
        (Kind.DUTCH, {"start_fen": 999}, "start_fen"),
        (Kind.DUTCH, {"step_fen": 0}, "step_fen"),
        (Kind.ENGLISH, {"step_minutes": 1}, "step_minutes"),
        (Kind.UNIFORM, {"deposit_fen": 0}, "deposit_fen"),
        (Kind.DUTCH, {"deposit_fen": 1}, "deposit_fen"),
        (Kind.DUTCH, {"order_days": 301}, "order_days"),
        (Kind.DUTCH, {"clauses": replace(CLAUSES, model=ContractModel.FUSION)}, "clauses"),
        (Kind.DUTCH, {"clauses": replace(CLAUSES, ownership=Ownership.EACH)}, "clauses"),
        (Kind.DUTCH, {"clauses": replace(CLAUSES, use_until=UNTIL)}, "clauses"),
    ],
)
def test_terms_that_do_not_go_together_are_named(kind: Kind, changes: dict[str, object], defect: str) -> None:
    assert defect_of(terms(kind), now=NOW) == ""
    assert defect_of(replace(terms(kind), **changes), now=NOW) == defect


def test_a_late_bid_puts_the_end_off_but_not_beyond_the_latest() -> None:
    state = opened()
    (first,) = do(state, PlaceBid(KEY, 1_000), bidding(ANN, now=UNTIL - 2 * HOUR))
    (late,) = do(state, PlaceBid(KEY, 1_050), bidding(BOB, now=UNTIL - 1))
    assert isinstance(first, BidPlaced)
    assert isinstance(late, BidPlaced)
    assert (first.closes_at, first.clocks) == (UNTIL, ())
    assert late.closes_at == UNTIL - 1 + HOUR
    (again,) = do(state, PlaceBid(KEY, 1_100), bidding(ANN, now=UNTIL - 2 + HOUR))
    assert isinstance(again, BidPlaced)
    assert (again.deposit, again.deposit_fen) == (first.deposit, 0)
    for fen, hour in ((1_150, 1), (1_200, 2)):
        (last,) = do(state, PlaceBid(KEY, fen), bidding(BOB, now=state.auctions[KEY].closes_at - hour))
    assert isinstance(last, BidPlaced)
    assert last.closes_at == UNTIL + 3 * HOUR == terms().latest_close


def test_the_highest_bid_of_an_english_auction_pays_itself() -> None:
    state = outbid()
    do(state, PlaceBid(KEY, 1_500), bidding(BOB, seq=21))
    event = closed(state)
    assert (event.outcome, event.winners, event.price_fen, event.runner_up_fen) == (Outcome.SOLD, (BOB,), 1_500, 1_000)
    assert (event.returned, event.forfeited) == (("bid-20", "bid-21"), ())


def test_the_first_who_takes_what_a_falling_price_asks_has_it_at_once() -> None:
    state = falling()
    placed, event = do(state, PlaceBid(KEY, 5_000), bidding(ANN, now=NOW + 3 * HOUR))
    assert isinstance(placed, BidPlaced)
    assert isinstance(event, AuctionClosed)
    assert (placed.amount_fen, event.price_fen, event.winners) == (1_700, 1_700, (ANN,))
    unsold = closed(falling())
    assert (unsold.outcome, unsold.winners) == (Outcome.UNSOLD, ())


def test_the_highest_sealed_bid_pays_the_second_or_the_reserve() -> None:
    assert closed(revealed(ann=1_500, bob=1_700, cat=1_200)).price_fen == 1_500
    assert closed(revealed(ann=900, bob=1_700)).price_fen == 1_000
    assert closed(revealed(ann=900, bob=999)).outcome is Outcome.UNSOLD
    assert closed(opened(Kind.SECOND_PRICE)).outcome is Outcome.UNSOLD


def test_equal_bids_go_to_whoever_committed_first() -> None:
    event = closed(revealed(bob=1_500, ann=1_500))
    assert (event.winners, event.price_fen) == ((BOB,), 1_500)


def test_capped_licences_go_to_the_highest_at_one_price() -> None:
    event = closed(revealed(Kind.UNIFORM, ann=1_500, bob=1_700, cat=1_200, dan=1_100))
    assert (event.winners, event.price_fen) == ((BOB, ANN), 1_200)
    assert closed(revealed(Kind.UNIFORM, ann=1_500)).winners == (ANN,)


def test_whoever_does_not_reveal_loses_its_deposit_and_its_bid() -> None:
    state = committed(ann=1_500, bob=9_000)
    do(state, RevealBid(KEY, 1_500, SALT), by(ANN, now=UNTIL))
    event = closed(state)
    assert (event.winners, event.price_fen) == ((ANN,), 1_000)
    assert event.passed_over == (PassedOver(BOB, Reason.UNREVEALED),)
    assert (event.returned, event.forfeited) == (("bid-20",), ("bid-21",))


def test_whoever_cannot_pay_is_passed_over_and_the_next_in_line_wins() -> None:
    poor = BidderSeen(BOB, is_related=False, is_broken=False, funds_fen=1_499)
    event = closed(revealed(ann=1_500, bob=1_700, cat=1_200), bob=poor)
    assert (event.winners, event.price_fen) == ((ANN,), 1_200)
    assert event.passed_over == (PassedOver(BOB, Reason.UNFUNDED),)
    assert event.forfeited == ("bid-21",)
    enough = replace(poor, funds_fen=1_500)
    assert closed(revealed(ann=1_500, bob=1_700, cat=1_200), bob=enough).winners == (BOB,)


def test_relations_and_broken_rights_that_came_to_light_since_are_passed_over_without_a_fine() -> None:
    shill = BidderSeen(BOB, is_related=True, is_broken=False, funds_fen=10_000)
    banned = BidderSeen(CAT, is_related=False, is_broken=True, funds_fen=10_000)
    event = closed(revealed(ann=1_500, bob=1_700, cat=1_600), bob=shill, cat=banned)
    assert (event.winners, event.price_fen, event.forfeited) == ((ANN,), 1_000, ())
    assert event.passed_over == (PassedOver(BOB, Reason.RELATED), PassedOver(CAT, Reason.RIGHT_BROKEN))


def test_whoever_left_the_market_forfeits_and_whom_the_exchange_put_out_does_not() -> None:
    gone = BidderSeen(BOB, is_related=False, is_broken=False, funds_fen=10_000, is_buyer=False, has_left=True)
    out = BidderSeen(CAT, is_related=False, is_broken=False, funds_fen=10_000, is_buyer=False)
    event = closed(revealed(ann=1_500, bob=1_700, cat=1_600), bob=gone, cat=out)
    assert (event.winners, event.price_fen) == ((ANN,), 1_000)
    assert event.passed_over == (PassedOver(BOB, Reason.LEFT), PassedOver(CAT, Reason.NOT_A_BUYER))
    assert event.forfeited == ("bid-21",)


def test_a_close_that_comes_when_the_licence_would_be_over_sells_nothing() -> None:
    state = revealed(ann=1_500)
    late = replace(closing(state), now=CLAUSES.use_until)
    (event,) = do(state, CloseAuction(KEY), late)
    assert isinstance(event, AuctionClosed)
    assert (event.outcome, event.returned) == (Outcome.LISTING_CLOSED, ("bid-20",))


def test_a_deposit_counts_towards_the_next_bid_of_its_bidder() -> None:
    state = outbid()
    (event,) = do(state, PlaceBid(KEY, 2_000), bidding(ANN, cash_fen=1_700))
    assert isinstance(event, BidPlaced)


def test_nothing_is_sold_once_the_listing_is_closed_and_every_deposit_goes_back() -> None:
    state = committed(ann=1_500, bob=1_700)
    event = closed(state, is_open=False)
    assert (event.outcome, event.winners, event.forfeited) == (Outcome.LISTING_CLOSED, (), ())
    assert event.returned == ("bid-20", "bid-21")
    assert state.auctions[KEY].state is AuctionState.CLOSED


def test_a_commitment_of_one_bidder_or_auction_is_none_of_another() -> None:
    own = Sealed(KEY, ANN, 1_500, SALT)
    others = (replace(own, bidder=BOB), replace(own, auction=AuctionId("auction-8")), replace(own, salt="00" * 32))
    assert len({commitment_of(each) for each in (own, *others)}) == 4
    state = committed(ann=1_500)
    do(state, CommitBid(KEY, commitment_of(own)), bidding(BOB, seq=30))  # copied
    answer = decide(state, RevealBid(KEY, 1_500, SALT), by(BOB, now=UNTIL))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.COMMITMENT_DIFFERS


@pytest.mark.parametrize("seed", range(20))
def test_closing_is_what_striking_off_one_by_one_gives(seed: int) -> None:
    """The slow way: strike off whoever cannot pay at the price of the rest, from the best down, until nobody has to be."""
    rng = random.Random(seed)
    kind = rng.choice((Kind.SECOND_PRICE, Kind.UNIFORM))
    bids = {f"b{nth}": rng.randrange(900, 1_400) for nth in range(rng.randrange(1, 7))}
    funds = {who: rng.choice((900, 1_100, 1_250, 2_000)) for who in bids}
    state = revealed(kind, **bids)
    seen = {
        who: BidderSeen(PartyId(who), is_related=False, is_broken=False, funds_fen=fen) for who, fen in funds.items()
    }
    event = closed(state, **seen)
    left, units = dict(bids), terms(kind).units
    while True:
        ranked = sorted((who for who, fen in left.items() if fen >= 1_000), key=lambda who: -left[who])
        winners, rest = ranked[:units], ranked[units:]
        price = left[rest[0]] if rest else 1_000
        poor = [who for who in winners if funds[who] < price]
        if not poor:
            break
        del left[poor[0]]
    assert list(event.winners) == winners
    assert event.price_fen == (price if winners else 0)


def test_each_law_of_auctions_sees_the_defect_that_it_is_for() -> None:
    state = over()
    auction = state.auctions[KEY]
    state.auctions[KEY] = replace(auction, price_fen=999, highest_fen=1_001)
    state.running[LISTING] = KEY
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)
