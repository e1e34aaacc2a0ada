"""A small town for tests: one market's key, three airlines with their rows, an open weather register, an insurer."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import shake_256
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import waitress
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waitress import wasyncore

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, PlanKind, Terms, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.gate import Sampler
from mumian.domain.http import HttpPort, domain_app
from mumian.domain.intake import Taken
from mumian.domain.keys import DomainKeys
from mumian.domain.messages import Caller, DomainPort, LocalPort
from mumian.domain.ruling import drafted
from mumian.domain.store import Version
from mumian.engines import kernels
from mumian.journal.note import Signer
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.methods.dp import Noise
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Op,
    Plan,
    SignedTicket,
    SourceTicket,
    Sum,
    Ticket,
    VerificationPlan,
    ticket_bytes,
)

ORIGIN = "market.example"
MARKET = Signer(ORIGIN, b"\x07" * 32)
INSURER = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
INSURER_HEX = INSURER.public_key().public_bytes_raw().hex()
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
T0 = 1_790_000_000_000

AIRLINES = (PartyId("airline-a"), PartyId("airline-b"), PartyId("airline-c"))
RESOURCES = {name: ResourceId(f"resource-{nth}") for nth, name in enumerate(AIRLINES, 1)}
ROUTES, MONTHS = ("CAN-PEK", "CAN-SHA", "SZX-PEK"), ("1", "2", "3")
LATE = Filter("delay", Op.GT, 60)
KEY_COLUMNS = ("flight", "origin", "month", "day")

DECLARED = Declaration(
    unit="tail",
    columns=(
        TextColumn("tail"),
        IntegerColumn("flight", "number", 0, 9_999),
        TextColumn("origin", keys=("CAN", "SZX")),
        TextColumn("dest", keys=("PEK", "SHA")),
        JoinedColumn("route", ("origin", "dest"), ROUTES),
        IntegerColumn("month", "month", 1, 12, keys=MONTHS),
        IntegerColumn("day", "day", 1, 31),
        IntegerColumn("delay", "minute", -60, 600),
    ),
    sensitivity=Level.GENERAL_2,
)
OPEN = Declaration("", (TextColumn("station"), IntegerColumn("wind", "km/h", 0, 400)), Level.GENERAL_1)

RULES = drafted(DECLARED, "flights")

AGGREGATE = AggregatePlan(
    group_by=(GroupKey("route", ROUTES), GroupKey("month", MONTHS)),
    where=(),
    measures=(Count("delay"), Sum("delay", -30, 120)),
    unit="tail",
    l0=9,
    linf_rows=1_000,
    rho_nano=500_000_000,
)
VERIFICATION = VerificationPlan(KEY_COLUMNS, LATE, calls_max=100)

exact: Noise = lambda values, _sigma: list(values)  # noqa: E731  # what a test may know, and nobody else


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> int:
        return self.now


class Entropy:
    """Bytes that look random and repeat from run to run."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._taken = seed, 0

    def __call__(self, size: int) -> bytes:
        self._taken += 1
        return shake_256(self._seed + self._taken.to_bytes(8, "big")).digest(size)


def rows_of(airline: PartyId) -> list[dict[str, str]]:
    """Return the rows of an airline as text, 240 of them; some without tail, some without delay, some off the lists."""
    rng = random.Random(airline)
    rows = []
    for _ in range(240):
        row = {
            "tail": rng.choice([f"B-{airline[-1]}{n}" for n in range(9)] + ["NA"]),
            "flight": str(rng.randint(1, 40)),
            "origin": rng.choice(["CAN", "SZX", "HKG"]),
            "dest": rng.choice(["PEK", "SHA"]),
            "month": str(rng.randint(1, 4)),
            "day": str(rng.randint(1, 28)),
            "delay": rng.choice(["NA", *(str(rng.randint(-50, 300)) for _ in range(9))]),
        }
        rows.append(row)
    return rows


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def make_home(home: Path) -> None:
    """Make the domains of all airlines, with their rows taken in."""
    for airline in AIRLINES:
        Domain.create(home / airline, airline, str(MARKET.verifier), entropy=Entropy(airline.encode()))
        domain = Domain.open(home / airline)
        taken = domain.add(write_csv(home / f"{airline}.csv", rows_of(airline)), "flights", DECLARED)
        assert isinstance(taken, Taken)


