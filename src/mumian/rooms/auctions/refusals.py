"""Why an auction says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class AuctionRefusal(Refusal):
    """In order of precedence: who speaks, what there is, what fits."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` may not close an auction; the market does when it is over",
        "`{actor}` 不能结束竞价；到期由市场自动办理",
    )
    LISTING_UNKNOWN = Sentence("listing `{listing}` does not exist; look it up", "挂牌 `{listing}` 不存在；请核对")
    AUCTION_UNKNOWN = Sentence("auction `{auction}` does not exist; look it up", "竞价 `{auction}` 不存在；请核对")
    NOT_YOURS = Sentence(
        "`{actor}` may not {move} `{about}`; that is for its seller `{seller}`",
        "`{actor}` 不能对 `{about}` 作 {move}；应由供方 `{seller}` 办理",
    )
    NOT_A_BUYER = Sentence(
        "`{actor}` is no buyer; have the role given by the exchange", "`{actor}` 不是需方；请由交易所赋予角色"
    )
    RELATED_BIDDER = Sentence(
        "`{actor}` is the seller or related to it ({relation}); whoever is may not bid (托价)",
        "`{actor}` 为供方或其关联方（{relation}）；不得参与竞价（托价）",
    )
    NOT_FOR_AUCTION = Sentence(
        "`{listing}` is {state} at mode {mode}; auction an open listing whose mode is auction",
        "挂牌 `{listing}` 当前为 {state}、方式为 {mode}；仅可对在售且以竞价方式挂牌的标的发起",
    )
    AUCTION_RUNS = Sentence(
        "`{auction}` of `{listing}` is not over; one at a time",
        "挂牌 `{listing}` 的竞价 `{auction}` 尚未结束；一次一场",
    )
    TERMS_UNSOUND = Sentence(
        "the terms do not go together at {defect}; read what each kind of auction takes",
        "竞价条款的 {defect} 不相符；请按各竞价方式填写",
    )
    PURPOSE_OUTSIDE = Sentence(
        "purpose `{purpose}` is not among those of `{product}`: {allowed}; choose one of them",
        "用途 `{purpose}` 不在产品 `{product}` 的用途（{allowed}）之内；请从中选择",
    )
    AUCTION_STATE_FORBIDS = Sentence(
        "`{auction}` is {state}; nothing more is said in it", "竞价 `{auction}` 已 {state}；不再受理"
    )
    WRONG_KIND = Sentence(
        "`{auction}` is {kind}; there one does not {move}", "竞价 `{auction}` 为 {kind}；该方式下不能 {move}"
    )
    TOO_EARLY = Sentence(
        "committing in `{auction}` lasts until {until}, now is {now}; reveal after that",
        "竞价 `{auction}` 的密封出价至 {until} 截止（现在 {now}）；请在其后揭示",
    )
    TOO_LATE = Sentence(
        "that was possible in `{auction}` until {until}, now is {now}; it cannot be made up for",
        "竞价 `{auction}` 的此项已于 {until} 截止（现在 {now}）；不能补办",
    )
    BID_TOO_LOW = Sentence(
        "{amount_fen} fen in `{auction}`, where {least_fen} is the least now; bid more",
        "在竞价 `{auction}` 出价 {amount_fen} 分，目前至少 {least_fen} 分；请提高",
    )
    FUNDS_MISSING = Sentence(
        "`{actor}` has {cash_fen} fen for a bid of {needed_fen}; whoever bids in the open can pay it, so pay in first",
        "`{actor}` 可用 {cash_fen} 分，不足以支付出价 {needed_fen} 分；公开出价须有支付能力，请先入金",
    )
    COMMITTED_ALREADY = Sentence(
        "`{actor}` has committed to a bid in `{auction}`; a bid stands, it is not replaced",
        "`{actor}` 已在竞价 `{auction}` 密封出价；出价不可更改或撤回",
    )
    NOTHING_COMMITTED = Sentence(
        "`{actor}` committed to no bid in `{auction}`; there is nothing to reveal",
        "`{actor}` 未在竞价 `{auction}` 密封出价；无可揭示",
    )
    REVEALED_ALREADY = Sentence(
        "the bid of `{actor}` in `{auction}` is revealed; once is enough", "`{actor}` 在竞价 `{auction}` 的出价已揭示"
    )
    COMMITMENT_DIFFERS = Sentence(
        "amount and salt give {found}, committed was {commitment}; reveal what you committed to, as the bidder that did",
        "金额与盐值得出 {found}，承诺为 {commitment}；请由承诺人揭示所承诺的内容",
    )
    BIDDERS_FULL = Sentence(
        "`{auction}` has {bidders_max} bidders; it takes no more",
        "竞价 `{auction}` 已有 {bidders_max} 个竞买人；不再增加",
    )
    BIDS_STAND = Sentence(
        "{bidders} have bid in `{auction}`; it can no longer be withdrawn",
        "竞价 `{auction}` 已有 {bidders} 个竞买人；不能撤回",
    )
