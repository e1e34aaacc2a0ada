"""The agreement of an authorised operation (授权运营协议): its thirteen items as they are drafted and as they are complete."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from mumian.kernel.ids import ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.operation.plan import Accounts, PlanResources
from mumian.rooms.operation.vocabulary import PRODUCTS_MAX, ChargingUnit, Code, Digest, Further, Moment


class AgreementItem(StrEnum):
    """The thirteen items of S3 第14条, in its order."""

    RESOURCES = "resources"  # 资源范围、目录
    TERM = "term"  # 期限
    PRODUCTS = "products"  # 产品清单、技术标准、安全审核、业务规范性审核
    PLATFORM = "platform"  # 技术平台
    ASSETS = "assets"  # 资产权属
    DISCLOSURE = "disclosure"  # 信息披露、不得再开发
    ACCOUNTS = "accounts"  # 成本收入核算、收益分配
    SECURITY = "security"  # 安全、风险监测、应急
    EVALUATION = "evaluation"  # 成效评价、续约、退出
    BREACH = "breach"  # 违约
    DISPUTES = "disputes"  # 争议
    CHANGE_AND_END = "change_and_end"  # 变更、终止
    OTHER = "other"  # 其他


class AgreedProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product of the plan as it is agreed. ceiling_fen: highest price a `unit` (上限收费标准); both None where it is free."""

    code: Code
    ceiling_fen: Fen | None = None
    unit: ChargingUnit | None = None


AgreedProducts = Annotated[tuple[AgreedProduct, ...], msgspec.Meta(max_length=PRODUCTS_MAX)]


class AgreementDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the two sides wrote down; an item that is None or empty is not there.

    no_redevelopment: the operator promises to take no part in redeveloping what was delivered; None: not stated.
    """

    resources: PlanResources = ()
    catalogue_digest: Digest | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    products: AgreedProducts = ()
    standards_digest: Digest | None = None
    security_review_digest: Digest | None = None
    practice_review_digest: Digest | None = None
    platform_digest: Digest | None = None
    assets_digest: Digest | None = None
    disclosure_digest: Digest | None = None
    no_redevelopment: bool | None = None
    accounts: Accounts | None = None
    security_digest: Digest | None = None
    evaluation_digest: Digest | None = None
    breach_digest: Digest | None = None
    disputes_digest: Digest | None = None
    change_and_end_digest: Digest | None = None
    other: Further | None = None


class AgreementTerms(msgspec.Struct, frozen=True):
    """An agreement with all of its thirteen items. Its digest is what both sides sign.

    papers: the documents of the items that no decision reads, by name.
    """

    resources: tuple[ResourceId, ...]
    catalogue_digest: str
    valid_from: Instant
    valid_to: Instant
    products: tuple[AgreedProduct, ...]
    no_redevelopment: bool | None
    accounts: Accounts
    papers: tuple[Paper, ...]
    other: str

    def product(self, code: str) -> AgreedProduct | None:
        """Return an agreed product by its code, or None."""
        return next((each for each in self.products if each.code == code), None)

    @property
    def ceiling_fen(self) -> Fen | None:
        """The highest ceiling of any product, None if all are free."""
        return max((each.ceiling_fen for each in self.products if each.ceiling_fen is not None), default=None)


class Paper(msgspec.Struct, frozen=True):
    """A document of an item, by its digest."""

    name: str
    paper_digest: str


_PAPERS: tuple[tuple[AgreementItem, tuple[str, ...]], ...] = (
    (AgreementItem.PRODUCTS, ("standards_digest", "security_review_digest", "practice_review_digest")),
    (AgreementItem.PLATFORM, ("platform_digest",)),
    (AgreementItem.ASSETS, ("assets_digest",)),
    (AgreementItem.DISCLOSURE, ("disclosure_digest",)),
    (AgreementItem.SECURITY, ("security_digest",)),
    (AgreementItem.EVALUATION, ("evaluation_digest",)),
    (AgreementItem.BREACH, ("breach_digest",)),
    (AgreementItem.DISPUTES, ("disputes_digest",)),
    (AgreementItem.CHANGE_AND_END, ("change_and_end_digest",)),
)


def complete(d: AgreementDraft) -> AgreementTerms | AgreementItem:
    """Return the agreement with all that it must have, or the first item that is missing."""
    missing = {item for item, fields in _PAPERS if any(getattr(d, field) is None for field in fields)}
    missing |= {AgreementItem.PRODUCTS} if not d.products else set()
    if not d.resources or d.catalogue_digest is None:
        return AgreementItem.RESOURCES
    if d.valid_from is None or d.valid_to is None:
        return AgreementItem.TERM
    if d.accounts is None:
        missing.add(AgreementItem.ACCOUNTS)
    if d.other is None:
        missing.add(AgreementItem.OTHER)
    if missing or d.accounts is None or d.other is None:
        return next(item for item in AgreementItem if item in missing)
    return AgreementTerms(
        resources=d.resources,
        catalogue_digest=d.catalogue_digest,
        valid_from=d.valid_from,
        valid_to=d.valid_to,
        products=d.products,
        no_redevelopment=d.no_redevelopment,
        accounts=d.accounts,
        papers=tuple(Paper(field, getattr(d, field)) for _, fields in _PAPERS for field in fields),
        other=d.other,
    )