@dataclass
class Town:
    """Airlines that are open, connected to the first of them, the root."""

    home: Path
    noise: Noise = exact
    clock: Clock = field(default_factory=Clock)
    domains: dict[PartyId, Domain] = field(default_factory=dict)
    callers: dict[bytes, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for airline in AIRLINES:
            self.domains[airline] = self.open(airline)
            self.domains[airline].allow(self.terms(airline))

    def open(self, airline: PartyId) -> Domain:
        entropy = Entropy(f"{airline} at work".encode())
        domain = Domain.open(
            self.home / airline, sampler=Sampler(self.noise, self.noise), clock=self.clock, entropy=entropy
        )
        for peer, other in self.domains.items():
            if peer != airline:
                domain.connect(peer, LocalPort(other.handle))
        for other in self.domains.values():
            other.connect(airline, LocalPort(domain.handle))
        return domain

    def reopen(self, airline: PartyId) -> Domain:
        self.domains[airline] = self.open(airline)
        return self.domains[airline]

    @property
    def root(self) -> Domain:
        return self.domains[AIRLINES[0]]

    def terms(self, airline: PartyId, **changed: Any) -> Terms:
        given: dict[str, Any] = {
            "resource": RESOURCES[airline],
            "name": "flights",
            "purposes": ("insurance-risk",),
            "kinds": (PlanKind.AGGREGATE, PlanKind.VERIFICATION),
            "rho_nano_max": 2_000_000_000,
            "predicates": (LATE,),
            "rules": RULES,
        }
        return Terms(**given | changed)

    def source(self, airline: PartyId) -> SourceTicket:
        domain = self.domains[airline]
        version = domain.store.current("flights")
        assert version is not None
        return SourceTicket(RESOURCES[airline], airline, domain.public_hex, version, 500_000_000)

    def ticket(self, plan: Plan = AGGREGATE, *, signer: Signer = MARKET, **changed: Any) -> SignedTicket:
        given: dict[str, Any] = {
            "job": JobId("job-1"),
            "market": ORIGIN,
            "consumer": PartyId("insurer"),
            "consumer_key": INSURER_HEX,
            "agreement": AgreementId("agreement-1"),
            "product": ProductId("product-1"),
            "purpose": "insurance-risk",
            "plan": plan,
            "sources": tuple(self.source(airline) for airline in AIRLINES),
            "root": AIRLINES[0],
            "issued_at": T0,
            "expires_at": T0 + 3_600_000,
            "seq": 7,
        }
        return signed(Ticket(**given | changed), signer)

    def caller(self, key: Ed25519PrivateKey = INSURER) -> Caller:
        raw = key.private_bytes_raw()
        return self.callers.setdefault(raw, Caller(key, clock=self.clock, entropy=Entropy(raw)))

    def root_key(self) -> Ed25519PrivateKey:
        return DomainKeys.load(self.root.folder / "identity.key").identity

    def ask(
        self, body: Any, *, of: PartyId = AIRLINES[0], key: Ed25519PrivateKey = INSURER, port: DomainPort | None = None
    ) -> Any:
        domain = self.domains[of]
        way = port or LocalPort(domain.handle)
        return self.caller(key).ask(way, body, domain=of, domain_key=domain.public_hex)


def signed(ticket: Ticket, signer: Signer = MARKET) -> SignedTicket:
    return SignedTicket(ticket, signer.sign(ticket_bytes(ticket).decode()).signature.hex())


def copy_home(template: Path, home: Path) -> Path:
    shutil.copytree(template, home)
    return home


@contextmanager
def served(domain: Domain) -> Iterator[HttpPort]:
    """Serve a domain on a free port of this machine, by the server that the command line uses."""
    server = waitress.create_server(domain_app(domain.handle), host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run)
    thread.start()
    port = HttpPort(f"http://127.0.0.1:{server.effective_port}", timeout_s=20)
    try:
        yield port
    finally:
        port.close()
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))  # in the server's own thread
        thread.join(10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()


def as_filed(domain: Domain, version: Version, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column with each unit's rows in the order of the file: what they were before they were shuffled."""
    table, key = version.table, domain._keys.salt("order", version.manifest.name, size=16)
    order = np.empty(table.rows, np.int64)
    kernels.shuffle_within(table.offsets, table.unit_ids, *np.frombuffer(key, "<u8"), order)
    return np.asarray(array)[order]
