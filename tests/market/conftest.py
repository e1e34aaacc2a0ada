"""A market in a folder, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opening import Clock, start

from mumian.market.sequencer import Sequencer
from mumian.market.trial import World, open_trial


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(tmp_path: Path, clock: Clock) -> Iterator[Sequencer]:
    opened = start(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def world(market: Sequencer, clock: Clock) -> World:
    return open_trial(market.handle_all, clock.now)
