"""What people say of themselves and of their money: parties, oversight, ledger."""

from __future__ import annotations

from datetime import date

from mumian.kernel.ids import OPERATOR, AccountId, PartyId, TransferId
from mumian.kernel.roles import Role
from mumian.kernel.time import day_of
from mumian.market.reactions.money import AT_FIRST
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import ORIGIN, uscc
from mumian.rooms.ledger import model as ledger
from mumian.rooms.oversight import model as oversight
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind, Relation, SuspensionReason
from mumian.rulebook.calendar import Year
from mumian.rulebook.rules import RULEBOOK_VERSION, VERSIONS, load

PROFILES: tuple[tuple[PartyKind, tuple[Role, ...]], ...] = (
    (PartyKind.LEGAL, (Role.SUPPLIER,)),
    (PartyKind.LEGAL, (Role.SUPPLIER,)),
    (PartyKind.LEGAL, (Role.DATA_MERCHANT,)),
    (PartyKind.LEGAL, (Role.BUYER,)),
    (PartyKind.LEGAL, (Role.BUYER,)),
    (PartyKind.LEGAL, (Role.BUYER, Role.DATA_MERCHANT)),
    (PartyKind.LEGAL, (Role.DATA_MERCHANT, Role.SERVICE_PROVIDER)),
    (PartyKind.LEGAL, (Role.PUBLIC_DATA_OPERATOR,)),
    (PartyKind.LEGAL, (Role.REGISTRY,)),
    (PartyKind.PUBLIC_BODY, (Role.PUBLIC_BODY,)),
    (PartyKind.PUBLIC_BODY, (Role.REGULATOR,)),
    (PartyKind.NATURAL, (Role.BUYER, Role.SUPPLIER)),
)


def admit(s: Scene) -> Said:
    kind, roles = s.one(PROFILES)
    key = s.new_key() if s.chance(150) else None
    if kind is PartyKind.NATURAL:
        return Said(OPERATOR, parties.AdmitParty(kind, "", None, s.digest(), roles, key))
    s.companies += 1
    name = f"公司{s.companies}"
    return Said(OPERATOR, parties.AdmitParty(kind, name, uscc(s.companies), None, roles, key))


def register_key(s: Scene) -> Said:
    party = s.pick("party")
    return Said(s.one((party, OPERATOR)), parties.RegisterKey(PartyId(party), s.new_key()))


def revoke_key(s: Scene) -> Said | None:
    party = s.pick("party")
    record = s.states.parties.parties.get(party)
    if record is None or not record.keys:
        return None
    return Said(party, parties.RevokeKey(PartyId(party), s.one(record.keys)))


def relate(s: Scene) -> Said:
    party, other, relation = s.pick("party"), s.pick("party"), s.one(tuple(Relation))
    actor = s.one((party, other, OPERATOR, s.who(Role.REGULATOR)))
    return Said(actor, parties.RelateParties(PartyId(party), PartyId(other), relation, s.one((0, 1, 2_500, 10_000))))


def end_relation(s: Scene) -> Said | None:
    if not s.links:
        return None
    link = s.fresh(s.links)
    actor = s.one((link.party, link.other, OPERATOR, s.who(Role.REGULATOR)))
    return Said(actor, parties.EndRelation(link.party, link.other, link.relation))


def suspend(s: Scene) -> Said:
    actor = s.one((OPERATOR, s.who(Role.REGULATOR)))
    return Said(actor, parties.SuspendParty(PartyId(s.pick("party")), s.one(tuple(SuspensionReason))))


def reinstate(s: Scene) -> Said:
    actor = s.one((OPERATOR, s.who(Role.REGULATOR), s.who(Role.REGULATOR)))
    return Said(actor, parties.ReinstateParty(PartyId(s.pick("suspended"))))


def leave(s: Scene) -> Said:
    party = s.pick("party")
    return Said(s.one((party, OPERATOR)), parties.ExitParty(PartyId(party)))


def assign_roles(s: Scene) -> Said:
    _, roles = s.one(PROFILES)
    return Said(OPERATOR, parties.AssignRoles(PartyId(s.pick("party")), roles))


