"""Verification of persons who consent, a call a message, through HTTP and several connections; and in bulk, in process.

The server is a process of its own, with the server and the handler of `mumian domain serve`; the client another, which
signs before and checks after the clock runs, so that the figures are the domain's. Every call is of a real person, nine of
ten consent; each is watched for probing, paced, metered.
"""

from __future__ import annotations

import csv
import http.client
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_least, at_most
from mumian.domain import consents
from mumian.domain import messages as m
from mumian.domain.declaration import Declaration, IntegerColumn, PlanKind, Terms, TextColumn
from mumian.domain.domain import Domain, system_clock
from mumian.domain.http import JSON, PATH, http_server
from mumian.domain.listening import listening
from mumian.domain.plans import public_column
from mumian.journal.note import Signer
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Use
from mumian.rooms.cleanroom.plan import Filter, Op, SignedTicket, SourceTicket, Ticket, VerificationPlan, ticket_bytes
from mumian.rooms.consent.listed import Consenting, ConsentList, SignedConsents, consents_bytes

PERSONS, CONNECTIONS, CALLS, WARM = 200_000, 8, 12_000, 1_000
BULK, CALLS_A_MESSAGE = 200_000, 2_000
HOLDER, BANK, RESOURCE = PartyId("party-1"), PartyId("party-2"), ResourceId("resource-1")
MARKET = Signer("market.example", b"\x07" * 32)
KEY = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
KEY_HEX = KEY.public_key().public_bytes_raw().hex()
HOUR_MS = 3_600_000

DECLARED = Declaration(
    "resident", (TextColumn("resident"), IntegerColumn("income", "yuan", 0, 100_000)), Level.GENERAL_3
)
PLAN = VerificationPlan(("resident",), Filter("income", Op.GE, 20_000), 10_000_000)
RULES = AnalysisRules(
    "persons",
    "resident",
    tuple(map(public_column, DECLARED.columns)),
    tuple(ColumnRule(column.name, (Use.VERIFY,)) for column in DECLARED.columns),
)


def make(folder: Path) -> list[str]:
    """Make the domain with its persons and their consents; return their ids."""
    rng = random.Random(7)
    residents = [f"110101{number:011d}X" for number in rng.sample(range(10**11), PERSONS)]
    file = folder / "persons.csv"
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(("resident", "income"))
        rows.writerows((resident, rng.randint(0, 100_000)) for resident in residents)
    home = folder / "domains" / "bureau"
    Domain.create(home, HOLDER, str(MARKET.verifier))
    domain = Domain.open(home)
    domain.add(file, "persons", DECLARED)
    domain.allow(
        Terms(
            RESOURCE,
            "persons",
            ("credit",),
            (PlanKind.VERIFICATION,),
            rho_nano_max=0,
            rules=RULES,
            predicates=(PLAN.predicate,),
            persons=True,
            calls_per_minute_max=100_000_000,
        )
    )
    persons = [consents.Person(f"party-{nth}", resident) for nth, resident in enumerate(residents)]
    consents.keep_persons(home, RESOURCE, persons)
    now = system_clock()
    willing = tuple((PartyId(each.person), now + HOUR_MS) for nth, each in enumerate(persons) if nth % 10)
    listed = ConsentList(RESOURCE, MARKET.name, 1, now, (Consenting("credit", BANK, willing),))
    signature = MARKET.sign(consents_bytes(listed).decode()).signature.hex()
    consents.keep_consents(home, SignedConsents(listed, signature), MARKET.verifier)
    return residents


def ticket(domain: Domain, job: str) -> SignedTicket:
    """Return a ticket of one job over this domain and seventeen others."""
    version = domain.store.current("persons") or ""
    own = SourceTicket(RESOURCE, HOLDER, domain.public_hex, version, 0)
    others = [
        SourceTicket(ResourceId(f"resource-{n}"), PartyId(f"party-{n}"), "ab" * 32, "cd" * 32, 0) for n in range(10, 27)
    ]
    now = system_clock()
    unsigned = Ticket(
        JobId(job), MARKET.name, BANK, KEY_HEX, AgreementId("agreement-1"), ProductId("product-1"), "credit", PLAN,
        (own, *others), HOLDER, now - 1_000, now + HOUR_MS, 7,
    )  # fmt: skip
    return SignedTicket(unsigned, MARKET.sign(ticket_bytes(unsigned).decode()).signature.hex())


