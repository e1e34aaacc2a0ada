"""Why settlement says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class SettlementRefusal(Refusal):
    """In order of precedence: who speaks, what there is, what fits."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` may not say this; the market does when a share is paid or a limit is over",
        "`{actor}` 无权提出；分账或期限届满时由市场自动执行",
    )
    ONLY_THE_EXCHANGE = Sentence(
        "`{actor}` may not {move}; the exchange does, ask it", "`{actor}` 不能办理 {move}；请由交易所办理"
    )
    PAYOUT_UNKNOWN = Sentence(
        "payout `{payout}` of `{actor}` does not exist; look it up", "没有 `{actor}` 的出金 `{payout}`；请核对"
    )
    PAYOUT_STATE_FORBIDS = Sentence(
        "payout `{payout}` is {state}, not requested; it is past taking back",
        "出金 `{payout}` 当前为 {state}，已不能撤回",
    )
    LINE_UNKNOWN = Sentence("batch `{batch}` has no line {line}; look it up", "批次 `{batch}` 没有第 {line} 行；请核对")
    LINE_DECIDED = Sentence(
        "line {line} of `{batch}` is {state} already; a payment is confirmed or returned once",
        "批次 `{batch}` 第 {line} 行已为 {state}；每笔只确认或退回一次",
    )
    DEBT_OPEN = Sentence(
        "`{actor}` owes {owed_fen} fen of `{clawback}`; pay that first",
        "`{actor}` 尚欠追偿 `{clawback}` 的 {owed_fen} 分；请先清偿",
    )
    NOTHING_OWED = Sentence(
        "`{actor}` owes {owed_fen} fen, you would pay {amount_fen}; pay what is owed at most",
        "`{actor}` 欠 {owed_fen} 分，欲清偿 {amount_fen} 分；不得超过所欠",
    )
    DAY_NOT_OVER = Sentence(
        "{day} lasts until {until}, now is {now}; close it once it is over",
        "{day} 至 {until} 届满（现在 {now}）；请在其后日终",
    )
    DAY_CLOSED = Sentence(
        "{day} is not after {last}, which was closed last; a day is closed once, in order",
        "{day} 不晚于最近一次日终 {last}；每日只日终一次，依次进行",
    )
    BOOKS_OUT_OF_BALANCE = Sentence(
        "accounts add up to {posted_fen} fen posted and {pending_fen} pending, not to zero; do not go on, run `mumian fsck`",
        "账户合计过账 {posted_fen} 分、预留 {pending_fen} 分，不为零；请停止并运行 `mumian fsck`",
    )
    NOT_A_SHARE = Sentence(
        "`{payee}` does not share in `{product}`; name whoever its distribution names",
        "`{payee}` 不参与产品 `{product}` 的分配；请填写方案中的收款方",
    )
    CLAIMANT_UNKNOWN = Sentence(
        "`{claimant}` was never admitted, or is the payee itself; name another party that could be paid",
        "`{claimant}` 从未准入或即为收款方；请填写可收款的其他主体",
    )
    FROZEN_ALREADY = Sentence(
        "the share of `{payee}` in `{product}` is held under `{dispute}` already; decide that first",
        "`{payee}` 在产品 `{product}` 的份额已因 `{dispute}` 冻结；请先裁定",
    )
    DISPUTE_UNKNOWN = Sentence(
        "no claim `{dispute}` is open; it never was, or is decided", "没有未决的份额争议 `{dispute}`：不存在或已裁定"
    )
    SALE_UNKNOWN = Sentence(
        "`{payee}` was paid nothing of `{sale}` of `{product}`; look the sale up, or award what is claimed of it",
        "`{payee}` 未从产品 `{product}` 的 `{sale}` 获得分配；请核对，或先裁定争议份额",
    )
    MORE_THAN_PAID = Sentence(
        "`{payee}` got {paid_fen} fen of `{sale}`, {clawed_fen} of it were taken back; {amount_fen} more is too much",
        "`{payee}` 从 `{sale}` 获得 {paid_fen} 分，已追回 {clawed_fen} 分；再追回 {amount_fen} 分过多",
    )
    RESERVE_UNKNOWN = Sentence(
        "nothing is kept under `{reserve}`; it never was, or was released or taken",
        "准备金 `{reserve}` 下没有余额：不存在、已释放或已追偿",
    )
    FEES_UNSOUND = Sentence(
        "a schedule holds {lines_max} lines at most, one for each product type and amount; line {line} of {lines} does not fit",
        "费率表最多 {lines_max} 行，每个品类与金额起点一行；共 {lines} 行，第 {line} 行不符",
    )
    FEES_BACKDATED = Sentence(
        "a schedule from {effective_at} on would reach back before now ({now}); let it begin later, or at once by 0",
        "费率表自 {effective_at} 生效早于当前时间 {now}；请改为以后生效，或填 0 立即生效",
    )
