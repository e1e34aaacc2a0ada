"""The compiled pass of one machine, held to the suite of engines."""

from __future__ import annotations

import pytest
from conformance import Adds, Conformance, Town, clustered

from mumian.engines.clustered import totals
from mumian.engines.question import Question


class TestLocal(Conformance):
    @pytest.fixture
    def adds(self) -> Adds:
        def adds(question: Question, town: Town, parts: int) -> list[int]:
            answer: list[int] = totals(question, clustered(town), parts=parts).tolist()
            return answer

        return adds
