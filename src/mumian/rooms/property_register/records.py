"""What the property register remembers."""

from __future__ import annotations

from datetime import date

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind, Right, SourceType
from mumian.kernel.time import Instant
from mumian.rooms.property_register.forms import Content
from mumian.rooms.property_register.vocabulary import (
    ApplicationId,
    BasisKind,
    CertificateNo,
    EndReason,
    Findings,
    Ground,
    Kind,
    NoteKind,
    ObjectionState,
    Phase,
    Stage,
    Statement,
)


class Resource(msgspec.Struct, frozen=True):
    """A resource as the catalog sees it. coded: registered as public data resource, in force."""

    resource: ResourceId
    holder: PartyId
    kind: DataKind
    source_type: SourceType
    title: str
    summary: str
    withdrawn: bool = False
    coded: bool = False


class Application(msgspec.Struct, frozen=True):
    """An application as it stands.

    applicant: who submitted it and is told what follows. certificate: the number that it is about; once it is certified,
    the number that came of it. accepted_on: a work day, from which the review is counted. requests: rounds of 补证 so far.
    cause: name of the refusal because of which the market rejected it. files_until: its files are kept so long.
    """

    kind: Kind
    registry: PartyId
    applicant: PartyId
    resource: ResourceId
    certificate: CertificateNo
    stage: Stage
    submitted_at: Instant
    accepted_on: date | None = None
    deemed: bool = False
    returned: bool = False
    phase: Phase = Phase.FIRST
    extension_work_days: int = 0
    requests: int = 0
    closed_at: Instant = 0
    grounds: tuple[Ground, ...] = ()
    cause: str = ""
    files_until: Instant = 0


class Review(msgspec.Struct, frozen=True):
    """What the reviewer found. found: the facts of S1 第21条 as examined, by which the application is decided."""

    findings: Findings
    found: tuple[Statement, ...]
    waived: bool
    by: PartyId
    at: Instant


class Line(msgspec.Struct, frozen=True):
    """One right on a certificate. rules: that it was decided by, the row of S1 第21条 first.

    attested_at: of its registration or last renewal. valid_to: the first instant at which it no longer holds.
    """

    right: Right
    holder: PartyId
    basis: BasisKind
    proof_digest: str
    limits: str
    rules: tuple[str, ...]
    attested_at: Instant
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None


class Certificate(msgspec.Struct, frozen=True):
    """A certificate (登记凭证). title: the name of the data when it was attested. source_type: the row that decided.

    edition: 1, and one more with each change or renewal. files_until: the files of its registration are kept so long.
    """

    number: CertificateNo
    application: ApplicationId
    registry: PartyId
    resource: ResourceId
    title: str
    source_type: SourceType
    content: Content
    lines: tuple[Line, ...]
    attested_at: Instant
    files_until: Instant
    edition: int = 1


class Note(msgspec.Struct, frozen=True):
    """备注. objection: because of which it was made, or empty. files: evidence by digest."""

    certificate: CertificateNo
    lines: tuple[Natural, ...]
    kind: NoteKind
    evidence_digest: str
    by: PartyId
    at: Instant
    objection: str = ""
    removed: bool = False


class Objection(msgspec.Struct, frozen=True):
    """An objection to an application in publicity or, where lines are named, to a certificate (S1 第29条).

    answerer: who is to decide or conclude: the registry. holder: who answers for the certificate; empty in publicity.
    escalations: how often the registry's limit passed in silence.
    """

    about: str
    lines: tuple[Natural, ...]
    party: PartyId
    registry: PartyId
    holder: PartyId
    ground: Ground
    evidence_digest: str
    state: ObjectionState
    raised_at: Instant
    escalations: int = 0
