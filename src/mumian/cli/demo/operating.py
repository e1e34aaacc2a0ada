"""Act 3, public data: registered with its publicity, put in an operator's hands, opened to a merchant scenario by scenario."""

from __future__ import annotations

from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.stage import Stage, evidence
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.time import DAY_MS, Instant, day_of
from mumian.market.operating import admit_scenario, application, authorize
from mumian.market.registering_public import documents
from mumian.rooms.clocks.model import ClockSet
from mumian.rooms.operation.vocabulary import Mode, OperationId
from mumian.rooms.parties import model as parties
from mumian.rooms.public_register import model as public
from mumian.rooms.public_register.limits import PUBLICITY, kind_of
from mumian.rooms.public_register.vocabulary import Scope, SubmissionId
from mumian.rooms.rights.model import PublicResourceRegistered

PURPOSE, SCENARIO = "insurance-risk", "FIN-01"
YEARS_3 = 3 * 365 * DAY_MS
CEILING_FEN = 6_000_000
"""Guided ceiling of a product on the public data: 60,000 yuan."""


class Coming(NamedTuple):
    """A submission in publicity, and when that is over."""

    submission: SubmissionId
    resource: ResourceId
    over_at: Instant


class Operated(NamedTuple):
    """What public data came to: its query code, and the merchant's grant."""

    code: str
    grant: str


def submit_all(stage: Stage, cast: Cast, resources: dict[PartyId, ResourceId]) -> dict[PartyId, Coming]:
    """Submit both bodies' data to the public register: accepted and reviewed the same day, ten work days of publicity."""
    return {body: _submit(stage, cast, body, resources[body]) for body in (cast.weather, cast.aircraft)}


def _submit(stage: Stage, cast: Cast, body: PartyId, resource: ResourceId) -> Coming:
    stored = public.StoreEvidence(resource, cast.public_registry, evidence(f"{resource} storage"))
    submission = SubmissionId(stage.made(body, stored, "submission"))
    stage.say(body, public.Submit(submission, documents(), Scope.IN_OPERATION, stage.now + YEARS_3))
    stage.say(cast.public_registry, public.Accept(submission))
    passed = stage.say(cast.public_registry, public.PassReview(submission, evidence(f"{resource} review")))
    clocks = (event.clock for event in passed.events if isinstance(event, ClockSet))
    over_at = next(clock.due_at for clock in clocks if clock.kind == kind_of(PUBLICITY))
    return Coming(submission, resource, over_at)


def operate_all(stage: Stage, cast: Cast, coming: dict[PartyId, Coming]) -> dict[PartyId, Operated]:
    """Code both resources once their publicity is over, authorise their operation, admit the merchant's scenario."""
    over_at = max(each.over_at for each in coming.values())
    stage.wait_until(over_at)
    stage.tell(
        f"public data is coded after 10 work days of publicity, on {day_of(over_at)}; plan, selection and agreement follow",
        f"公共数据经10个工作日公示，于 {day_of(over_at)} 赋码；随后方案、遴选、协议",
    )
    return {body: _operate(stage, cast, body, each) for body, each in coming.items()}


def _operate(stage: Stage, cast: Cast, body: PartyId, coming: Coming) -> Operated:
    recorded = stage.say(cast.public_registry, public.RecordResult(coming.submission))
    code = next(event.record.code for event in recorded.events if isinstance(event, PublicResourceRegistered))
    until = stage.now + 2 * 365 * DAY_MS
    script = stage.script
    agreement, _ = authorize(
        script, body, cast.operator, (coming.resource,), Mode.SCENARIO, SCENARIO, CEILING_FEN, until, bureau=cast.bureau
    )
    if body == cast.weather:
        _refuse_related(stage, cast, agreement, coming.resource, until)
    grant = admit_scenario(
        script,
        agreement,
        department=body,
        operator=cast.operator,
        merchant=cast.merchant,
        resource=coming.resource,
        scenario=SCENARIO,
        purposes=(PURPOSE,),
        until=until - DAY_MS,
        territory=("CN",),
        bureau=cast.bureau,
    )
    return Operated(code, grant)


def _refuse_related(stage: Stage, cast: Cast, agreement: OperationId, resource: ResourceId, until: Instant) -> None:
    """The operator's own subsidiary wants to develop what the operator delivers."""
    owns = parties.RelateParties(cast.operator, cast.subsidiary, parties.Relation.HOLDS_SHARES, 6_000)
    stage.say(OPERATOR, owns)
    stage.show_refusal(
        cast.subsidiary,
        application(agreement, resource, SCENARIO, (PURPOSE,), until - DAY_MS),
        "operation.OPERATOR_RELATED",
        "the operator's subsidiary applies to develop its public data",
        "运营机构的控股子公司申请开发其公共数据（运商分离）",
    )
