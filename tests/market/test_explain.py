"""What is explained is what is: the same chain, the same refusal, the rules with their articles and days."""

from __future__ import annotations

from typing import Any

import pytest
import reached_cleanroom
from stage import Stage

from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Right, SourceType
from mumian.market.envelope import Envelope
from mumian.market.explain import explain_command, explain_thing
from mumian.market.explained import Explanation, Step, cite
from mumian.market.registering import initial_form
from mumian.market.step import rehearse
from mumian.market.trial import EVIDENCE, PURPOSE, RULES
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.operation.model import ExitOperation
from mumian.rooms.operation.vocabulary import ExitGround
from mumian.rooms.property_register.model import SubmitApplication
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import FreezeReason


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


def thing(stage: Stage, key: str) -> Explanation:
    found = explain_thing(stage.states, key, stage.now)
    assert found is not None
    return found


def command(stage: Stage, actor: str, said: Any) -> Explanation:
    envelope = Envelope("explained-1", PartyId(actor), said)
    outcome = rehearse(stage.states, envelope, seq=1 << 40, at=stage.now, by="door:test")
    return explain_command(stage.states, envelope.command, outcome, stage.now)


def steps(found: Explanation) -> dict[str, Step]:
    return {step.what: step for path in found.paths for step in path.steps}


def request(stage: Stage) -> cleanroom.RequestJob:
    plan = VerificationPlan(("flight", "day"), Filter("delay", Op.GT, 60), 2)
    return cleanroom.RequestJob(stage.world.checks_agreement, stage.world.checks, PURPOSE, plan, "explained")


@pytest.mark.parametrize("noun", ["product", "listing", "order", "agreement", "grant", "resource"])
def test_whatever_stands_on_rights_shows_the_way_up_to_them(noun: str, stage: Stage) -> None:
    world = stage.world
    key = {
        "product": world.report,
        "listing": world.report_listing,
        "order": world.checks_order,
        "agreement": world.checks_agreement,
        "grant": world.grants[0],
        "resource": world.resources[0],
    }[noun]
    found = thing(stage, key)
    assert (found.allowed, found.said_en) == (None, "every chain holds")
    assert {"right", "resource"} <= set(steps(found))
    assert steps(found)["right"].rules[0].source.startswith("数据产权登记工作指引")


def test_a_certificate_is_the_rights_that_it_attests(stage: Stage) -> None:
    number = next(key for key, _ in stage.states.property_register.certificates.under())
    found = thing(stage, number)
    assert {path.steps[0].id for path in found.paths} == {
        key for _, key in stage.states.rights.by_certificate.under(f"{number}/")
    }


def test_a_command_that_would_be_accepted_is_explained_by_its_events_and_leaves_no_trace(stage: Stage) -> None:
    size = stage.market.size
    found = command(stage, stage.world.insurer, request(stage))
    assert found.allowed
    assert found.said_en.startswith("would be accepted: TicketIssued")
    assert stage.market.size == size


def test_a_refused_command_shows_the_link_that_broke_and_why() -> None:
    stage = Stage()
    right = stage.right(0, "use")
    stage.say(stage.world.regulator, rights.Freeze(right, FreezeReason.STATUTE))
    found = command(stage, stage.world.insurer, request(stage))
    assert (found.allowed, found.said_en.partition(":")[0]) == (False, "cleanroom.CHAIN_BROKEN")
    broken = next(path for path in found.paths if path.broken_at == right)
    why = next(step for step in broken.steps if step.id == right)
    assert (why.holds, why.why) == (False, f"frozen: statute by {stage.world.regulator}")
    assert stage.ask(stage.world.insurer, request(stage)).refused == "cleanroom.CHAIN_BROKEN"


