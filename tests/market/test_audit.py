"""An operator who rewrites the journal and signs it anew is found out by whoever derives it again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opening import T0

from mumian.journal.sqlite import SqliteStore
from mumian.journal.tree import Frontier, leaf_hashes
from mumian.kernel.time import DAY_MS
from mumian.market.audit import Audit, Claim, audit
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken, sign_envelope, trust
from mumian.market.keys import public_text
from mumian.market.leaf import Leaf, decode_leaf, leaf_bytes
from mumian.market.sequencer import Sequencer
from mumian.market.trial import ORIGIN, World
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger.model import PostPending
from mumian.rooms.parties.model import RegisterKey

KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
Leaves = list[Leaf]


@pytest.fixture
def leaves(market: Sequencer, world: World) -> Leaves:
    """A trial market's leaves; the last three: a key registered, an order signed by it, a refusal signed by it."""
    order = exchange.PlaceOrder(world.report_listing, 1, T0 + 200 * DAY_MS, 10**9)
    market.handle_all(
        [Spoken(Envelope("audit-0001", world.insurer, RegisterKey(world.insurer, public_text(KEY))), "door:t")]
    )
    for id_, command in (("audit-0002", order), ("audit-0003", PostPending("transfer-1"))):
        spoken = trust(
            sign_envelope(Envelope(id_, world.insurer, command), KEY, origin=ORIGIN), origin=ORIGIN, door="t"
        )
        assert isinstance(spoken, Spoken)
        market.handle_all([spoken])
    return [market.leaf(seq) for seq in range(market.size)]


def audited(entries: list[bytes]) -> Audit:
    """Audit entries under a checkpoint that fits them: only what they say can be wrong."""
    frontier = Frontier()
    frontier.extend(leaf_hashes(entries))
    scratch = SqliteStore(":memory:")
    claim = Claim(ORIGIN, len(entries), frontier.root().hex())
    found = audit(entries, None, claim, body=lambda _: None, scratch=scratch)
    scratch.close()
    return found


def test_the_journal_as_it_is_holds(leaves: Leaves) -> None:
    assert audited([leaf_bytes(leaf) for leaf in leaves]).fault is None


def changed(leaves: Leaves, nth: int, **fields: object) -> Leaves:
    leaf = msgspec.structs.replace(leaves[nth], **fields)
    return [leaf if each is leaves[nth] else each for each in leaves]


def an_event_worth_more(leaves: Leaves) -> Leaves:
    placed, *rest = leaves[-2].events
    return changed(leaves, -2, events=(msgspec.structs.replace(placed, escrow_fen=1), *rest))


REWRITES: dict[str, tuple[Callable[[Leaves], Leaves], int, str]] = {
    "an event changed": (an_event_worth_more, -2, "decisions_come_out_the_same"),
    "an event left out": (lambda ls: changed(ls, -2, events=ls[-2].events[:1]), -2, "decisions_come_out_the_same"),
    "an acceptance made a refusal": (
        lambda ls: changed(ls, -2, events=(), refused="ledger.NO_OVERDRAFT"),
        -2,
        "decisions_come_out_the_same",
    ),
    "a refusal renamed": (
        lambda ls: changed(ls, -1, refused="ledger.NO_OVERDRAFT"),
        -1,
        "decisions_come_out_the_same",
    ),
    "a signed command changed": (
        lambda ls: changed(ls, -2, command=msgspec.structs.replace(ls[-2].command, quantity=2)),
        -2,
        "signatures_fit",
    ),
    "a signed id changed": (lambda ls: changed(ls, -2, id="audit-0009"), -2, "signatures_fit"),
    "a signature taken away": (lambda ls: changed(ls, -2, signature=None), -2, "signatures_fit"),
    "a door in place of a signature": (
        lambda ls: changed(ls, -2, signature=None, by="door:t"),
        -2,
        "decisions_come_out_the_same",
    ),
    "a leaf left out": (lambda ls: ls[:-2] + ls[-1:], -2, "numbers_have_no_gap"),
    "two leaves exchanged": (lambda ls: [*ls[:-2], ls[-1], ls[-2]], -2, "numbers_have_no_gap"),
    "a leaf said twice": (lambda ls: [*ls, ls[-1]], 0, "numbers_have_no_gap"),
    "a leaf said twice under a new number": (
        lambda ls: [*ls, msgspec.structs.replace(ls[-2], seq=len(ls))],
        0,
        "decisions_come_out_the_same",
    ),
    "an instant that goes back": (lambda ls: changed(ls, -2, at=ls[-2].at - 1), -2, "time_never_goes_back"),
    "another market's opening": (
        lambda ls: changed(ls, 0, command=msgspec.structs.replace(ls[0].command, origin="mumian.example/other")),
        None,
        "the_journal_is_this_markets",
    ),
}


@pytest.mark.parametrize(("rewrite", "nth", "law"), REWRITES.values(), ids=REWRITES)
def test_a_rewritten_leaf_is_named_with_the_law_it_breaks(
    leaves: Leaves, rewrite: Callable[[Leaves], Leaves], nth: int | None, law: str
) -> None:
    fault = audited([leaf_bytes(leaf) for leaf in rewrite(leaves)]).fault
    assert fault is not None
    assert fault.law == law
    assert fault.seq == (0 if nth is None else len(leaves) + nth)


@pytest.mark.parametrize(
    ("old", "new", "law"),
    [
        (b'{"actor"', b'{ "actor"', "leaves_are_canonical"),
        (b'"seq":', b'"note":1,"seq":', "leaves_are_commands"),
        (b'"type":"ledger.PostPending"', b'"type":"ledger.PrintMoney"', "leaves_are_commands"),
        (b"}", b"", "leaves_are_commands"),
        (b'"seq":', b'"seq":1e0,"seq":', "leaves_are_commands"),
    ],
)
def test_bytes_that_no_market_writes_are_named(leaves: Leaves, old: bytes, new: bytes, law: str) -> None:
    entries = [leaf_bytes(leaf) for leaf in leaves]
    entries[-1] = entries[-1].replace(old, new, 1)
    fault = audited(entries).fault
    assert fault is not None
    assert (fault.seq, fault.law) == (len(leaves) - 1, law)


def test_a_cut_journal_and_a_foreign_root_are_named(leaves: Leaves) -> None:
    entries = [leaf_bytes(leaf) for leaf in leaves]
    for claim, law in (
        (Claim(ORIGIN, len(entries) + 1, "00"), "the_journal_is_whole"),
        (Claim(ORIGIN, len(entries), "00" * 32), "the_root_is_that_of_the_leaves"),
    ):
        scratch = SqliteStore(":memory:")
        fault = audit(entries, None, claim, body=lambda _: None, scratch=scratch).fault
        scratch.close()
        assert fault is not None
        assert (fault.seq, fault.law) == (-1, law)


def test_a_tile_that_has_another_hash_is_named(leaves: Leaves) -> None:
    entries = [leaf_bytes(leaf) for leaf in leaves]
    hashes = leaf_hashes(entries)
    hashes[7] = bytes(32)
    scratch = SqliteStore(":memory:")
    fault = audit(entries, hashes, Claim(ORIGIN, len(entries), ""), body=lambda _: None, scratch=scratch).fault
    scratch.close()
    assert fault is not None
    assert (fault.seq, fault.law) == (7, "leaves_hash_to_the_tree")


def test_every_leaf_reads_back(leaves: Leaves) -> None:
    assert [decode_leaf(leaf_bytes(leaf)) for leaf in leaves] == leaves
