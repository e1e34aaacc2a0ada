"""A firm, a merchant, a broker and some persons, for the tests of the room of consent: commands with few words."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, start_of
from mumian.rooms.consent.commands import (
    Command,
    DeclareBasis,
    EntrustProcessing,
    GiveConsent,
    GiveMandate,
    PublishNotice,
    RecordGuardian,
    RecordPipia,
    StateScale,
    SubmitPetition,
)
from mumian.rooms.consent.decide import decide
from mumian.rooms.consent.evolve import evolve
from mumian.rooms.consent.model import Event, PersonFacts, ResourceFacts, State, VersionFacts
from mumian.rooms.consent.vocabulary import (
    Act,
    Activity,
    Age,
    Asked,
    Circumstances,
    Conclusion,
    Condition,
    ConsentId,
    Content,
    Finding,
    InfoKind,
    LegalBasis,
    MandateId,
    Manner,
    NoticeId,
    PipiaForm,
    Resource,
    Sensitive,
    SeparateConsent,
    Stated,
    Term,
    Told,
)

FIRM, MERCHANT, BROKER, ANN, BEN, KID, MUM, OTHER = (PartyId(f"party-{n}") for n in range(1, 9))
NOBODY = PartyId("party-99")
EXCHANGE = PartyId("exchange")
R1, R2, PLAIN, UNGRADED, GONE, HIS = (ResourceId(f"resource-{n}") for n in range(1, 7))
D = "ab" * 32
NOW = start_of(date(2026, 9, 21))
UNTIL = NOW + 100 * DAY_MS

RESOURCES = {
    R1: Resource(R1, FIRM, True),
    R2: Resource(R2, FIRM, True),
    PLAIN: Resource(PLAIN, FIRM, False),
    UNGRADED: Resource(UNGRADED, FIRM),
    GONE: Resource(GONE, FIRM, True, True),
    HIS: Resource(HIS, OTHER, True),
}
PERSONS = frozenset({ANN, BEN, KID, MUM})
ADMITTED = frozenset({FIRM, MERCHANT, BROKER, OTHER, *PERSONS})
ROLES = {
    FIRM: frozenset({Role.SUPPLIER}),
    MERCHANT: frozenset({Role.DATA_MERCHANT}),
    BROKER: frozenset({Role.BROKER}),
    OTHER: frozenset({Role.BUYER}),
    EXCHANGE: frozenset({Role.EXCHANGE}),
    **{person: frozenset({Role.INDIVIDUAL}) for person in PERSONS},
}
REGULATOR = PartyId("party-20")
ROLES[REGULATOR] = frozenset({Role.REGULATOR})


def digest(n: int) -> str:
    return f"{n:064x}"


def facts_of(command: Command, actor: str, *, seq: int, now: int = NOW, rulebook: str = "", **known: Any) -> Facts:
    """Gather as the market does, from the cast. known: facts of this case that are otherwise."""
    party = PartyId(actor)
    base = {"seq": seq, "now": now, "actor": party, "roles": ROLES.get(party, frozenset()), "rulebook": rulebook}
    match type(command).__name__:
        case "GiveConsent" | "RecordGuardian" | "SubmitPetition" | "GiveMandate":
            agent_roles = ROLES.get(getattr(command, "agent", NOBODY), frozenset())
            seen = {"resources": tuple(RESOURCES.values()), "admitted": ADMITTED, "persons": PERSONS}
            return PersonFacts(**{**base, **seen, "agent_roles": agent_roles, **known})
        case "ConfirmExclusion":
            resource = RESOURCES.get(command.resource)  # type: ignore[union-attr]
            return VersionFacts(**{**base, "resource": resource, "published_at": now, **known})
        case _:
            return ResourceFacts(**{**base, "resources": tuple(RESOURCES.values()), "admitted": ADMITTED, **known})


class Cast:
    """A state and who speaks to it. seq: number of the next leaf."""

    def __init__(self) -> None:
        self.state = State(*(DictTable() for _ in State.__struct_fields__))
        self.seq = 0
        self.now = NOW

    def ask(self, actor: str, command: Command, **known: Any) -> list[Event] | Refused:
        """Decide a command and apply what it brings."""
        now = known.pop("now", self.now)
        facts = facts_of(command, actor, seq=self.seq, now=now, **known)
        answer = decide(self.state, command, facts)
        self.seq += 1
        for event in answer if isinstance(answer, list) else ():
            evolve(self.state, event)
        return answer

    def say(self, actor: str, command: Command, **known: Any) -> list[Event]:
        """Say a command that is accepted."""
        answer = self.ask(actor, command, **known)
        assert not isinstance(answer, Refused), answer.say()
        return answer

    def clock(self, command: Command, **known: Any) -> list[Event]:
        """Say what the market's clock says: it is never refused."""
        return self.say(MARKET, command, **known)

    def copy(self) -> Cast:
        other = Cast()
        other.state, other.seq, other.now = deepcopy(self.state), self.seq, self.now
        return other


