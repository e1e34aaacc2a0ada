"""Terms of a deal: how long its parties have, how it is reviewed, rejected, ended and judged."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from mumian.kernel.time import DAY_MS
from mumian.rooms.exchange.product import Digest

ORDER_MS_MAX = 366 * DAY_MS
"""The latest an order may fall due: a subscription of a year."""

MONTHS_MAX = 120
"""The longest subscription that one order brings. A design value: ten years."""

MONTH_MS_MAX = 31 * DAY_MS
"""The longest month."""

INSPECTION_MS = 7 * DAY_MS
"""How long a buyer may inspect a delivery before silence counts as acceptance (民法典第621条). A design value."""

DISPUTE_MS = 30 * DAY_MS
"""How long escrow outlasts the inspection, so that a dispute can be settled out of it. A design value."""


class Verdict(StrEnum):
    """A compliance review's answer (通过/整改/否)."""

    PASSED = "passed"
    RECTIFY = "rectify"
    REJECTED = "rejected"


class ReviewItem(StrEnum):
    """What a compliance review looks at. A certificate of property registration answers for the first three."""

    DESCRIPTION = "description"  # 描述准确性
    SOURCE = "source"  # 来源合规性
    RIGHT = "right"  # 产权明确性
    PERSONAL = "personal"  # 个人信息
    SECURITY = "security"  # 安全
    USE = "use"  # 用途与场景


CERTIFIED = frozenset({ReviewItem.DESCRIPTION, ReviewItem.SOURCE, ReviewItem.RIGHT})
"""Examined by the registration agency already: adopted, not examined or charged again (S1 第31条)."""


class SuspendReason(StrEnum):
    SOURCE_BROKEN = "source_broken"
    LEVEL_CHANGED = "level_changed"
    LEVEL_RAISED = "level_raised"  # the form of delivery is not open to data of the new level
    PERMISSION_ENDED = "permission_ended"  # of important data, in writing (S5)
    REGRADE_DUE = "regrade_due"  # a grading is owed and not there
    COMPLAINT = "complaint"
    INSPECTION = "inspection"


INSPECTION_RULE = "MM-INSPECTION"
"""With it the market's own clock watches over every order; under an older rulebook its sides and anybody do."""

DELIVERY_DUE = "exchange.delivery"
"""Kind of the limit within which an order is signed and delivered."""

INSPECTION_DUE = "exchange.inspection"
"""Kind of the limit within which the buyer inspects a delivery; then silence accepts it."""

ESCROW_DUE = "exchange.escrow"
"""Kind of the limit until which a dispute is settled out of the escrow; then the escrow goes back."""


RENEWAL_DUE = "exchange.renewal"
"""Kind of the limit at which a subscription renews itself whose buyer accepted it before its period was over."""

TURNOVER_RULE = "MM-TURNOVER"
"""How long a buyer has to report a month's turnover, under a price that is a share of it."""

TURNOVER_DUE = "exchange.turnover"
"""Kind of the limit within which a month's turnover is reported."""


class RenewalReason(StrEnum):
    """Why a subscription did not renew itself."""

    NOT_OFFERED = "not_offered"  # its listing is closed or suspended, or priced by another unit
    ABOVE_LIMIT = "above_limit"  # it costs more than the buyer set
    RIGHTS = "rights"  # a chain of rights beneath the product does not hold
    NOT_A_BUYER = "not_a_buyer"  # the buyer is none any more, or owes a report
    TERMS = "terms"  # the agreement ended, may not be made again, or does not last
    FUNDS = "funds"  # the buyer cannot pay


class RejectReason(StrEnum):
    NOT_AS_DESCRIBED = "not_as_described"
    INCOMPLETE = "incomplete"
    UNUSABLE = "unusable"
    LATE = "late"
    UNSHARED = "unshared"  # by the market: nobody recorded how what is due would be shared


class DisputeOutcome(StrEnum):
    SETTLE = "settle"
    REFUND = "refund"


class Evaluation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the parties said of the deal: 1 (poor) to 5, and the digest of their words."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    report_digest: Digest