def adopt_rulebook(s: Scene) -> Said:
    actor = s.one((OPERATOR, s.who(Role.REGULATOR), s.pick("party")))
    version = s.one((*VERSIONS, "2019.1"))
    digest = load(version).digest() if version in VERSIONS and s.chance(900) else "0" * 64
    return Said(actor, oversight.AdoptRulebook(version, digest))


def announce_holidays(s: Scene) -> Said:
    """Announce one of the next years, mostly as a year without made-up days, sometimes wrongly."""
    actor = s.one((OPERATOR, s.who(Role.REGULATOR), s.pick("party")))
    days = tuple(sorted({f"{s.rng.randrange(1, 13):02d}-{s.rng.randrange(1, 29):02d}" for _ in range(12)}))
    year = day_of(s.now).year + s.rng.randrange(3)
    on = tuple(day for day in days if date.fromisoformat(f"{year}-{day}").weekday() > 4)[:2]
    off = tuple(day for day in days if day not in on)
    return Said(actor, oversight.AnnounceHolidays(Year(year, off, on), s.digest()))


def open_again(s: Scene) -> Said:
    return Said(
        OPERATOR,
        oversight.OpenMarket(ORIGIN, "试点数据交易所", uscc(0), s.one((RULEBOOK_VERSION, "trial")), load().digest()),
    )


def admit_operator(s: Scene) -> Said:
    return Said(s.pick("party"), parties.AdmitOperator("另一家交易所", uscc(1)))


def _account(s: Scene, party: str, purpose: ledger.Purpose) -> AccountId:
    found: AccountId | None = s.states.ledger.by_owner.get(f"{party}/{purpose.value}")
    return found or AccountId("account-999999999")


def deposit(s: Scene) -> Said:
    """Money that arrived at the exchange's bank is mirrored."""
    bank = _account(s, OPERATOR, ledger.Purpose.BANK)
    cash = _account(s, s.who(Role.BUYER), ledger.Purpose.CASH)
    amount_fen = s.one((100, 100_000, 10**9))
    return Said(OPERATOR, ledger.PostTransfers((ledger.Leg(bank, cash, amount_fen, "deposit"),)))


def pay(s: Scene) -> Said | None:
    leg, owner = _leg(s)
    return None if owner is None else Said(owner, ledger.PostTransfers((leg,)))


def hold(s: Scene) -> Said | None:
    leg, owner = _leg(s)
    return None if owner is None else Said(owner, ledger.HoldTransfers((leg,), s.after(30)))


def _leg(s: Scene) -> tuple[ledger.Leg, str | None]:
    debit, credit = s.pick("account"), s.pick("account")
    account = s.states.ledger.accounts.get(debit)
    leg = ledger.Leg(AccountId(debit), AccountId(credit), s.one((1, 50, 10**6)), "gift")
    return leg, None if account is None else account.owner


def end_hold(s: Scene) -> Said | None:
    """Post, void or expire a hold, whosever it is."""
    transfer = TransferId(s.pick("transfer"))
    held = s.states.ledger.held.get(transfer)
    if held is None:
        return Said(s.pick("party"), ledger.ExpirePending(transfer)) if s.chance(100) else None
    debtor, creditor = (s.states.ledger.accounts[side].owner for side in (held.leg.debit, held.leg.credit))
    post = ledger.PostPending(transfer, s.one((None, 1)))
    return s.one(
        (
            Said(debtor, post),
            Said(creditor, ledger.VoidPending(transfer)),
            Said(s.pick("party"), ledger.ExpirePending(transfer)),
        )
    )


def open_account(s: Scene) -> Said:
    party = s.pick("party")
    return Said(s.one((party, OPERATOR)), ledger.OpenAccount(PartyId(party), s.one(AT_FIRST)))


HABITS: tuple[tuple[int, Habit], ...] = (
    (25, admit),
    (5, register_key),
    (5, revoke_key),
    (6, relate),
    (6, end_relation),
    (3, suspend),
    (8, reinstate),
    (1, leave),
    (2, assign_roles),
    (2, adopt_rulebook),
    (2, announce_holidays),
    (1, open_again),
    (1, admit_operator),
    (25, deposit),
    (6, pay),
    (6, hold),
    (10, end_hold),
    (3, open_account),
)
