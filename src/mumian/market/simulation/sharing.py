"""What public bodies, their data bureau, companies and operators say of sharing."""

from __future__ import annotations

from typing import Any

from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.data import description
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import uscc
from mumian.rooms.catalog.description import Quality
from mumian.rooms.catalog.model import DescribeResource, DutyItem, ListDuties, PublishVersion
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.sharing import model as sharing
from mumian.rooms.sharing.events import AttributesSet, BodyEnrolled, DefectReported, ShareRequested, TicketRaised
from mumian.rooms.sharing.records import Defect, Share, Ticket
from mumian.rooms.sharing.vocabulary import (
    Attribute,
    Attributes,
    AttributeState,
    BodyLevel,
    CannotReason,
    DefectId,
    DefectRejection,
    DefectState,
    Dimension,
    Effect,
    EndCause,
    Level,
    Reason,
    ResultKind,
    ReturnReason,
    ShareId,
    ShareRefusal,
    ShareState,
    TicketAnswer,
    TicketId,
    TicketResult,
    TicketState,
    Way,
)

MADE: dict[type, tuple[str, str]] = {
    BodyEnrolled: ("body", "enrolled"),
    AttributesSet: ("resource", "attributed"),
    ShareRequested: ("share", "share"),
    TicketRaised: ("ticket", "ticket"),
    DefectReported: ("defect", "defect"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""

REGIONS = ("440000", "440100", "440106", "440300")
DEPARTMENTS = ("transport", "police")
PURPOSES = ("case-review", "approval", "statistics")


def admit_office(s: Scene) -> Said:
    """A data bureau, or one more public body."""
    s.companies += 1
    role = s.one((Role.DATA_BUREAU, Role.PUBLIC_BODY))
    return Said(OPERATOR, AdmitParty(PartyKind.PUBLIC_BODY, f"机关{s.companies}", uscc(s.companies), None, (role,)))


def enrol(s: Scene) -> Said:
    """Mostly a body of the bureau that was first there: most of what is shared is shared under one."""
    bureaus = s.of_role[Role.DATA_BUREAU]
    bureau = bureaus[0] if bureaus and s.chance(900) else s.who(Role.DATA_BUREAU)
    body = PartyId(s.who(Role.PUBLIC_BODY))
    command = sharing.EnrolBody(body, s.one(REGIONS), s.one(tuple(BodyLevel)), s.one(DEPARTMENTS))
    return Said(bureau, command)


def set_attributes(s: Scene) -> Said | None:
    """Mostly by a body that a bureau enrolled, of data that it holds."""
    resource = _held(s, s.pick("enrolled")) if s.chance(900) else ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    attributes = Attributes(_attribute(s), _attribute(s), s.chance(200))
    return Said(record.holder, sharing.SetAttributes(resource, attributes))


def _held(s: Scene, holder: str) -> ResourceId:
    """Return something that a party holds, or anything."""
    held = [resource for _, resource in s.states.catalog.by_holder.under(f"{holder}/")]
    return ResourceId(s.fresh(held) if held else s.pick("resource"))


def describe(s: Scene) -> Said:
    """An enrolled body describes data of its duty."""
    return Said(s.pick("enrolled"), DescribeResource(description(s, DataKind.PUBLIC, SourceType.GOV_DUTY)))


def _attribute(s: Scene) -> Attribute:
    level = s.one((Level.UNCONDITIONAL, Level.UNCONDITIONAL, Level.CONDITIONAL, Level.CONDITIONAL, Level.NONE))
    is_free = level is Level.UNCONDITIONAL
    if s.chance(50):
        is_free = not is_free
    return Attribute(level) if is_free else Attribute(level, s.one(tuple(Reason)), s.one(("PIPL-13", None, "DSL-38")))


def decide_attributes(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("attributed"))
    record = s.states.sharing.attributes.get(resource)
    if record is None or (record.state is not AttributeState.PROPOSED and s.chance(800)):
        return None
    returned = sharing.ReturnAttributes(resource, s.one(tuple(ReturnReason)))
    command = returned if s.chance(150) else sharing.ConfirmAttributes(resource)
    return Said(_bureau_of(s, record.holder), command)


def _bureau_of(s: Scene, holder: str) -> str:
    body = s.states.sharing.bodies.get(holder)
    return s.who(Role.DATA_BUREAU) if body is None or s.chance(50) else str(body.bureau)


def request(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("attributed"))
    record = s.states.sharing.attributes.get(resource)
    asker = s.pick("enrolled") if s.chance(900) else s.who(Role.PUBLIC_BODY)
    is_odd = record is not None and (record.confirmed is None or asker in (record.holder, "")) and s.chance(900)
    if record is None or is_odd:
        return None
    duty = s.one((_duty(s, asker), "duty-1", None)) if s.chance(100) else _duty(s, asker)
    use_to = s.one((s.after(20), s.after(400), s.after(1_200), None)) if s.chance(200) else s.after(300)
    fields = ("driver",) if s.chance(50) else s.one(((), (), ("delay",)))
    return Said(asker, sharing.RequestShare(resource, s.one(PURPOSES), duty, fields, use_to))


def _duty(s: Scene, body: str) -> str:
    """Return an item of the body's duty inventory, or one that it does not have."""
    found = next((key for key, _ in s.states.catalog.duties.under(f"{body}/")), "")
    return found.partition("/")[2] or "duty-9"


def list_duty(s: Scene) -> Said:
    """A body that asks for data lists the duty that it is for."""
    item = DutyItem("duty-1", "航班调度", "调度系统", ("时刻",))
    return Said(s.pick("enrolled"), ListDuties((item,)))


def advance_share(s: Scene) -> Said | None:
    """Say what is next for a share, mostly one that is asked for or granted."""
    live = [key for _, key in s.states.sharing.asked.under()]
    key = ShareId(s.fresh(live) if live and s.chance(800) else s.pick("share"))
    record = s.states.sharing.shares.get(key)
    if record is None:
        return None
    match record.state:
        case ShareState.REQUESTED if s.chance(100):
            return Said(record.requester, sharing.WithdrawShareRequest(key))
        case ShareState.REQUESTED if s.chance(400):
            return Said(record.holder, _answer(s, key, record))
        case ShareState.ESCALATED:
            return Said(_bureau_of(s, record.holder), _answer(s, key, record))
        case ShareState.GRANTED | ShareState.ENDED if s.chance(500):
            use = sharing.ReportUse(key, s.one(tuple(Effect)), s.rng.randrange(100), s.digest())
            return Said(record.requester, use)
        case ShareState.GRANTED if s.chance(300):
            return Said(s.one((record.requester, record.holder)), sharing.EndShare(key, s.one(tuple(EndCause))))
        case ShareState.GRANTED:
            dimension, fields = s.one(tuple(Dimension)), s.one(((), ("delay",)))
            return Said(record.requester, sharing.ReportDefect(key, dimension, fields, s.digest()))
        case _:
            return None


def _answer(s: Scene, key: ShareId, record: Share) -> sharing.GrantShare | sharing.RefuseShare:
    if s.chance(250):
        return sharing.RefuseShare(key, s.one(tuple(ShareRefusal)), s.digest())
    attributes = s.states.sharing.attributes[record.resource].confirmed
    if attributes is not None and attributes.share.level is Level.NONE and s.chance(900):
        return sharing.RefuseShare(key, ShareRefusal.STATUTE, s.digest())
    is_bound = attributes is not None and attributes.share.level is Level.CONDITIONAL
    conditions = ("no-onward",) if is_bound is s.chance(950) else ()
    return sharing.GrantShare(
        key, (), conditions, s.one((None, None, None, record.use_to - DAY_MS, record.use_to + s.rng.randrange(2)))
    )


def raise_ticket(s: Scene) -> Said:
    raiser = s.one((s.who(Role.BUYER), s.who(Role.PUBLIC_BODY), s.who(Role.PUBLIC_DATA_OPERATOR)))
    title = s.one(("航班起降时刻", "航班起降时刻", "木" * 41))
    command = sharing.RaiseTicket(
        PartyId(s.who(Role.DATA_BUREAU)), title, s.one(("G56", "G", "A01")), s.one((("航班",), ())),
        s.one(PURPOSES), s.digest(),
    )  # fmt: skip
    return Said(raiser, command)


def advance_ticket(s: Scene) -> Said | None:
    """Say what is next for a ticket."""
    key = TicketId(s.pick("ticket"))
    record = s.states.sharing.tickets.get(key)
    if record is None or (record.state is TicketState.CLOSED and s.chance(900)):
        return None
    if s.chance(60):
        actor = s.one((record.raiser, record.bureau))
        return Said(actor, sharing.CloseTicket(key, s.one(tuple(TicketResult))))
    match record.state:
        case TicketState.SUBMITTED | TicketState.OVERDUE:
            return Said(record.bureau, sharing.AssignTicket(key, PartyId(_body(s))))
        case TicketState.ASSIGNED if s.chance(300):
            return Said(record.holder, sharing.AnswerTicket(key, TicketAnswer.CANNOT, s.one(tuple(CannotReason))))
        case TicketState.ASSIGNED:
            return Said(record.holder, sharing.AnswerTicket(key, TicketAnswer.WILL_DELIVER))
        case TicketState.ANSWERED:
            return _deliver(s, key, record)
        case TicketState.DELIVERED:
            result = s.one((TicketResult.SATISFIED, TicketResult.SATISFIED, TicketResult.NOT_SATISFIED))
            return Said(record.raiser, sharing.CloseTicket(key, result))
        case _:
            return None


def _body(s: Scene) -> str:
    return s.pick("enrolled") if s.chance(800) else s.who(Role.PUBLIC_BODY)


def _deliver(s: Scene, key: TicketId, record: Ticket) -> Said:
    if record.answer is TicketAnswer.CANNOT:
        return Said(record.bureau, sharing.AssignTicket(key, PartyId(_body(s))))
    return Said(record.holder, sharing.DeliverTicket(key, _held(s, record.holder), s.one(tuple(Way))))


def advance_defect(s: Scene) -> Said | None:
    """Say what is next for a defect: mostly a new version first, then that it corrects it."""
    key = DefectId(s.pick("defect"))
    record: Defect | None = s.states.sharing.defects.get(key)
    if record is None or record.state in (DefectState.CORRECTED, DefectState.REJECTED):
        return None
    reject = sharing.RejectDefect(key, s.one(tuple(DefectRejection)), s.digest())
    if record.state is DefectState.ESCALATED and s.chance(600):
        return Said(_bureau_of(s, record.holder), s.one((reject, sharing.OrderCorrection(key, s.digest()))))
    newest: Any = max(s.states.catalog.versions.under(f"{record.resource}/"), default=(None, None))[1]
    if newest is not None and newest.published_at >= record.at:
        return Said(record.holder, sharing.CorrectDefect(key, newest.digest))
    if s.chance(300):
        return Said(record.holder, reject)
    return _publish(s, record)


def _publish(s: Scene, record: Defect) -> Said:
    return Said(record.holder, PublishVersion(record.resource, s.digest(), 20_000, 2_000_000, Quality()))


def feed_back(s: Scene) -> Said | None:
    authorization = s.states.rights.authorizations.get(s.pick("authorization"))
    if authorization is None:
        return None
    resource = s.one(authorization.resources)
    return Said(authorization.operator, sharing.FeedBackResult(resource, s.one(tuple(ResultKind)), s.digest()))


HABITS: tuple[tuple[int, Habit], ...] = (
    (3, admit_office),
    (8, enrol),
    (5, describe),
    (12, set_attributes),
    (10, decide_attributes),
    (4, list_duty),
    (14, request),
    (18, advance_share),
    (5, raise_ticket),
    (14, advance_ticket),
    (8, advance_defect),
    (3, feed_back),
)
