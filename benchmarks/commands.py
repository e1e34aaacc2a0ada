"""Full commands through SQLite: durable, batched, a realistic mix; beside the eventsourcing package and raw rows."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.load import FOLDER, Load
from benchmarks.rows import Row, against, at_least

SECONDS = float(os.environ.get("MUMIAN_BENCH_SECONDS", "60"))
DEALS_A_SLICE = 4_000
PEER_SAVES = 500


class Ours:
    """A market under the mix. Returns figures of one slice: (commands, wall seconds, CPU seconds)."""

    def __init__(self) -> None:
        self.load = Load("commands")
        self.load.mix(500)

    def slice(self) -> tuple[int, float, float]:
        load = self.load
        wall, cpu = load.wall_s, load.cpu_s
        commands = load.mix(DEALS_A_SLICE)
        return commands, load.wall_s - wall, load.cpu_s - cpu

    def leaves(self) -> list[bytes]:
        """Return the newest leaves, for the peer that writes the same bytes."""
        market = self.load.market
        return market.ask(lambda _: list(market._store.entries(max(0, market.size - 24_000), market.size)))


class Saves:
    """The eventsourcing package on SQLite as it comes: one aggregate, one event a save."""

    def __init__(self) -> None:
        path = FOLDER / "eventsourcing.db"
        path.unlink(missing_ok=True)
        os.environ |= {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        from eventsourcing.application import Application
        from eventsourcing.domain import Aggregate, event

        class Account(Aggregate):
            @event("Moved")
            def move(self, debit: str, credit: str, amount_fen: int) -> None:  # noqa: ARG002  # they are the event
                self.balance_fen = getattr(self, "balance_fen", 0) + amount_fen

        self.application: Any = Application()
        self.account: Any = Account()
        self.application.save(self.account)

    def a_second(self) -> float:
        started = time.perf_counter()
        for nth in range(PEER_SAVES):
            self.account.move("account-1", "account-2", nth)
            self.application.save(self.account)
        return PEER_SAVES / (time.perf_counter() - started)


class RawRows:
    """SQLAlchemy's `exec_driver_sql` with the same bytes, durable, 1,000 a commit."""

    def __init__(self, leaves: list[bytes]) -> None:
        import sqlalchemy

        path = Path(FOLDER / "raw.db")
        path.unlink(missing_ok=True)
        self.connection = sqlalchemy.create_engine(f"sqlite:///{path}").connect()
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.connection.exec_driver_sql(f"PRAGMA {pragma}")
        self.connection.exec_driver_sql("CREATE TABLE leaves (seq INTEGER PRIMARY KEY, entry BLOB)")
        self.connection.commit()
        self.batches = [[(entry,) for entry in leaves[at : at + 1_000]] for at in range(0, len(leaves), 1_000)]

    def a_cpu_second(self) -> float:
        started = time.process_time()
        for batch in self.batches:
            self.connection.exec_driver_sql("INSERT INTO leaves (entry) VALUES (?)", batch)
            self.connection.commit()
        return sum(map(len, self.batches)) / (time.process_time() - started)


def main() -> list[Row]:
    """Take turns, slice by slice, so that a machine whose speed drifts drifts for all of them; quote medians."""
    ours = Ours()
    saves, raw = Saves(), RawRows(ours.leaves())
    rates, cpu_rates, saved, written = [], [], [], []
    spent = 0.0
    while spent < SECONDS:
        commands, wall, cpu = ours.slice()
        spent += wall
        rates.append(commands / wall)
        cpu_rates.append(commands / cpu)
        saved.append(saves.a_second())
        written.append(raw.a_cpu_second())
    leaves = ours.leaves()
    ours.load.close()
    size = f"{spent:.0f} s, leaf {sum(map(len, leaves)) // len(leaves)} B"
    by_saves = median(a / b for a, b in zip(rates, saved, strict=True))
    by_rows = median(a / b for a, b in zip(cpu_rates, written, strict=True))
    mix, peer = "full commands, durable, SQLite", "eventsourcing, single saves"
    a_second, a_cpu_second = median(rates), median(cpu_rates)
    return [
        at_least(mix, size, a_second, "commands/s", 5_000),
        against(mix, size, a_second, "commands/s", peer=peer, theirs=median(saved), ratio=by_saves, bar=8),
        against(
            mix,
            size,
            a_cpu_second,
            "commands/cpu-s",
            peer="raw exec_driver_sql rows",
            theirs=median(written),
            ratio=by_rows,
            bar=0.10,
        ),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
