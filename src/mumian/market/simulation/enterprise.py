"""What companies say of officers, licences and openings."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.data import PURPOSES
from mumian.market.simulation.gradings import OFFICER
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.enterprise import events
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise.fairness import burdens_on, weaker
from mumian.rooms.enterprise.records import Licence
from mumian.rooms.enterprise.terms import SKELETON, DataGiven, Leg, SectionText, Terms
from mumian.rooms.enterprise.views import officer_of, terms_of
from mumian.rooms.enterprise.vocabulary import (
    SHELTERED,
    Decline,
    Derived,
    Duty,
    EnquiryId,
    FirmSize,
    LicenceEnd,
    LicenceId,
    LicenceState,
    Model,
    OfficeEnd,
    OfficerId,
    OpeningId,
    PriceForm,
    Side,
    Weight,
)

MADE: dict[type, tuple[str, str]] = {
    events.OfficerAppointed: ("officer", "officer"),
    events.LicenceDrafted: ("licence", "licence"),
    events.OpeningPublished: ("opening", "opening"),
    events.OpeningRequested: ("enquiry", "enquiry"),
}

COMPANIES = (Role.SUPPLIER, Role.SUPPLIER, Role.DATA_MERCHANT, Role.BUYER, Role.PUBLIC_BODY)


def appoint(s: Scene) -> Said:
    until = s.one((None, s.now + 30 * DAY_MS, s.now + 400 * DAY_MS))
    scope = tuple(Duty) if s.chance(850) else s.some(Duty)
    code = OFFICER if s.chance(900) else "cdo2"
    start = s.one((s.now, s.now, s.now, s.after(60)))
    return Said(s.who(s.one(COMPANIES)), enterprise.AppointOfficer(code, scope, start, until, s.digest()))


def signer(s: Scene, party: PartyId) -> str:
    """Return the code of who is in office at a party, mostly."""
    office = officer_of(s.states.enterprise, party, s.now)
    return OFFICER if office is None or s.chance(50) else office[1].code


def change_office(s: Scene) -> Said | None:
    key = OfficerId(s.pick("officer"))
    record = s.states.enterprise.officers.get(key)
    if record is None:
        return None
    following = enterprise.HandOver(key, s.one((OFFICER, "cdo2")), tuple(Duty), s.one((None, s.after(300))), s.digest())
    return Said(record.party, s.one((following, enterprise.EndOffice(key, s.one(tuple(OfficeEnd))))))


def state_firm(s: Scene) -> Said:
    leads = s.chance(300)
    weight = s.one(tuple(Weight)) if leads else Weight.NONE
    size = FirmSize.LARGE if leads else s.one(tuple(FirmSize))
    return Said(s.who(s.one(COMPANIES)), enterprise.StateFirm(size, weight, s.digest()))


def draft(s: Scene) -> Said | None:
    """Draft a licence over a right that somebody has with somebody who may have one too."""
    record = s.states.rights.rights.get(s.pick("right"))
    if record is None:
        return None
    other = PartyId(s.who(s.one((Role.DATA_MERCHANT, Role.SUPPLIER))))
    return Said(record.holder, enterprise.DraftLicence(other, _terms(s, record.holder, other)))


def _terms(s: Scene, first: PartyId, second: PartyId) -> Terms:
    sections = tuple(SectionText(section, s.digest()) for section in SKELETON)
    if s.chance(30):
        sections = s.some(sections)
    model = s.one((Model.PROVISION, Model.PROVISION, Model.FUSION, *Model))
    return Terms(model=model, first=_leg(s, first), second=_leg(s, second), sections=sections)


def _leg(s: Scene, party: PartyId) -> Leg:
    return Leg(
        data=_data(s, party),
        derived=s.one(tuple(Derived)),
        audit=s.chance(200),
        liability_cap_fen=s.one((None, 10**6, 10**6, 10**6, 10**7)),
        termination_days=s.one((0, 30, 30, 30, 90)),
    )


def _data(s: Scene, party: PartyId) -> DataGiven | None:
    """Return data that the party may give, from one of the newest rights or grants that are its own."""
    rights = ((key, s.states.rights.rights[key]) for key in reversed(s.made["right"][-60:]))
    own = [(key, record) for key, record in rights if record.holder == party and record.ended is None]
    if not own:
        return None
    key, record = s.one(own)
    starts = s.one((s.now, s.now, s.after(20)))
    form = s.one((PriceForm.FREE, PriceForm.FIXED))
    return DataGiven(
        parent=key,
        right=record.right,
        purposes=s.some(PURPOSES),
        territory=s.one(((), ("CN",), ("CN-44",))),
        valid_from=max(starts, record.valid_from),
        valid_to=max(0, min(starts + s.one((10, 200)) * DAY_MS, record.valid_to)),
        onward=s.chance(300),
        exclusive=s.chance(200),
        resale=s.chance(200),
        price_form=form,
        price_fen=0 if form is PriceForm.FREE else 10_000,
    )


def advance_licence(s: Scene) -> Said | None:
    """Say what is next in the life of a licence, as one of its sides would."""
    key = LicenceId(s.pick("licence"))
    licence = s.states.enterprise.licences.get(key)
    if licence is None:
        return None
    side = s.one(tuple(Side))
    actor = licence.party(side)
    if licence.state in (LicenceState.DRAFT, LicenceState.NEGOTIATE):
        return _negotiate(s, key, licence, side)
    if s.chance(60):
        return Said(actor, enterprise.GiveNotice(key))
    if s.chance(30):
        actor = s.one((actor, PartyId(s.who(Role.REGULATOR))))
        return Said(actor, enterprise.EndLicence(key, s.one(tuple(LicenceEnd)), s.digest()))
    return Said(actor, enterprise.SignLicence(key, licence.version, signer(s, actor))) if s.chance(20) else None


def _negotiate(s: Scene, key: LicenceId, licence: Licence, side: Side) -> Said:
    actor = licence.party(side)
    silent = next((p for p in (licence.first, licence.second) if p not in s.states.enterprise.firms), None)
    if silent is not None and s.chance(850):
        size, weight = s.one(((FirmSize.SMALL, Weight.NONE), (FirmSize.LARGE, Weight.STATE_COMPANY)))
        return Said(silent, enterprise.StateFirm(size, weight, s.digest()))
    terms = terms_of(s.states.enterprise, key)
    is_over = terms is not None and min(data.valid_to for _, data in terms.given) <= s.now
    if terms is not None and is_over and s.chance(900):
        return Said(actor, enterprise.ProposeTerms(key, licence.version, _later(s, terms)))
    if s.chance(120):
        return Said(actor, enterprise.ProposeTerms(key, licence.version, _terms(s, licence.first, licence.second)))
    if s.chance(30):
        return Said(actor, enterprise.EndLicence(key, LicenceEnd.WITHDRAWN, s.digest()))
    signing = enterprise.SignLicence(key, licence.version, signer(s, actor))
    return _acknowledge(s, key, licence) or Said(actor, signing)


def _later(s: Scene, terms: Terms) -> Terms:
    """Return the same terms for days to come."""
    until = s.now + s.one((10, 60)) * DAY_MS
    legs = (
        replace(leg, data=None if leg.data is None else replace(leg.data, valid_from=s.now, valid_to=until))
        for leg in (terms.first, terms.second)
    )
    return replace(terms, **dict(zip(("first", "second"), legs, strict=True)))


def _acknowledge(s: Scene, key: LicenceId, licence: Licence) -> Said | None:
    """Have the weaker side acknowledge what it bears, if there is one and it has not."""
    first, second = (s.states.enterprise.firms.get(party) for party in (licence.first, licence.second))
    terms = terms_of(s.states.enterprise, key)
    if first is None or second is None or terms is None or s.chance(200):
        return None
    weak = weaker((first.size, first.weight), (second.size, second.weight))
    heavier = () if weak is None else tuple(t for t in burdens_on(terms, weak) if t not in licence.acknowledged)
    if weak is None or not heavier:
        return None
    named = heavier if s.chance(900) else s.some(tuple(heavier[:1]))
    actor = licence.party(weak)
    return Said(actor, enterprise.AcknowledgeAsymmetries(key, licence.version, named, signer(s, actor)))


def publish(s: Scene) -> Said | None:
    leading = [key for key, firm in s.states.enterprise.firms.under() if firm.weight is not Weight.NONE][:50]
    resource = s.pick("resource")
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    if record.holder not in leading and s.chance(500):
        return Said(record.holder, enterprise.StateFirm(FirmSize.LARGE, Weight.STATE_COMPANY, s.digest()))
    until = s.now + s.one((3, 100, 300)) * DAY_MS
    whom = s.some(SHELTERED)
    command = enterprise.PublishOpening(resource, "电网负荷", "签订许可后提供", s.digest(), whom, until)
    return Said(record.holder, command)


def ask(s: Scene) -> Said:
    small = [key for key, firm in s.states.enterprise.firms.under() if firm.weight is Weight.NONE]
    firm = s.fresh(small) if small and s.chance(900) else s.who(Role.BUYER)
    return Said(firm, enterprise.RequestOpening(OpeningId(s.pick("opening")), s.one(PURPOSES)))


def answer(s: Scene) -> Said | None:
    key = EnquiryId(s.pick("enquiry"))
    record = s.states.enterprise.enquiries.get(key)
    if record is None or (record.granted is not None and s.chance(900)):
        return None
    granted = s.chance(600)
    decline = None if granted is s.chance(950) else s.one(tuple(Decline))
    licence = s.pick("licence") if s.chance(100) else ""
    publisher = s.states.enterprise.openings[record.opening].publisher
    return Said(publisher, enterprise.AnswerEnquiry(key, granted, decline, licence))


def close(s: Scene) -> Said | None:
    key = OpeningId(s.pick("opening"))
    record = s.states.enterprise.openings.get(key)
    return None if record is None else Said(record.publisher, enterprise.CloseOpening(key))


def pretend(s: Scene) -> Said:
    """Say what only the market says."""
    licence = LicenceId(s.pick("licence"))
    commands = (
        enterprise.EndOfficeTerm(OfficerId(s.pick("officer"))),
        enterprise.ActivateLicence(licence),
        enterprise.MeetLicenceEnd(licence, LicenceEnd.EXPIRED),
        enterprise.ExpireOpening(OpeningId(s.pick("opening"))),
        enterprise.DeemAnswerOverdue(EnquiryId(s.pick("enquiry"))),
    )
    return Said(s.pick("party"), s.one(commands))


HABITS: tuple[tuple[int, Habit], ...] = (
    (12, appoint),
    (4, change_office),
    (12, state_firm),
    (15, draft),
    (50, advance_licence),
    (12, publish),
    (12, ask),
    (10, answer),
    (2, close),
    (2, pretend),
)
