"""Which engine a domain adds up with: this process, or Spark."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import typer

from mumian.cli.words import say
from mumian.domain.answering import Engine


class EngineKind(StrEnum):
    LOCAL = "local"
    SPARK = "spark"


EngineOption: TypeAlias = Annotated[
    EngineKind, typer.Option("--engine", help=say("where figures are added up", "在何处汇总"))
]
MasterOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--master", help=say("of Spark: spark://HOST:PORT, or local", "Spark 主节点：spark://HOST:PORT 或 local")
    ),
]
ShardsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--shards", help=say("folder that all workers see (default: in the domain)", "各工作节点可见的分片目录")
    ),
]


class EngineChoice(NamedTuple):
    """What the command line says about engines."""

    kind: EngineKind = EngineKind.LOCAL
    master: str = "local"
    shards: Path | None = None

    def of(self, folder: Path) -> Engine | None:
        """Return the engine of the domain in `folder`; None: this process."""
        if self.kind is EngineKind.LOCAL:
            return None
        from mumian.domain.cluster import ClusterEngine  # a library of its own: only who asks for it loads it
        from mumian.engines.spark import SparkSettings

        return ClusterEngine(self.shards or folder / "shards", SparkSettings(master=self.master))