ALWAYS = (Told.CONTACT, Told.PURPOSES, Told.RETENTION, Told.EXERCISE)
EVERYTHING = tuple(Told)

NOTICE = PublishNotice(
    resources=(R1, R2),
    purposes=("risk", "care"),
    manners=(Manner.COLLECT, Manner.USE),
    kinds=(InfoKind.BASIC, InfoKind.HEALTH),
    sensitive=(Sensitive.HEALTH, Sensitive.MINOR),
    activities=(Activity.PUBLISH, Activity.EXPORT),
    recipients=(MERCHANT,),
    retention_days=365,
    items=EVERYTHING,
    text_digest=D,
    minor_rules_digest=D,
)
"""A notice that tells everything: sensitive, provided, published, exported, for children too."""

PLAIN_NOTICE = replace(
    NOTICE, kinds=(InfoKind.BASIC,), sensitive=(), activities=(), recipients=(), items=ALWAYS, minor_rules_digest=None
)
"""A notice of the simplest kind."""

HARMLESS = Circumstances((), False, False, False)
DECLARED = DeclareBasis(R1, "risk", LegalBasis.CONSENT, (InfoKind.BASIC,), HARMLESS, (), D, NoticeId("notice-0"))


def stated(*conditions: Condition, unmet: tuple[Condition, ...] = ()) -> tuple[Stated, ...]:
    return (*(Stated(each, True) for each in conditions), *(Stated(each, False) for each in unmet))


def separate(*activities: Activity) -> tuple[SeparateConsent, ...]:
    return tuple(SeparateConsent(activity, digest(100 + nth)) for nth, activity in enumerate(activities))


CONSENT = GiveConsent(
    person=ANN,
    notice=NoticeId("notice-0"),
    resources=(R1,),
    purposes=("risk",),
    kinds=(InfoKind.BASIC,),
    recipients=(),
    separate=(),
    valid_to=UNTIL,
    act_digest=digest(1),
    age=Age.FROM_14,
)

FINDINGS = tuple(Finding(content, D) for content in Content)
PIPIA = RecordPipia(R1, tuple(Activity), PipiaForm.FULL, FINDINGS, Conclusion.ACCEPTABLE, "dpo.1", D)
MANDATE = GiveMandate(ANN, BROKER, tuple(Act), (), UNTIL, D)
PETITION = SubmitPetition(ANN, FIRM, Asked.ACCESS, (R1,), D)
ENTRUST = EntrustProcessing(R1, MERCHANT, ("risk",), (InfoKind.BASIC,), tuple(Term), UNTIL, D)


def noticed(notice: PublishNotice = NOTICE) -> Cast:
    """The firm published a notice, `notice-0`."""
    cast = Cast()
    cast.say(FIRM, notice)
    return cast


def declared(notice: PublishNotice = NOTICE, **changes: Any) -> Cast:
    """And declared consent as its basis of processing for `risk`."""
    cast = noticed(notice)
    cast.say(FIRM, replace(DECLARED, **changes))
    return cast


def consented(**changes: Any) -> Cast:
    """And Ann consented: `consent-2`."""
    cast = declared()
    cast.say(ANN, replace(CONSENT, **changes))
    return cast


def withdrawn() -> Cast:
    """And withdrew: leaf 3 opened `petition-3`."""
    from mumian.rooms.consent.commands import WithdrawConsent

    cast = consented()
    cast.say(ANN, WithdrawConsent(ConsentId("consent-2")))
    return cast


def mandated(**changes: Any) -> Cast:
    """And Ann mandated the broker: `mandate-2`."""
    cast = declared()
    cast.say(ANN, replace(MANDATE, **changes))
    return cast


def guarded() -> Cast:
    """And Mum is recorded as the child's guardian."""
    cast = declared()
    cast.say(EXCHANGE, RecordGuardian(KID, MUM, D))
    return cast


def assessed(*, scale: int | None = None, **changes: Any) -> Cast:
    """And the firm assessed every activity with the first resource: `pipia-3`."""
    cast = declared()
    if scale is not None:
        cast.say(FIRM, StateScale(scale, D))
    cast.seq = 3
    cast.say(FIRM, replace(PIPIA, **changes))
    return cast


def petitioned(*, verified: bool = False, **changes: Any) -> Cast:
    """And Ann asked the firm for something: `petition-2`."""
    from mumian.rooms.consent.commands import VerifyPetitioner
    from mumian.rooms.consent.vocabulary import PetitionId

    cast = declared()
    cast.say(ANN, replace(PETITION, **changes))
    if verified:
        cast.say(FIRM, VerifyPetitioner(PetitionId("petition-2"), D))
    return cast


def entrusted(**changes: Any) -> Cast:
    """And entrusted the merchant: `entrustment-4`."""
    cast = assessed()
    cast.say(FIRM, replace(ENTRUST, **changes))
    return cast


BY_AGENT = MandateId("mandate-2")
