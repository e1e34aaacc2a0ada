"""A domain's questions on Spark: the shards of each table beside the domain, or wherever all workers see them."""

from __future__ import annotations

from pathlib import Path

from mumian.domain.answering import EngineFailed
from mumian.engines.clustered import Clustered, Integers
from mumian.engines.question import Question
from mumian.engines.spark import SparkEngine, SparkFailed, SparkSettings, SparkUnavailable


class ClusterEngine:
    """Adds up on Spark. folder: of the shards of all tables, each written when it is first asked."""

    def __init__(self, folder: Path, settings: SparkSettings) -> None:
        self._folder, self._spark = folder, SparkEngine(settings)

    def totals(self, question: Question, table: Clustered, *, name: str, parts: int) -> Integers:
        """See `answering.Engine`."""
        try:
            return self._spark.totals(question, table, folder=self._folder / name, parts=parts)
        except (SparkUnavailable, SparkFailed) as e:
            raise EngineFailed(str(e)) from e
