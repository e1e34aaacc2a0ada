"""What the clean room must know of other rooms before it tickets a job or records a meter's batch."""

from __future__ import annotations

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.lawful import lawful
from mumian.market.gathering.seen import may_leave
from mumian.market.metered import covering, precision_left_nano
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.catalog.description import Description
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, columns_of
from mumian.rooms.cleanroom.records import JobKind
from mumian.rooms.contracts import model as contracts
from mumian.rooms.contracts import views as contract_views
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import DeliveryForm, ProductType
from mumian.rooms.exchange.states import DealState
from mumian.rooms.parties import views as parties
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.chain import Chain

JOB_OF = {
    ProductType.VERIFY: JobKind.VERIFICATION,
    ProductType.INDICATOR: JobKind.AGGREGATE,
}
"""Types of product that answer jobs, and how."""

OPEN_DEALS = frozenset({DealState.SIGNED, DealState.DELIVERED, DealState.IN_USE})
"""Deals under which jobs may run: signed, and neither settled nor in dispute."""

TERRITORY = "CN"
"""Where the jobs of this market are used. What crosses the border is decided elsewhere, and not yet here."""

ACTION_OF = {JobKind.AGGREGATE: "aggregate", JobKind.VERIFICATION: "verify"}
"""The ODRL action that a job is."""


def _record_release(s: States, c: cleanroom.RecordRelease | cleanroom.SubmitForReview, base: Base) -> Facts:
    """What was revoked, frozen or withdrawn since the ticket was issued, of the chains beneath the job's product."""
    job = s.cleanroom.jobs.get(c.job)
    product = s.exchange.products.get(job.product) if job else None
    sources = product.sources if product else ()
    form = product.delivery if product else DeliveryForm.SANDBOX
    walks = (right_views.chain(s.rights, source, base["now"]) for source in sources)
    stood = (_standing(s, walked, form, base["now"]) for walked in walks)
    seen = (_held_against(s, each, job.kind, job.consumer, job.purpose, base["now"]) for each in stood if job)
    barred = next((each for each in seen if not each.unbroken or each.denied or each.unlawful), None)
    return cleanroom.ReleaseFacts(**base, barred=barred)


def _request_job(s: States, c: cleanroom.RequestJob, base: Base) -> Facts:
    product = s.exchange.products.get(c.product)
    agreement = s.contracts.agreements.get(c.agreement)
    is_aggregate = isinstance(c.plan, AggregatePlan)
    kind = JobKind.AGGREGATE if is_aggregate else JobKind.VERIFICATION
    decision = contract_views.decide_use(
        s.contracts,
        c.agreement,
        action=ACTION_OF[kind],
        actor=base["actor"],
        now=base["now"],
        purpose=c.purpose,
        territory=TERRITORY,
        target=c.product,
    )
    order_key = s.exchange.by_agreement.get(c.agreement)
    order = s.exchange.orders.get(order_key) if order_key else None
    return cleanroom.JobFacts(
        **base,
        product_kind=JOB_OF.get(product.product_type) if product else None,
        consumer=agreement.assignee if agreement else None,
        agreement_product=agreement.target if agreement else None,
        decision=decision,
        sources=tuple(
            _held_against(
                s, _job_source(s, source, c, product, base["now"]), kind, base["actor"], c.purpose, base["now"]
            )
            for source in (product.sources if product else ())
        ),
        order_open=order is not None and order.state in OPEN_DEALS,
        group=_group(s, base["actor"]),
        precision_nano=None if order is None else precision_left_nano(s, c.agreement, order),
        covering=None if order is None else covering(s, c.agreement, order),
    )


def _group(s: States, actor: PartyId) -> tuple[PartyId, ...]:
    """Return the actor and all parties related to it: together they have one share of a budget, and see as one."""
    return tuple(sorted({actor, *parties.related(s.parties, actor)}))


def _job_source(
    s: States, source: str, c: cleanroom.RequestJob, product: exchange.Product, now: Instant
) -> cleanroom.SourceSeen:
    """Return one source of a product as the clean room sees it when this job is asked for."""
    walked = right_views.chain(s.rights, source, now)
    seen = _standing(s, walked, product.delivery, now)
    described = catalog.description(s.catalog, seen.resource)
    if not seen.unbroken or described is None:
        return seen
    broken_at, reason = _beyond(s, source, c, walked, product.seller, described, now)
    if not reason:
        return seen
    return msgspec.structs.replace(seen, unbroken=False, broken_at=broken_at, reason=reason)


