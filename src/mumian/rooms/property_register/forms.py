"""What is filled in to apply: one form a kind (S1 附件1 and the tables for transfer, change, renewal, cancellation)."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest, Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import SourceType
from mumian.rooms.property_register.vocabulary import (
    APPLICANTS_MAX,
    CLAIMS_MAX,
    FUSED_MAX,
    Applicant,
    CancelReason,
    CertificateNo,
    Claim,
    Evidence,
    Fused,
    Kind,
    Legacy,
    Lines,
    Moment,
    Origin,
    Restrictions,
    Statements,
)

Applicants: TypeAlias = Annotated[tuple[Applicant, ...], msgspec.Meta(max_length=APPLICANTS_MAX)]
Claims: TypeAlias = Annotated[tuple[Claim, ...], msgspec.Meta(max_length=CLAIMS_MAX)]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data as the form has it. Name, summary, industry, scope, frequency and form stand in the catalog's description.

    records, size_bytes: 数据量.
    """

    resource: ResourceId
    origin: Origin
    source_type: SourceType
    records: Natural
    size_bytes: Natural
    restrictions: Restrictions
    evidence: Evidence


class _Form(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=lambda name: name.removesuffix("Form").lower()
):
    applicants: Applicants


class InitialForm(_Form, frozen=True):
    """Register rights in a resource for the first time (初次登记).

    statements: what the applicants state of the facts that S1 第21条 asks for. fused: the parties to fused data, where no
    clause says who has which right. waive_publicity: asks that nothing be made public (可申请不公示).
    """

    content: Content
    claims: Claims
    statements: Statements = ()
    fused: Annotated[tuple[Fused, ...], msgspec.Meta(max_length=FUSED_MAX)] = ()
    waive_publicity: bool = False


class ImportForm(_Form, frozen=True):
    """Register what another system certified (旧证导入, S1 第41条); otherwise as the initial form."""

    content: Content
    claims: Claims
    legacy: Legacy
    statements: Statements = ()
    fused: Annotated[tuple[Fused, ...], msgspec.Meta(max_length=FUSED_MAX)] = ()
    waive_publicity: bool = False


class TransferForm(_Form, frozen=True):
    """Pass rights to a transferee; the transferor keeps none of them (转让登记). By their holder.

    keeps_right: whether the transferor would go on having the right: then it is a licence and not registered here.
    valid_to: None for the end of what is transferred.
    """

    certificate: CertificateNo
    lines: Lines
    transferee: Applicant
    contract_digest: Digest
    restrictions: Restrictions
    keeps_right: bool = False
    valid_to: Moment | None = None
    waive_publicity: bool = False


class ChangeForm(_Form, frozen=True):
    """Put what changed in place of what is registered; neither the subject nor the source changes (变更登记)."""

    certificate: CertificateNo
    content: Content


class RenewalForm(_Form, frozen=True):
    """Prolong rights before they end (续期登记). valid_to: None for as long as may be."""

    certificate: CertificateNo
    lines: Lines
    valid_to: Moment | None = None


class CancellationForm(_Form, frozen=True):
    """End rights (注销登记)."""

    certificate: CertificateNo
    lines: Lines
    reason: CancelReason


Form: TypeAlias = InitialForm | ImportForm | TransferForm | ChangeForm | RenewalForm | CancellationForm
NewForm: TypeAlias = InitialForm | ImportForm
"""Forms that bring a resource's rights into the register; the others are about a certificate."""

_KINDS: dict[type, Kind] = {
    InitialForm: Kind.INITIAL,
    ImportForm: Kind.IMPORT,
    TransferForm: Kind.TRANSFER,
    ChangeForm: Kind.CHANGE,
    RenewalForm: Kind.RENEWAL,
    CancellationForm: Kind.CANCELLATION,
}


def kind_of(form: Form) -> Kind:
    """Return what the form applies for."""
    return _KINDS[type(form)]


def subject_of(form: Form) -> str:
    """Return the resource or the certificate that the form is about: it stays the same when supplements are made."""
    return form.content.resource if isinstance(form, NewForm) else form.certificate


def parties_of(form: Form) -> tuple[PartyId, ...]:
    """Return every party that the form names as having or getting a right, in order, each once."""
    named = [each.party for each in form.applicants]
    if isinstance(form, NewForm):
        named += [each.holder for each in form.claims]
    elif isinstance(form, TransferForm):
        named.append(form.transferee.party)
    return tuple(dict.fromkeys(named))


def waives(form: Form) -> bool:
    """Tell whether the form asks that nothing be made public."""
    return isinstance(form, InitialForm | ImportForm | TransferForm) and form.waive_publicity
