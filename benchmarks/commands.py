"""Full commands through SQLite: durable, batched, a realistic mix; beside the eventsourcing package and raw rows."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from benchmarks.load import FOLDER, Load
from benchmarks.rows import Row, against, at_least

SECONDS = float(os.environ.get("MUMIAN_BENCH_SECONDS", "60"))
DEALS_A_SLICE = 4_000
PEER_SAVES = 3_000
RAW_ROWS = 200_000


def ours() -> tuple[float, float, list[bytes]]:
    """Return (commands a second, commands a CPU second, a sample of the leaves)."""
    load = Load("commands")
    load.mix(500)
    commands, wall, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < SECONDS:
        commands += load.mix(DEALS_A_SLICE)
    rates = commands / (time.perf_counter() - wall), commands / (time.process_time() - cpu)
    sample = load.market.ask(lambda _: list(load.market._store.entries(load.market.size - 24_000, load.market.size)))
    load.close()
    return *rates, sample


def eventsourcing_saves() -> float:
    """Return single saves a second of the eventsourcing package on SQLite: one aggregate, one event a save."""
    path = FOLDER / "eventsourcing.db"
    path.unlink(missing_ok=True)
    os.environ |= {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class Account(Aggregate):
        @event("Moved")
        def move(self, debit: str, credit: str, amount_fen: int) -> None:  # noqa: ARG002  # they are the event
            self.balance_fen = getattr(self, "balance_fen", 0) + amount_fen

    application: Application = Application()
    account = Account()
    application.save(account)
    started = time.perf_counter()
    for nth in range(PEER_SAVES):
        account.move("account-1", "account-2", nth)
        application.save(account)
    return PEER_SAVES / (time.perf_counter() - started)


def raw_rows(leaves: list[bytes]) -> float:
    """Return rows a CPU second of SQLAlchemy's `exec_driver_sql` with the same bytes, durable, 1,000 a commit."""
    import sqlalchemy

    path = Path(FOLDER / "raw.db")
    path.unlink(missing_ok=True)
    with sqlalchemy.create_engine(f"sqlite:///{path}").connect() as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.exec_driver_sql("CREATE TABLE leaves (seq INTEGER PRIMARY KEY, entry BLOB)")
        connection.commit()
        batches = [[(entry,) for entry in leaves[at : at + 1_000]] for at in range(0, len(leaves), 1_000)]
        rows, started = 0, time.process_time()
        while rows < RAW_ROWS:
            batch = batches[rows // 1_000 % len(batches)]
            connection.exec_driver_sql("INSERT INTO leaves (entry) VALUES (?)", batch)
            connection.commit()
            rows += len(batch)
        return rows / (time.process_time() - started)


def main() -> list[Row]:
    a_second, a_cpu_second, leaves = ours()
    size = f"{SECONDS:.0f} s, leaf {sum(map(len, leaves)) // len(leaves)} B"
    saves, raw = eventsourcing_saves(), raw_rows(leaves)
    mix = "full commands, durable, SQLite"
    return [
        at_least(mix, size, a_second, "commands/s", 5_000),
        against(
            mix,
            size,
            a_second,
            "commands/s",
            peer="eventsourcing, single saves",
            theirs=saves,
            ratio=a_second / saves,
            bar=8,
        ),
        against(
            mix,
            size,
            a_cpu_second,
            "commands/cpu-s",
            peer="raw exec_driver_sql rows",
            theirs=raw,
            ratio=a_cpu_second / raw,
            bar=0.10,
        ),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
