"""What can be said among companies. What happened is in `events.py`, why not in `refusals.py`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import Digest, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.table import Table
from mumian.rooms.enterprise.events import Event as Event
from mumian.rooms.enterprise.fairness import Term
from mumian.rooms.enterprise.records import Counts, Desk, Enquiry, Firm, Licence, Officer, Opening, Version
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as EnterpriseRefusal
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import (
    Code,
    Decline,
    Duty,
    EnquiryId,
    FirmSize,
    LicenceEnd,
    LicenceId,
    Moment,
    OfficeEnd,
    OfficerCode,
    OfficerId,
    OpeningId,
    Weight,
)

OFFICES_MAX = 8
"""Offices of one company that have not ended: the one in office and those that follow."""

TITLE_CHARS_MAX = 40
CONDITIONS_CHARS_MAX = 400


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"enterprise.{name}", forbid_unknown_fields=True):
    pass


class AppointOfficer(_Command, frozen=True):
    """Appoint a chief data officer (首席数据官) by a code of the company's own. By the company. Facts: `CompanyFacts`.

    valid_to: the first instant out of office, None for an open term. document_digest: of the appointment.
    """

    code: OfficerCode
    scope: Annotated[tuple[Duty, ...], msgspec.Meta(max_length=len(Duty))]
    valid_from: Moment
    valid_to: Moment | None
    document_digest: Digest


class HandOver(_Command, frozen=True):
    """End an office and appoint who follows, from now. By the company.

    document_digest: of what is handed over (交接清单).
    """

    officer: OfficerId
    code: OfficerCode
    scope: Annotated[tuple[Duty, ...], msgspec.Meta(max_length=len(Duty))]
    valid_to: Moment | None
    document_digest: Digest


class EndOffice(_Command, frozen=True):
    """End an office before its time. By the company."""

    officer: OfficerId
    reason: OfficeEnd


class EndOfficeTerm(_Command, frozen=True):
    """End an office whose term is over. By the market."""

    officer: OfficerId


class StateFirm(_Command, frozen=True):
    """State the company's size and weight, or state them anew. By the company. Facts: `CompanyFacts`."""

    size: FirmSize
    weight: Weight
    evidence_digest: Digest


class DraftLicence(_Command, frozen=True):
    """Draft a licence with another company. By the first side. Facts: `CompanyFacts`."""

    other: PartyId
    terms: Terms


class ProposeTerms(_Command, frozen=True):
    """Answer the terms of `version` with others: a new version with both sides' terms. By either side."""

    licence: LicenceId
    version: Positive
    terms: Terms


class AcknowledgeAsymmetries(_Command, frozen=True):
    """Say that the asymmetries in these terms are known and borne. By the weaker side, signed by its officer."""

    licence: LicenceId
    version: Positive
    terms: Annotated[tuple[Term, ...], msgspec.Meta(max_length=len(Term))]
    signed_by: OfficerCode


class SignLicence(_Command, frozen=True):
    """Sign the terms of `version`; the second signature binds both. By either side, signed by its officer."""

    licence: LicenceId
    version: Positive
    signed_by: OfficerCode


class ActivateLicence(_Command, frozen=True):
    """Let a signed licence begin on its first day. By the market. Facts: `ActivationFacts`."""

    licence: LicenceId


class GiveNotice(_Command, frozen=True):
    """Give notice, by the days that one's own leg names; if the other side gave notice too, it ends at once. By either."""

    licence: LicenceId


class EndLicence(_Command, frozen=True):
    """Drop terms that are not signed; or end a licence at once. By a side for broken terms, by a regulator as unlawful."""

    licence: LicenceId
    reason: LicenceEnd
    evidence_digest: Digest


class MeetLicenceEnd(_Command, frozen=True):
    """End a licence whose term or notice is over. By the market."""

    licence: LicenceId
    reason: LicenceEnd


class PublishOpening(_Command, frozen=True):
    """Put a resource or product on the list that is open to small firms (国企带头清单). By its owner, a leading company.

    title: 1 to 40 characters; conditions: 1 to 400, public. until: the first instant at which it is closed.
    Facts: `OpeningFacts`.
    """

    subject: Code
    title: str
    conditions: str
    conditions_digest: Digest
    for_whom: Annotated[tuple[FirmSize, ...], msgspec.Meta(max_length=len(FirmSize))]
    until: Moment


class CloseOpening(_Command, frozen=True):
    """Take an opening off the list; requests that were made are still answered. By its publisher."""

    opening: OpeningId


class ExpireOpening(_Command, frozen=True):
    """Take an opening off the list because its time is over. By the market."""

    opening: OpeningId


class RequestOpening(_Command, frozen=True):
    """Ask for what was opened, for a purpose. By a small firm for whom it is. Facts: `CompanyFacts`."""

    opening: OpeningId
    purpose: Code


class AnswerEnquiry(_Command, frozen=True):
    """Grant or decline a request. By the publisher. licence: that was drafted for it, or empty."""

    enquiry: EnquiryId
    granted: bool
    decline: Decline | None = None
    licence: str = ""


class DeemAnswerOverdue(_Command, frozen=True):
    """Say that a request was not answered in time. By the market."""

    enquiry: EnquiryId


Command = (
    AppointOfficer
    | HandOver
    | EndOffice
    | EndOfficeTerm
    | StateFirm
    | DraftLicence
    | ProposeTerms
    | AcknowledgeAsymmetries
    | SignLicence
    | ActivateLicence
    | GiveNotice
    | EndLicence
    | MeetLicenceEnd
    | PublishOpening
    | CloseOpening
    | ExpireOpening
    | RequestOpening
    | AnswerEnquiry
    | DeemAnswerOverdue
)


class CompanyFacts(Facts, frozen=True, kw_only=True):
    """Whether who speaks is an organisation; and so the other side of a draft, False too if it is not admitted."""

    is_organisation: bool
    other_is_organisation: bool = False


class ActivationFacts(Facts, frozen=True, kw_only=True):
    """Facts of `ActivateLicence`: why what a side gives could not be granted now, by the refusal's name; empty if it can."""

    hindrance: str = ""


class OpeningFacts(Facts, frozen=True, kw_only=True):
    """Facts of `PublishOpening`: who owns the subject, None if there is no such resource or product on offer."""

    owner: PartyId | None


class State(msgspec.Struct):
    """officers, licences, openings, enquiries: by id. desks, firms, counts: by party. versions: `licence/version`.

    by_officer: `party/officer`. by_party: `party/licence`, of both sides. open_subjects: subject → its open opening.
    by_publisher: `party/opening`. by_opening: `opening/enquiry`. waiting: `opening/party` → enquiry without an answer.
    """

    officers: Table[Officer]
    desks: Table[Desk]
    firms: Table[Firm]
    licences: Table[Licence]
    versions: Table[Version]
    openings: Table[Opening]
    enquiries: Table[Enquiry]
    counts: Table[Counts]
    by_officer: Table[OfficerId]
    by_party: Table[LicenceId]
    open_subjects: Table[OpeningId]
    by_publisher: Table[OpeningId]
    by_opening: Table[EnquiryId]
    waiting: Table[EnquiryId]
