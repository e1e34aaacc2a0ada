"""What can be said in the ledger."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.ids import AccountId, PartyId, TransferId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Instant

LEGS_MAX = 256
"""Legs of one linked group; bounds the work of one command."""


class Purpose(StrEnum):
    """What an account is for. Only the exchange's `BANK` account, the mirror of money outside, may be overdrawn."""

    CASH = "cash"
    ESCROW = "escrow"
    FEES = "fees"
    BANK = "bank"
    PAYOUT = "payout"  # on its way out
    RESERVE = "reserve"  # kept back of shares
    FROZEN = "frozen"  # shares that somebody claims
    PREPAID = "prepaid"  # buyers' fees of orders that are open


KEPT = frozenset({Purpose.PAYOUT, Purpose.RESERVE, Purpose.FROZEN, Purpose.PREPAID})
"""What the exchange keeps for others: only the market itself moves it."""


class Leg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One movement: `amount_fen` from `debit` to `credit`. `memo` says why, in a code, never in personal words."""

    debit: AccountId
    credit: AccountId
    amount_fen: PositiveFen
    memo: str = ""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"ledger.{name}", forbid_unknown_fields=True):
    pass


class OpenAccount(_Command, frozen=True):
    """Open an account for `owner`. By the owner, the exchange or the market."""

    owner: PartyId
    purpose: Purpose


class PostTransfers(_Command, frozen=True):
    """Move money at once along all `legs`, or along none."""

    legs: tuple[Leg, ...]


class HoldTransfers(_Command, frozen=True):
    """Reserve money along all `legs` (or none) until each is posted or voided, at the latest at `expires_at`."""

    legs: tuple[Leg, ...]
    expires_at: Instant


class PostPending(_Command, frozen=True):
    """Post a held transfer: all of it, or `amount_fen`, which returns the rest to the debtor. By the debtor or the market;
    escrow by the market alone.
    """

    transfer: TransferId
    amount_fen: PositiveFen | None = None


class VoidPending(_Command, frozen=True):
    """Return a held transfer to the debtor. By the creditor or the market; escrow by the market alone."""

    transfer: TransferId


class ExpirePending(_Command, frozen=True):
    """Return a held transfer whose time has passed. By anyone: time decides, not the speaker."""

    transfer: TransferId


Command = OpenAccount | PostTransfers | HoldTransfers | PostPending | VoidPending | ExpirePending


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"ledger.{name}"):
    pass


class AccountOpened(_Event, frozen=True):
    account: AccountId
    owner: PartyId
    purpose: Purpose


class TransfersPosted(_Event, frozen=True):
    legs: tuple[Leg, ...]


class TransfersHeld(_Event, frozen=True):
    transfers: tuple[TransferId, ...]
    legs: tuple[Leg, ...]
    expires_at: Instant


class PendingPosted(_Event, frozen=True):
    """`amount_fen` of the held transfer went through, the rest returned."""

    transfer: TransferId
    amount_fen: PositiveFen


class PendingVoided(_Event, frozen=True):
    transfer: TransferId


class PendingExpired(_Event, frozen=True):
    transfer: TransferId


Event = AccountOpened | TransfersPosted | TransfersHeld | PendingPosted | PendingVoided | PendingExpired


class LedgerRefusal(Refusal):
    """In order of precedence."""

    NOT_YOUR_ACCOUNT = Sentence(
        "`{actor}` may not move money out of `{account}`, which belongs to `{owner}`; ask its owner",
        "`{actor}` 无权动用账户 `{account}`（属于 `{owner}`）；请由账户所有人发起",
    )
    ESCROW_IS_THE_MARKETS = Sentence(
        "hold `{transfer}` is the escrow of `{memo}`, which alone moves it; accept, cancel or expire that",
        "预留 `{transfer}` 是 `{memo}` 的托管款，只随其流转；请验收、取消或使其到期",
    )
    KEPT_BY_THE_MARKET = Sentence(
        "{purpose} is kept for others and moved by the market alone; settle, pay out or award what it is kept for",
        "{purpose} 账户代他人保管，仅由市场划转；请办理结算、出金或裁定",
    )
    ACCOUNT_UNKNOWN = Sentence("account `{account}` does not exist; open it first", "账户 `{account}` 不存在；请先开户")
    ACCOUNT_EXISTS = Sentence(
        "`{owner}` already has the {purpose} account `{account}`; use it",
        "`{owner}` 已有 {purpose} 账户 `{account}`；请直接使用",
    )
    LEGS_EMPTY_OR_TOO_MANY = Sentence(
        "a group holds 1 to {legs_max} legs, not {legs}; split it",
        "一组转账应有 1 至 {legs_max} 笔，收到 {legs} 笔；请拆分",
    )
    SAME_ACCOUNT = Sentence(
        "leg {leg} moves money from `{account}` to itself; name two accounts",
        "第 {leg} 笔的借贷账户同为 `{account}`；请填写两个账户",
    )
    EXPIRY_PAST = Sentence(
        "the hold would expire at {expires_at}, which is not after now ({now}); choose a later instant",
        "预留到期时间 {expires_at} 不晚于当前时间 {now}；请改为更晚的时间",
    )
    TRANSFER_UNKNOWN = Sentence(
        "no held transfer `{transfer}`: it never was, or was posted, voided or expired",
        "没有预留中的转账 `{transfer}`：不存在，或已过账、撤销、到期",
    )
    HOLD_EXPIRED = Sentence(
        "hold `{transfer}` expired at {expires_at}, now is {now}; hold the money anew",
        "预留 `{transfer}` 已于 {expires_at} 到期（现在 {now}）；请重新预留",
    )
    HOLD_NOT_EXPIRED = Sentence(
        "hold `{transfer}` lasts until {expires_at}, now is {now}; wait or void it",
        "预留 `{transfer}` 至 {expires_at} 才到期（现在 {now}）；请等待或撤销",
    )
    MORE_THAN_HELD = Sentence(
        "{amount_fen} fen asked of hold `{transfer}`, which holds {held_fen}; post that much at most",
        "预留 `{transfer}` 只有 {held_fen} 分，不能过账 {amount_fen} 分",
    )
    NO_OVERDRAFT = Sentence(
        "`{account}` has {available_fen} fen free, leg {leg} needs {amount_fen}; pay in first",
        "账户 `{account}` 可用 {available_fen} 分，第 {leg} 笔需要 {amount_fen} 分；请先入金",
    )
    OVERFLOW = Sentence(
        "`{account}` would exceed {max_fen} fen; no balance may", "账户 `{account}` 将超过 {max_fen} 分的上限"
    )


class Account(msgspec.Struct, frozen=True):
    """Balances in fen. Posted is done; pending is reserved. What is free: credits_posted - debits_posted - debits_pending."""

    owner: PartyId
    purpose: Purpose
    debits_pending: Fen = 0
    debits_posted: Fen = 0
    credits_pending: Fen = 0
    credits_posted: Fen = 0

    @property
    def available_fen(self) -> int:
        return self.credits_posted - self.debits_posted - self.debits_pending

    @property
    def balance_fen(self) -> int:
        return self.credits_posted - self.debits_posted


class Held(msgspec.Struct, frozen=True):
    """A transfer that is reserved and neither posted nor returned yet."""

    leg: Leg
    expires_at: Instant


class State(msgspec.Struct):
    """accounts: by account id. held: by transfer id. by_owner: `party/purpose` → account id."""

    accounts: Table[Account]
    held: Table[Held]
    by_owner: Table[AccountId]
