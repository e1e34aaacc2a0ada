"""Short ways to refusals of the rooms of parties and rights that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stage import UNTIL, Stage
from test_persons import City

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.roles import Right, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.registering import register_rights
from mumian.market.trial import EVIDENCE, PURPOSE, uscc
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind, Relation
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX

Says = tuple[str, Any]
KEYS = tuple(f"{nth:02d}" + "A" * 41 + "=" for nth in range(10))


def key_revoked(s: Stage) -> Says:
    party = s.admit(PartyKind.LEGAL, Role.BUYER, key=KEYS[0])
    s.say(OPERATOR, parties.RegisterKey(party, KEYS[1]))
    s.say(OPERATOR, parties.RevokeKey(party, KEYS[0]))
    return OPERATOR, parties.RegisterKey(party, KEYS[0])


def keys_too_many(s: Stage) -> Says:
    party = s.admit(PartyKind.LEGAL, Role.BUYER, key=KEYS[0])
    for key in KEYS[1 : parties.KEYS_MAX]:
        s.say(OPERATOR, parties.RegisterKey(party, key))
    return OPERATOR, parties.RegisterKey(party, KEYS[9])


def group_too_large(s: Stage) -> Says:
    """Relate pairs, then pairs of pairs: a group of the largest size, and one more who would join it."""
    people = [s.admit(PartyKind.NATURAL, Role.BUYER) for _ in range(parties.GROUP_MAX + 1)]
    width = 1
    while width < parties.GROUP_MAX:
        for nth in range(0, parties.GROUP_MAX, 2 * width):
            s.say(OPERATOR, parties.RelateParties(people[nth], people[nth + width], Relation.AFFILIATED))
        width *= 2
    return OPERATOR, parties.RelateParties(people[0], people[-1], Relation.AFFILIATED)


def commitment_taken(s: Stage) -> Says:
    person = s.states.parties.parties[s.admit(PartyKind.NATURAL, Role.BUYER)]
    command = parties.AdmitParty(PartyKind.NATURAL, "", None, person.identity_commitment, (Role.BUYER,))
    return OPERATOR, command


def commitment_missing(_: Stage) -> Says:
    return OPERATOR, parties.AdmitParty(PartyKind.NATURAL, "", roles=(Role.BUYER,))


def applicant(kind: PartyKind, *roles: Role) -> Callable[[Stage], Says]:
    name, number = ("", None) if kind is PartyKind.NATURAL else ("公司", uscc(999))
    commitment = sha256_hex(b"someone") if kind is PartyKind.NATURAL else None
    return lambda _: (OPERATOR, parties.AdmitParty(kind, name, number, commitment, roles))


def related_by_the_same_word(s: Stage) -> Says:
    command = parties.RelateParties(s.world.merchant, s.world.insurer, Relation.CONTROLS)
    s.say(OPERATOR, command)
    return OPERATOR, command


def onward(s: Stage, *, links: int) -> tuple[str, list[PartyId]]:
    """Grant a right down a line of people; return the last grant and who stands above it."""
    holders, grant = [s.world.owners[0]], str(s.right(0, "use"))
    for _ in range(links):
        taker = s.admit(PartyKind.NATURAL, Role.BUYER)
        leaf = s.grant(holders[-1], grant, taker, onward=True)
        assert leaf.refused == ""
        grant = leaf.events[0].grant
        holders.append(taker)
    return grant, holders


def granting(s: Stage, grant: str, actor: str, taker: str) -> Says:
    command = rights.GrantRight(grant, PartyId(taker), Right.USE, (PURPOSE,), (), (), s.now, UNTIL, False, EVIDENCE)
    return actor, command


def circle(s: Stage) -> Says:
    grant, holders = onward(s, links=2)
    return granting(s, grant, holders[-1], holders[0])


def chain_too_long(s: Stage) -> Says:
    grant, holders = onward(s, links=CHAIN_LINKS_MAX)
    return granting(s, grant, holders[-1], s.world.insurer)


def clinics_right(c: City) -> str:
    registry = c.admit(PartyKind.LEGAL, Role.REGISTRY)
    return register_rights(c.script, registry, c.clinic, c.data, SourceType.SELF_GENERATED, Right)[Right.USE]


def on_consent(c: City, parent: str, taker: str, purpose: str, consent: str) -> rights.GrantRight:
    scope = (Right.USE, (purpose,), (), (), c.now, c.now + DAY_MS, True, EVIDENCE)
    return rights.GrantRight(parent, PartyId(taker), *scope, consent=consent)


def beyond_consent(c: City) -> Says:
    """Grant for a purpose that Ann was told of and did not consent to."""
    return c.clinic, on_consent(c, clinics_right(c), c.merchant, "risk", c.consented())


def consent_of_another(c: City) -> Says:
    """Grant onward on a consent that was given to the clinic, not to its merchant."""
    consent = c.consented()
    grant = c.made(c.clinic, on_consent(c, clinics_right(c), c.merchant, "care", ""), "grant")
    return c.merchant, on_consent(c, grant, c.broker, "care", consent)


STAGED: dict[str, Callable[[Stage], Says]] = {
    "parties.OPERATOR_STAYS": lambda _: (OPERATOR, parties.ExitParty(OPERATOR)),
    "parties.COMMITMENT_MISSING": commitment_missing,
    "parties.COMMITMENT_TAKEN": commitment_taken,
    "parties.ROLE_NEEDS_ORGANISATION": applicant(PartyKind.NATURAL, Role.REGISTRY),
    "parties.OPERATOR_IS_NO_MERCHANT": applicant(PartyKind.LEGAL, Role.DATA_MERCHANT, Role.PUBLIC_DATA_OPERATOR),
    "parties.KEY_REVOKED": key_revoked,
    "parties.KEYS_TOO_MANY": keys_too_many,
    "parties.RELATION_EXISTS": related_by_the_same_word,
    "parties.GROUP_TOO_LARGE": group_too_large,
    "rights.CIRCLE": circle,
    "rights.CHAIN_TOO_LONG": chain_too_long,
}
AMONG_PERSONS: dict[str, Callable[[City], Says]] = {
    "rights.CONSENT_OF_ANOTHER": consent_of_another,
    "rights.BEYOND_CONSENT": beyond_consent,
}