def test_a_refusal_cites_its_rule_with_article_and_the_day_since_which_it_holds(stage: Stage) -> None:
    form = initial_form(stage.world.owners[0], stage.world.resources[0], SourceType.GOV_DUTY, (Right.HOLD,))
    found = command(stage, stage.world.owners[0], SubmitApplication(stage.world.registry, form))
    assert found.allowed is False
    assert [(rule.id, bool(rule.article), len(rule.in_force_since)) for rule in found.rules] == [
        (found.rules[0].id, True, 10)
    ]


def test_a_question_that_the_analysis_rules_bar_names_the_resource_and_the_rules_by_their_digest(stage: Stage) -> None:
    barred = VerificationPlan(("flight", "origin"), Filter("delay", Op.GT, 60), 2)
    request = cleanroom.RequestJob(stage.world.checks_agreement, stage.world.checks, PURPOSE, barred, "explained")
    found = command(stage, stage.world.insurer, request)
    assert found.said_en == (
        "cleanroom.COLUMN_DENIED: `origin` of `flights` may not be used to verify; allowed: filter, group, output"
    )
    step = found.paths[0].steps[0]
    assert (step.id, step.what, step.holder) == (stage.world.resources[0], "analysis", stage.world.owners[0])
    assert (step.terms, step.holds, step.why) == (f"flights {digest(RULES)}", False, "column_denied")


def test_data_without_analysis_rules_is_named() -> None:
    stage = Stage()
    actor, request = reached_cleanroom.rules_missing(stage)
    found = command(stage, actor, request)
    assert found.said_en.startswith("cleanroom.RULES_MISSING")
    assert (found.paths[0].steps[0].what, found.paths[0].steps[0].terms) == ("analysis", "")


def test_public_data_shows_its_registration_and_the_agreement_that_it_is_operated_under() -> None:
    stage = Stage()
    public = stage.public()
    seen = steps(thing(stage, public.grant))
    assert seen["registration"].id == public.coded
    assert seen["registration"].rules[0].id == "S2-SCOPE"
    assert public.agreement in seen["authorization"].terms
    matter = thing(stage, public.agreement).paths[0].steps
    assert (matter[0].what, matter[0].holder, matter[0].holds) == ("operation", public.operator, True)
    assert {step.terms for step in matter[1:]} >= {"operation.disclosure_body", "operation.term"}
    stage.say(public.body, ExitOperation(public.agreement, ExitGround.AGREED, EVIDENCE))
    assert not thing(stage, public.agreement).paths[0].steps[0].holds
    assert thing(stage, public.grant).paths[0].broken_at == public.authorization


def test_an_application_shows_its_stage_and_the_limit_that_runs_with_who_must_act() -> None:
    stage = Stage()
    owner, registry = stage.world.owners[1], stage.world.registry
    form = initial_form(owner, stage.world.resources[0], SourceType.CONTRACT_COLLECTED, (Right.HOLD,))
    key = stage.made(owner, SubmitApplication(registry, form), "application")
    about, limit = thing(stage, key).paths[0].steps
    assert (about.holder, about.terms, about.holds) == (owner, "initial submitted", True)
    assert (limit.what, limit.holder, limit.terms) == ("limit", registry, "property.acceptance")
    assert limit.rules[0].id == "S1-17"


def test_a_rule_is_cited_as_of_the_day_and_not_before_it(stage: Stage) -> None:
    now = cite("S1-17", rulebook="2026.2", now=stage.now)
    assert now is not None
    assert now.article
    assert cite("S1-17", rulebook="2026.2", now=0) is None


@pytest.mark.parametrize("key", ["grant-404", "job-404", "application-404", "nothing", "SJ4412026990001", ""])
def test_of_what_is_not_there_nothing_is_explained(key: str, stage: Stage) -> None:
    assert explain_thing(stage.states, key, stage.now) is None


def test_who_has_no_name_in_the_market_is_told_so(stage: Stage) -> None:
    found = command(stage, "party-404", request(stage))
    assert (found.allowed, found.said_en.partition(":")[0]) == (False, "envelope.ACTOR_NOT_ADMITTED")
