"""An answer that nobody looks at goes before the regulators, then expires with its job; nothing leaves by silence."""

from __future__ import annotations

from reached_cleanroom import submitted
from stage import Stage

from mumian.kernel.time import DAY_MS
from mumian.rooms.cleanroom.records import JobStatus, ReviewStatus


def test_silence_escalates_a_review_and_then_lets_the_job_expire() -> None:
    stage = Stage()
    job = submitted(stage)
    stage.wait(stage.now + 16 * DAY_MS)
    assert stage.states.cleanroom.reviews[job].status is ReviewStatus.ESCALATED
    stage.wait(stage.now + 60 * DAY_MS)
    assert stage.states.cleanroom.jobs[job].status is JobStatus.EXPIRED
    assert not list(stage.states.cleanroom.releases.under())
