"""A person's full record of uses, read off a market in which ten million jobs read data."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_most
from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import AgreementId, PartyId, ProductId, ResourceId
from mumian.market.rooms import States
from mumian.market.uses import uses_of
from mumian.rooms.cleanroom.records import Job, JobKind, JobStatus, Source
from mumian.rooms.consent.events import ConsentGiven
from mumian.rooms.consent.evolve import evolve as evolve_consent
from mumian.rooms.consent.records import Consent
from mumian.rooms.consent.vocabulary import Age, Channel, ConsentId, InfoKind, NoticeId

USES, RESOURCES, PERSONS_RESOURCES, LOOKS = 10_000_000, 20_000, 4, 9
A_COMMIT = 200_000
D, PERSON, PROCESSOR = "d" * 64, PartyId("party-1"), PartyId("party-2")


def resource_of(nth: int) -> ResourceId:
    return ResourceId(f"resource-{nth % RESOURCES}")


def job_of(resource: ResourceId, at: int) -> Job:
    source = Source(resource, PROCESSOR, PROCESSOR, D, 0)
    return Job(
        JobKind.AGGREGATE, PartyId("party-9"), AgreementId("agreement-1"), ProductId("product-1"),
        "insurance-risk", (source,), PROCESSOR, D, D, 0, 10, at, at + 1, None, JobStatus.RELEASED,
        ("right-1/grant-2",),
    )  # fmt: skip


def rows() -> Iterator[tuple[str, str, bytes]]:
    """Yield ten million uses in the order in which they happened, and the jobs of the person's own resources."""
    of_person = {resource_of(nth) for nth in range(PERSONS_RESOURCES)}
    for nth in range(USES):
        resource, at = resource_of(nth), 1_000_000 + nth
        yield "cleanroom.uses", f"{resource}/{at:016d}/job-{nth}", b'"job-%d"' % nth
        if resource in of_person:
            yield "cleanroom.jobs", f"job-{nth}", canonical(job_of(resource, at))


def fill(store: SqliteStore) -> None:
    puts: list[tuple[str, str, bytes]] = []
    for row in rows():
        puts.append(row)
        if len(puts) == A_COMMIT:
            store.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=[], head=Head(0, "", (), 0)))
            puts = []
    store.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=[], head=Head(0, "", (), 0)))


def consent_to(states: States) -> None:
    """Let the person have consented, before all of it, to what its resources are read for."""
    resources = tuple(resource_of(nth) for nth in range(PERSONS_RESOURCES))
    record = Consent(
        PERSON, PROCESSOR, NoticeId("notice-1"), resources, ("insurance-risk",), (InfoKind.BASIC,), (), (),
        Age.FROM_14, Channel.PERSON, PERSON, D, "", (), 0, 10**15,
    )  # fmt: skip
    evolve_consent(states.consent, ConsentGiven(ConsentId("consent-1"), record))


def main() -> list[Row]:
    folder = FOLDER / "uses"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = SqliteStore(folder / "market.db")
    fill(store)
    looks: list[float] = []
    found = 0
    for _ in range(LOOKS):
        states = States(store)  # nothing in memory: as whoever opens the market to look
        consent_to(states)
        started = time.perf_counter()
        found = sum(1 for _ in uses_of(states, PERSON))
        looks.append((time.perf_counter() - started) * 1_000)
    store.close()
    shutil.rmtree(folder)
    expected = USES // RESOURCES * PERSONS_RESOURCES
    if found != expected:
        raise SystemExit(f"{found} uses were found, not {expected}")
    size = f"{found:,} uses among {USES:,}"
    return [at_most("a person's full record of uses, median", size, statistics.median(looks), "ms", 200)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
