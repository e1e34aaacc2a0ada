"""What a policy is, what is asked of it, what it answers.

Terms (actions, operands, operators) are strings, not enums: a policy with a word that the market does not know is still a
policy, and is decided: it denies. `check.defects` names such words before anybody signs them.
Source: ODRL Information Model 2.2 (W3C Recommendation 2018-02-15), §2.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.canonical import Int53
from mumian.kernel.outcome import Sentence
from mumian.kernel.time import Instant


class PolicyType(StrEnum):
    """ODRL IM §2.1. An offer grants nothing: it is only proposed."""

    SET = "Set"
    OFFER = "Offer"
    AGREEMENT = "Agreement"


class Conflict(StrEnum):
    """What wins when a permission and a prohibition both apply (ODRL IM §2.10)."""

    PERM = "perm"
    PROHIBIT = "prohibit"
    INVALID = "invalid"


RightOperand = str | Int53 | tuple[str, ...]


class Constraint(msgspec.Struct, frozen=True, tag="constraint", forbid_unknown_fields=True):
    """`left_operand operator right_operand`, as in "purpose isAnyOf (insurance-risk)". Units: ms and fen."""

    left_operand: str
    operator: str
    right_operand: RightOperand


class Logical(msgspec.Struct, frozen=True, tag="logical", forbid_unknown_fields=True):
    """Constraints joined by `and`, `or` or `xone`; flat, as ODRL IM §2.5.2 has it, which bounds the work of a decision."""

    operand: str
    constraints: tuple[Constraint, ...]


class Duty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be done. The world outside says whether it was: a request lists the duties fulfilled, by uid."""

    uid: str
    action: str
    target: str | None = None
    assigner: str | None = None
    assignee: str | None = None
    constraints: tuple[Constraint | Logical, ...] = ()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A permission or prohibition of `action` on `target`. No assignee: anybody. All constraints must hold for it to apply.

    duties: of a permission only; it permits nothing until all of them are fulfilled.
    """

    uid: str
    action: str
    target: str
    assigner: str | None = None
    assignee: str | None = None
    constraints: tuple[Constraint | Logical, ...] = ()
    duties: tuple[Duty, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules about targets. An obligation binds its assignee but decides no request: what gates a use is a permission's duty."""

    uid: str
    type: PolicyType
    permission: tuple[Rule, ...] = ()
    prohibition: tuple[Rule, ...] = ()
    obligation: tuple[Duty, ...] = ()
    profile: str | None = None
    conflict: Conflict = Conflict.PROHIBIT


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do, and the world as it is then. None is "not known", and what is not known is not granted.

    action, target: what, on which asset.
    assignee: who asks. assigner: of whom; None is whoever.
    purpose, territory: codes, parts named `whole-part`; recipient: who gets the result; product: as part of which product.
    now: ms. elapsed_ms: since the agreement was signed.
    count_so_far: uses before this request; uses: how many it asks for.
    paid_fen: what was paid for it.
    fulfilled: uids of the duties that were fulfilled.
    """

    action: str
    target: str
    assignee: str
    now: Instant
    assigner: str | None = None
    purpose: str | None = None
    territory: str | None = None
    recipient: str | None = None
    product: str | None = None
    count_so_far: int | None = None
    uses: int = 1
    paid_fen: int | None = None
    elapsed_ms: int | None = None
    fulfilled: frozenset[str] = frozenset()

    @property
    def count(self) -> int | None:
        """The count after this request: "count lteq 100" lets the hundredth use through and stops the next."""
        return None if self.count_so_far is None else self.count_so_far + self.uses


class Reason(StrEnum):
    """Why a request is allowed or not."""

    PERMITTED = "permitted"
    NOT_IN_FORCE = "not_in_force"
    PROFILE_UNKNOWN = "profile_unknown"
    ACTION_UNKNOWN = "action_unknown"
    CONFLICT = "conflict"
    PROHIBITED = "prohibited"
    PROHIBITION_UNDECIDED = "prohibition_undecided"
    DUTY_OPEN = "duty_open"
    CONSTRAINT_UNMET = "constraint_unmet"
    CONSTRAINT_UNDECIDED = "constraint_undecided"
    NO_PERMISSION = "no_permission"


SENTENCES = {
    Reason.PERMITTED: Sentence("permitted by {rules}", "由 {rules} 许可"),
    Reason.NOT_IN_FORCE: Sentence(
        "`{detail}` is no agreement in force; sign an offer first", "`{detail}` 不是有效合约；请先签署要约"
    ),
    Reason.PROFILE_UNKNOWN: Sentence(
        "the policy speaks the profile `{detail}`, which is not known here; restate it without",
        "策略所用的扩展 `{detail}` 未知；请改用已知词汇",
    ),
    Reason.ACTION_UNKNOWN: Sentence(
        "the action `{detail}` is not known; name one of ODRL or of the market's profile",
        "动作 `{detail}` 未知；请使用 ODRL 或本市场扩展中的动作",
    ),
    Reason.CONFLICT: Sentence(
        "{rules} contradict each other and the policy's conflict strategy is `invalid`; amend it",
        "{rules} 互相冲突，而策略的冲突规则为 `invalid`；请修订策略",
    ),
    Reason.PROHIBITED: Sentence("forbidden by {rules}", "被 {rules} 禁止"),
    Reason.PROHIBITION_UNDECIDED: Sentence(
        "{rules} may forbid it and cannot be decided ({detail}); amend the policy or state what is missing",
        "{rules} 可能禁止且无法判定（{detail}）；请修订策略或补充信息",
    ),
    Reason.DUTY_OPEN: Sentence(
        "{rules} permit it once the duty `{detail}` is fulfilled; fulfil it first",
        "{rules} 须先履行义务 `{detail}` 方可许可",
    ),
    Reason.CONSTRAINT_UNMET: Sentence(
        "{rules} would permit it, but {detail}; stay within the terms", "{rules} 本可许可，但 {detail}；请遵守条款"
    ),
    Reason.CONSTRAINT_UNDECIDED: Sentence(
        "{rules} would permit it, but cannot be decided ({detail}); amend the policy or state what is missing",
        "{rules} 本可许可，但无法判定（{detail}）；请修订策略或补充信息",
    ),
    Reason.NO_PERMISSION: Sentence("no permission covers {detail}; agree on one", "没有许可覆盖 {detail}；请先约定"),
}


class Decision(msgspec.Struct, frozen=True):
    """The answer. determined_by: uids of the rules that decided, in the policy's order; detail: fills the reason's sentence."""

    allowed: bool
    determined_by: tuple[str, ...]
    reason: Reason
    detail: str = ""

    def say(self, lang: str = "en") -> str:
        """Return the reason in `lang` ("en" or "zh")."""
        sentence = SENTENCES[self.reason]
        rules = ", ".join(f"`{uid}`" for uid in self.determined_by)
        return (sentence.zh if lang == "zh" else sentence.en).format(rules=rules, detail=self.detail)
