"""A register of persons for tests of verification: accounts in order, sparse resident ids, incomes; one domain, one bank."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from town import INSURER, INSURER_HEX, MARKET, ORIGIN, STRANGER, T0, Clock, Entropy, signed, write_csv

from mumian.domain import consents
from mumian.domain import messages as m
from mumian.domain.consents import Person
from mumian.domain.declaration import Bands, Declaration, IntegerColumn, PlanKind, Probing, Terms, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.intake import Taken
from mumian.domain.metering import Call, Verdict
from mumian.domain.plans import public_column
from mumian.journal.note import Signer
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Use
from mumian.rooms.cleanroom.plan import Filter, Op, SignedTicket, SourceTicket, Ticket, VerificationPlan
from mumian.rooms.consent.listed import Consenting, ConsentList, SignedConsents, consents_bytes

HOLDER, BANK, OTHER_BANK = PartyId("bureau"), PartyId("insurer"), PartyId("party-9")
RESOURCE, SECOND = ResourceId("resource-1"), ResourceId("resource-2")
STRANGER_HEX = STRANGER.public_key().public_bytes_raw().hex()
PERSONS = 3_000
FIRST_ACCOUNT = 100_000
CITIES = ("Beijing", "Guangzhou", "Shenzhen")

DECLARED = Declaration(
    unit="resident",
    columns=(
        TextColumn("resident"),
        IntegerColumn("account", "number", 0, 999_999),
        TextColumn("city", keys=CITIES),
        IntegerColumn("income", "yuan", 0, 100_000),
    ),
    sensitivity=Level.GENERAL_3,
)
BANDS = Bands("income", (5_000, 20_000, 50_000))
ABOVE = tuple(Filter("income", Op.GE, threshold) for threshold in (5_000, 10_000, 20_000, 40_000, 80_000))
RULES = AnalysisRules(
    "persons",
    "resident",
    tuple(map(public_column, DECLARED.columns)),
    tuple(ColumnRule(column.name, (Use.VERIFY,)) for column in DECLARED.columns),
)
BY_RESIDENT = VerificationPlan(("resident",), ABOVE[1], 1_000_000)
BY_ACCOUNT = VerificationPlan(("account",), ABOVE[1], 1_000_000)
IN_BANDS = VerificationPlan(("resident",), Filter("income", Op.PRESENT), 1_000_000, BANDS.edges)


def rows() -> list[dict[str, str]]:
    """Return the persons: accounts without a gap, resident ids spread over all birthdays, some incomes missing."""
    rng = random.Random(2026)
    ids = rng.sample(range(10**9), PERSONS)
    return [
        {
            "resident": f"110101{number:09d}",
            "account": str(FIRST_ACCOUNT + nth),
            "city": rng.choice(CITIES),
            "income": rng.choice(["NA", *(str(rng.randint(0, 100_000)) for _ in range(19))]),
        }
        for nth, number in enumerate(ids)
    ]


ROWS = rows()
RESIDENTS = [row["resident"] for row in ROWS]


def make_registry(home: Path) -> None:
    Domain.create(home, HOLDER, str(MARKET.verifier), entropy=Entropy(b"bureau"))
    taken = Domain.open(home).add(write_csv(home.with_suffix(".csv"), ROWS), "persons", DECLARED)
    assert isinstance(taken, Taken)


@dataclass
class Registry:
    """The domain, open; its owner's terms allow everything that the tests ask, unless changed."""

    home: Path
    clock: Clock = field(default_factory=Clock)
    opened: int = 0

    def __post_init__(self) -> None:
        self.reopen()
        self.allow()

    def reopen(self) -> None:
        """Let the domain start anew: what it kept in memory is gone."""
        self.opened += 1
        self.domain = Domain.open(self.home, clock=self.clock, entropy=Entropy(b"at work %d" % self.opened))

    def allow(self, resource: ResourceId = RESOURCE, **changed: Any) -> None:
        given: dict[str, Any] = {
            "resource": resource,
            "name": "persons",
            "purposes": ("credit",),
            "kinds": (PlanKind.VERIFICATION,),
            "rho_nano_max": 0,
            "rules": RULES,
            "predicates": ABOVE,
            "bands": (BANDS,),
        }
        self.domain.allow(Terms(**given | changed))

    def ticket(
        self,
        plan: VerificationPlan = BY_RESIDENT,
        *,
        job: str = "job-1",
        resource: ResourceId = RESOURCE,
        **changed: Any,
    ) -> SignedTicket:
        version = self.domain.store.current("persons")
        assert version is not None
        given: dict[str, Any] = {
            "job": JobId(job),
            "market": ORIGIN,
            "consumer": BANK,
            "consumer_key": INSURER_HEX,
            "agreement": AgreementId("agreement-1"),
            "product": ProductId("product-1"),
            "purpose": "credit",
            "plan": plan,
            "sources": (SourceTicket(resource, HOLDER, self.domain.public_hex, version, 0),),
            "root": HOLDER,
            "issued_at": T0,
            "expires_at": T0 + 365 * 86_400_000,
            "seq": 7,
        }
        return signed(Ticket(**given | changed))

    def ask(
        self, calls: Iterable[Call], ticket: SignedTicket | None = None, *, sender: str = INSURER_HEX
    ) -> m.CallsAnswered | Refused:
        return self.domain.verify_many(ticket or self.ticket(), list(calls), sender=sender)

    def answers(self, calls: Iterable[Call], ticket: SignedTicket | None = None) -> list[Verdict]:
        answered = self.ask(calls, ticket)
        assert isinstance(answered, m.CallsAnswered), answered
        return list(answered.answers)

    def message(self, call: Call, ticket: SignedTicket, *, nonce: int, key: Ed25519PrivateKey = INSURER) -> bytes:
        sender = key.public_key().public_bytes_raw().hex()
        body = m.VerifyCalls(ticket, (call,))
        return m.seal_request(m.Request(HOLDER, sender, f"{nonce:032x}", self.clock.now, body), key)

    def heard(self, message: bytes) -> m.ReplyBody:
        reply = self.domain.handle(message)
        return m.open_reply(reply, request=message, domain=HOLDER, domain_key=self.domain.public_hex)

    def introduce(self, residents: Sequence[str], resource: ResourceId = RESOURCE) -> None:
        """Say who is who: the nth resident is party-1000n."""
        consents.keep_persons(self.home, resource, [Person(person_of(each), each) for each in residents])

    def consent(
        self,
        residents: Sequence[str],
        *,
        until: int = T0 + 365 * 86_400_000,
        seq: int = 100,
        taken_at: int | None = None,
        recipient: PartyId = BANK,
        purpose: str = "credit",
        signer: Signer = MARKET,
        **changed: Any,
    ) -> SignedConsents:
        """Keep a list of the market by which these consent."""
        persons = tuple((PartyId(person_of(each)), until) for each in residents)
        at = self.clock.now if taken_at is None else taken_at
        listed = ConsentList(RESOURCE, ORIGIN, seq, at, (Consenting(purpose, recipient, persons, **changed),))
        made = SignedConsents(listed, signer.sign(consents_bytes(listed).decode()).signature.hex())
        consents.keep_consents(self.home, made, self.domain.market)
        return made


def person_of(resident: str) -> str:
    return f"party-{10_000 + RESIDENTS.index(resident)}"


def slow(call: Call, plan: VerificationPlan = BY_RESIDENT) -> Verdict:
    """Look through all rows."""
    for row in ROWS:
        if tuple(row[name] for name in plan.key_columns) == call and row["income"] != "NA":
            income = int(row["income"])
            if plan.bands:
                return Verdict(f"band-{sum(income >= edge for edge in plan.bands)}")
            return Verdict.YES if income >= int(plan.predicate.value) else Verdict.NO  # type: ignore[arg-type]
    return Verdict.UNKNOWN


def limited(**changed: Any) -> Any:
    """Return limits of probing with these changes."""
    return msgspec.structs.replace(Probing(), **changed)