def serve(home: Path) -> None:
    """Answer on a free port, told on standard output, until standard input ends; then tell the CPU seconds."""
    server, port = http_server(listening(Domain.open(home)), host="127.0.0.1", port=0)
    Thread(target=server.run, daemon=True).start()
    print(port, flush=True)
    sys.stdin.readline()
    begun = time.process_time()
    sys.stdin.readline()
    print(time.process_time() - begun, flush=True)
    os._exit(0)


def post(port: int, messages: list[bytes]) -> tuple[list[float], list[bytes]]:
    """Send messages one after the other over one connection; return how long each took, ms, and the replies."""
    way, took, replies = http.client.HTTPConnection("127.0.0.1", port), [], []
    for message in messages:
        began = time.perf_counter()
        way.request("POST", PATH, message, {"Content-Type": JSON})
        replies.append(way.getresponse().read())
        took.append((time.perf_counter() - began) * 1000)
    way.close()
    return took, replies


def through_http(home: Path, residents: list[str]) -> list[Row]:
    domain, rng = Domain.open(home), random.Random(8)
    signed, key = ticket(domain, "job-1"), domain.public_hex
    command = [sys.executable, "-m", "benchmarks.verification", "serve", str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())

        def sealed(calls: int) -> list[bytes]:
            bodies = [m.VerifyCalls(signed, ((rng.choice(residents),),)) for _ in range(calls)]
            return [
                m.seal_request(m.Request(HOLDER, KEY_HEX, os.urandom(16).hex(), system_clock(), body), KEY)
                for body in bodies
            ]

        post(port, sealed(WARM))
        parts = [sealed(CALLS // CONNECTIONS) for _ in range(CONNECTIONS)]
        server.stdin.write("begin\n")
        server.stdin.flush()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            began = time.perf_counter()
            outcome = list(pool.map(lambda part: post(port, part), parts))
            wall = time.perf_counter() - began
        server.stdin.write("end\n")
        server.stdin.flush()
        cpu = float(server.stdout.readline())
    for part, (_, replies) in zip(parts, outcome, strict=True):
        for request, reply in zip(part, replies, strict=True):
            answered = m.open_reply(reply, request=request, domain=HOLDER, domain_key=key)
            assert isinstance(answered, m.CallsAnswered), answered
    took = [each for times, _ in outcome for each in times]
    p99 = statistics.quantiles(took, n=100)[98]
    size = f"{CALLS:,} messages, {CONNECTIONS} connections"
    return [
        at_least("verification calls through HTTP, one a message", size, CALLS / wall, "calls/s", 1_000),
        at_least("the same by the server's CPU time", size, CALLS / cpu, "calls/cpu-s", 1_000),
        at_most("the same, p99", size, p99, "ms", 20),
    ]


def in_process(home: Path, residents: list[str]) -> list[Row]:
    domain, rng = Domain.open(home), random.Random(9)
    signed = ticket(domain, "job-2")
    calls = [(rng.choice(residents),) for _ in range(BULK)]
    domain.verify_many(signed, calls[:1], sender=KEY_HEX)
    began, spent = time.perf_counter(), time.process_time()
    for start in range(0, BULK, CALLS_A_MESSAGE):
        answered = domain.verify_many(signed, calls[start : start + CALLS_A_MESSAGE], sender=KEY_HEX)
        assert isinstance(answered, m.CallsAnswered), answered
    domain.calls.close(signed.ticket.job)
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    size = f"{BULK:,} calls, {CALLS_A_MESSAGE:,} a message"
    return [
        at_least("verification calls in process, consents checked", size, BULK / wall, "calls/s", 20_000),
        at_least("the same by CPU time", size, BULK / cpu, "calls/cpu-s", 20_000),
    ]


def main() -> list[Row]:
    folder = FOLDER / "verification"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "domains").mkdir(parents=True)
    residents = make(folder)
    home = folder / "domains" / "bureau"
    return [*through_http(home, residents), *in_process(home, residents)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    print(msgspec.json.encode(main()).decode())