def _held_against(
    s: States,
    seen: cleanroom.SourceSeen,
    kind: JobKind,
    consumer: PartyId,
    purpose: str,
    now: Instant,
) -> cleanroom.SourceSeen:
    """Return a source as its holder's standing policies and the persons in it let it be used by this job."""
    if not seen.unbroken:
        return seen
    decision = contract_views.decide_resource(
        s.contracts,
        seen.resource,
        action=ACTION_OF[kind],
        party=consumer,
        now=now,
        purpose=purpose,
        territory=TERRITORY,
    )
    if decision is not None and not decision.allowed:
        return msgspec.structs.replace(seen, denied=decision.say())
    recipient = seen.holder if kind is JobKind.AGGREGATE else consumer
    answer = lawful(s, seen.resource, recipient=recipient, purposes=(purpose,), now=now)
    if isinstance(answer, Refused):
        return msgspec.structs.replace(seen, unlawful=answer.refusal.full_name)
    return msgspec.structs.replace(
        seen,
        rules=answer.rules if answer is not None else (),
        policies=decision.determined_by if decision is not None else (),
    )


def _standing(s: States, walked: Chain, form: DeliveryForm, now: Instant) -> cleanroom.SourceSeen:
    """Return one source of a product as its chain and its level stand. A holder's domain is the holder's own."""
    resource = ResourceId(walked.resource)
    record, described = catalog.resource(s.catalog, resource), catalog.description(s.catalog, resource)
    version = catalog.latest_version(s.catalog, resource)
    holder = record.holder if record else PartyId("")
    broken_at, reason = walked.broken_at, str(walked.reason or "")
    if walked.unbroken and (record is None or record.is_withdrawn):
        broken_at, reason = walked.resource, "withdrawn"
    elif walked.unbroken and not may_leave(s, resource, form, now):
        broken_at, reason = walked.resource, "level"
    return cleanroom.SourceSeen(
        resource=resource,
        holder=holder,
        domain=holder,
        version_digest=version.digest if version else None,
        unbroken=not reason,
        broken_at=broken_at,
        reason=reason,
        protected=described is None or bool(described.privacy_unit),
        path=walked.path,
        personal=_holds_persons(s, resource),
    )


def _holds_persons(s: States, resource: ResourceId) -> bool:
    """Tell whether a resource is graded as holding personal information; what is not graded is taken to."""
    graded = catalog.grading(s.catalog, resource)
    return graded is None or graded.persons


def _beyond(
    s: States,
    source: str,
    c: cleanroom.RequestJob,
    walked: Chain,
    seller: PartyId,
    described: Description,
    now: Instant,
) -> tuple[str, str]:
    """Return where and how the job goes beyond what its source permits: purpose, territory or fields; ("", "") if it does not."""
    known = {field.name for field in described.fields}
    permitted = right_views.permits(
        s.rights,
        source=source,
        holder=seller,
        right=walked.links[0].right or Right.USE,
        purpose=c.purpose,
        territory=TERRITORY,
        now=now,
        fields=tuple(column for column in columns_of(c.plan) if column in known),
    )
    return (source, permitted.refusal.name.lower()) if isinstance(permitted, Refused) else ("", "")


def _record_usage(s: States, c: cleanroom.RecordUsage, base: Base) -> Facts:
    agreement: contracts.Agreement | None = s.contracts.agreements.get(c.agreement)
    order_key = s.exchange.by_agreement.get(c.agreement)
    order = s.exchange.orders.get(order_key) if order_key else None
    product = s.exchange.products.get(c.product)
    holders = {_holder_above(s, source, base["now"]) for source in product.sources} if product else set()
    return cleanroom.UsageFacts(
        **base,
        in_force=agreement is not None and agreement.ended_at is None and agreement.target == c.product,
        holds_source=base["actor"] in holders,
        charge_fen=0 if order is None else _charge_fen(s, c, order),
    )


def _charge_fen(s: States, c: cleanroom.RecordUsage, order: exchange.Order) -> int:
    """Return what the batch costs after the calls before it; calls beyond what was ordered are never billed."""
    usage = s.cleanroom.usage.get(f"{c.agreement}/{c.product}")
    before = min(usage.calls if usage is not None else 0, order.quantity)
    charge_fen: int = order.charge_fen(before=before, units=min(c.calls, order.quantity - before))
    return charge_fen


def _holder_above(s: States, source: str, now: Instant) -> PartyId | None:
    record = catalog.resource(s.catalog, ResourceId(right_views.chain(s.rights, source, now).resource))
    return record.holder if record else None


def _open_budget(s: States, c: cleanroom.OpenBudget, base: Base) -> Facts:
    record = catalog.resource(s.catalog, c.resource)
    holder = record.holder if record else None
    return cleanroom.BudgetFacts(**base, holder=holder)


def _set_rules(s: States, c: cleanroom.SetAnalysisRules, base: Base) -> Facts:
    record = catalog.resource(s.catalog, c.resource)
    personal = _holds_persons(s, c.resource)
    return cleanroom.RulesFacts(**base, holder=record.holder if record else None, personal=personal)


GATHER: dict[type, Gather] = {
    cleanroom.OpenBudget: _open_budget,
    cleanroom.SetAnalysisRules: _set_rules,
    cleanroom.RequestJob: _request_job,
    cleanroom.RecordRelease: _record_release,
    cleanroom.SubmitForReview: _record_release,
    cleanroom.RecordUsage: _record_usage,
}
