"""The time limits of a registration: their kinds, and how many days the rulebook gives them at the moment of asking."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import Start, Unit
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rulebook.calendar import years_after
from mumian.rulebook.rules import number_at

ACCEPTANCE = "property.acceptance"  # 受理
SUPPLEMENT = "property.supplement"  # 补正
REVIEW = "property.review"  # 审查
EVIDENCE = "property.evidence"  # 补证
PUBLICITY = "property.publicity"  # 公示
SERIAL = "property.serial"  # 待下月流水号
OBJECTION = "property.objection"  # 异议调查
NOTICE = "property.notice"  # 登记后异议，通知申请人
ANSWER = "property.answer"  # 申请人答复
CONCLUSION = "property.conclusion"  # 调查结论
EXPIRY = "property.expiry"  # 届满

KINDS = (ACCEPTANCE, SUPPLEMENT, REVIEW, EVIDENCE, PUBLICITY, SERIAL, OBJECTION, NOTICE, ANSWER, CONCLUSION, EXPIRY)

_SET_BY = {
    ACCEPTANCE: ("S1-17", "acceptance_work_days"),
    SUPPLEMENT: ("S1-17-SUPPLEMENT", "supplement_work_days"),
    REVIEW: ("S1-LIMITS", "examination_work_days"),
    EVIDENCE: ("S1-EVIDENCE", "evidence_work_days"),
    PUBLICITY: ("S1-LIMITS", "publicity_work_days"),
    OBJECTION: ("S1-LIMITS", "objection_work_days"),
    NOTICE: ("S1-29", "notice_work_days"),
    ANSWER: ("S1-29-ANSWER", "answer_work_days"),
    CONCLUSION: ("S1-29-ANSWER", "conclusion_work_days"),
}

_ANEW = {
    REVIEW: "review_work_days",
    OBJECTION: "objection_work_days",
    NOTICE: "notice_work_days",
    CONCLUSION: "objection_work_days",
}
"""After silence, by S1-SILENCE."""


def number(rule: str, name: str, facts: Facts) -> int:
    """Return what a rule sets for `name` at the moment of the decision."""
    return number_at(rule, name, rulebook=facts.rulebook, now=facts.now)


def start(kind: str, about: str, owner: PartyId, facts: Facts, *, since: Instant | None = None) -> Start:
    """Start a limit of work days by the rule that sets it. owner: who must act. since: as in `Start`."""
    rule, name = _SET_BY[kind]
    return Start(about, kind, Unit.WORK_DAYS, number(rule, name, facts), rule, owner, since)


def start_anew(kind: str, about: str, owner: PartyId, facts: Facts) -> Start:
    """Start a limit anew that passed in silence (S1-SILENCE: no law, a setting)."""
    count = number("S1-SILENCE", _ANEW[kind], facts)
    return Start(about, kind, Unit.WORK_DAYS, count, "S1-SILENCE", owner)


def until(kind: str, about: str, moment: Instant, *, rule: str, owner: PartyId) -> Start:
    """Start a limit that is over at a given moment."""
    return Start(about, kind, Unit.INSTANT, moment, rule, owner)


def end_of_years(since: Instant, years: int) -> Instant:
    """Return the end of the day that corresponds to `since` so many years on."""
    return start_of(years_after(day_of(since), years)) + DAY_MS


def longest_until(facts: Facts) -> Instant:
    """Return the latest end of a right that is attested now (S1-26)."""
    return end_of_years(facts.now, number("S1-26", "validity_years_max", facts))


def files_until(facts: Facts) -> Instant:
    """Return how long files that are closed now are kept: 30 years as set, never below the 20 of the article (S1-10)."""
    years = max(number("S1-10", "retention_years", facts), number("S1-10", "retention_years_min", facts))
    return end_of_years(facts.now, years)
