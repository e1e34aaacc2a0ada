"""Related parties (关联方): the closure over control, shares and affiliation that keeps operators and merchants apart.

A step counts when one end controls or is affiliated with the other, or holds at least a threshold of it. Shares are not
multiplied along a path: a stake that reaches the threshold carries the whole stake behind it.
No path leads through a public body: enterprises are not related by state control alone.
Source: 公司法 (2023) 第265条(四); 国家税务总局公告2016年第42号 第二条 for the threshold and the rule on indirect shares.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.rooms.parties.model import ANYBODY, Authority, Link, PartyKind, Relation, State

CONTROL_BP = 2_500
"""Share from which a holding relates two parties, in basis points. A setting of this market: S3 names no figure."""


def reach(
    state: State, party: PartyId, *, control_bp: int, by: frozenset[Authority] = ANYBODY
) -> dict[PartyId, Link | None]:
    """Return every party that `party` is related to, itself first, each with the link that reached it (shortest first).

    by: whose word counts. At most `GROUP_MAX` parties, since a relation that would exceed it is refused; cycles end because a party is met once.
    """
    reached: dict[PartyId, Link | None] = {party: None}
    waiting = deque([party])
    while waiting:
        here = waiting.popleft()
        if here != party and state.parties[here].kind is PartyKind.PUBLIC_BODY:
            continue
        for link in links_of(state, here):
            there = other_end(link, here)
            if there not in reached and link.by in by and counts(link, control_bp=control_bp):
                reached[there] = link
                waiting.append(there)
    return reached


def links_of(state: State, party: PartyId) -> Iterator[Link]:
    """Yield every relation of `party`, first those that it has to others, then those that others have to it."""
    for _, link in state.links.under(f"{party}/"):
        yield link
    for _, key in state.links_to.under(f"{party}/"):
        yield state.links[key]


def counts(link: Link, *, control_bp: int) -> bool:
    """Tell whether a relation makes its ends related parties."""
    return link.relation is not Relation.HOLDS_SHARES or link.share_bp >= control_bp


def other_end(link: Link, party: PartyId) -> PartyId:
    return link.other if link.party == party else link.party
