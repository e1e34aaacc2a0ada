"""Why the room of negotiation says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class NegotiationRefusal(Refusal):
    """In order of precedence."""

    MARKET_ONLY = Sentence(
        "`{actor}` does not let `{about}` lapse; the market does when its time is over",
        "`{actor}` 无权宣告 `{about}` 失效；期满后由市场自动处理",
    )
    DEMAND_UNKNOWN = Sentence("demand `{demand}` does not exist; check its id", "需求 `{demand}` 不存在；请核对编号")
    NOT_YOUR_DEMAND = Sentence(
        "`{actor}` may not act on demand `{demand}` of `{buyer}`; post one of your own",
        "`{actor}` 无权处理 `{buyer}` 的需求 `{demand}`；请自行发布需求",
    )
    DEMAND_CLOSED = Sentence(
        "demand `{demand}` is {state}; look for one that is open", "需求 `{demand}` 状态为 {state}；请选择开放中的需求"
    )
    LISTING_UNKNOWN = Sentence(
        "listing `{listing}` does not exist; check its id", "挂牌 `{listing}` 不存在；请核对编号"
    )
    PRODUCT_NOT_LISTED = Sentence(
        "`{product}` is not on the shelf; list it before answering a demand with it",
        "产品 `{product}` 未挂牌；请先挂牌再响应需求",
        "S21-COMPLIANCE",
    )
    NOT_THE_SELLER = Sentence(
        "`{actor}` may not answer with `{product}`, which `{seller}` sells; answer with a product of your own",
        "`{actor}` 不得以 `{product}`（卖方为 `{seller}`）响应；请以自有产品响应",
    )
    NOT_NEGOTIABLE = Sentence(
        "listing `{listing}` is {state} at a price of mode `{mode}`; negotiate on one that is open and `negotiated`",
        "挂牌 `{listing}` 状态为 {state}、计价方式为 `{mode}`；仅开放且面议的挂牌可以洽谈",
    )
    NEGOTIATION_UNKNOWN = Sentence(
        "negotiation `{negotiation}` does not exist; check its id", "洽谈 `{negotiation}` 不存在；请核对编号"
    )
    BROKERAGE_UNKNOWN = Sentence(
        "brokerage `{brokerage}` does not exist; check its id", "经纪委托 `{brokerage}` 不存在；请核对编号"
    )
    NOT_YOUR_BROKERAGE = Sentence(
        "`{actor}` may not use brokerage `{brokerage}`, which is `{party}`'s; name your own",
        "`{actor}` 无权使用 `{party}` 的经纪委托 `{brokerage}`；请使用自己的委托",
    )
    BROKERAGE_OVER = Sentence(
        "brokerage `{brokerage}` ended (it ran until {until}, now is {now}); have the principal give a new one",
        "经纪委托 `{brokerage}` 已终止（期限 {until}，现在 {now}）；请由委托人重新委托",
    )
    OUTSIDE_BROKERAGE = Sentence(
        "brokerage `{brokerage}` is for `{principal}` as {side} in `{scope}`, which `{listing}` or its sides are not; act within it",
        "经纪委托 `{brokerage}` 限于代理 `{principal}` 在 `{scope}` 中的 {side}，与 `{listing}` 或其当事方不符；请在委托范围内行事",
    )
    NOT_A_SIDE = Sentence(
        "`{actor}` is neither `{seller}` nor `{buyer}` and named no brokerage; let one of them speak",
        "`{actor}` 既非 `{seller}` 也非 `{buyer}`，且未注明经纪委托；请由当事方发言",
    )
    SAME_PARTY = Sentence(
        "`{buyer}` sells `{listing}` and cannot buy it; a deal needs two parties",
        "`{buyer}` 是 `{listing}` 的卖方，不能自买自卖；交易须有两方",
    )
    NOT_A_BUYER = Sentence(
        "`{party}` is not admitted as a buyer; have the exchange give it that role",
        "`{party}` 未取得需方资格；请先由交易所准入",
    )
    BROKER_ON_BOTH_SIDES = Sentence(
        "broker `{broker}` speaks for the {side} and is, or is related to, `{other}` on the other side; take another broker",
        "经纪人 `{broker}` 代理 {side}，同时与对方的 `{other}` 同一或有关联关系；请更换经纪人",
        "S26-BOTH-SIDES",
    )
    NEGOTIATION_CLOSED = Sentence(
        "negotiation `{negotiation}` is {state}; open a new one", "洽谈 `{negotiation}` 状态为 {state}；请另行发起"
    )
    NOTHING_TABLED = Sentence(
        "nothing is on the table of `{negotiation}`; put terms there first",
        "洽谈 `{negotiation}` 尚无条件；请先提出条件",
    )
    OWN_TERMS = Sentence(
        "the terms of `{negotiation}` are the {side}'s own; only the other side may accept them",
        "洽谈 `{negotiation}` 的条件由 {side} 自己提出；只有对方可以接受",
    )
    TERMS_REPLACED = Sentence(
        "you accept `{accepted}`, on the table of `{negotiation}` lies `{tabled}`; read it again",
        "所接受的 `{accepted}` 与洽谈 `{negotiation}` 的现行条件 `{tabled}` 不符；请重新阅读",
    )
    TERMS_EXPIRED = Sentence(
        "the terms of `{negotiation}` were valid until {valid_until}, now is {now}; put new ones on the table",
        "洽谈 `{negotiation}` 的条件有效期至 {valid_until}（现在 {now}）；请重新提出",
    )
    UNTIL_OUT_OF_RANGE = Sentence(
        "it would be open until {until}, which is not between {now} and {latest}; choose another instant",
        "期限 {until} 不在 {now} 与 {latest} 之间；请改选时间",
    )
    DELIVERY_OUT_OF_RANGE = Sentence(
        "delivery would be due at {expires_at}, which is not between {valid_until} and {latest}; choose another instant",
        "交付期限 {expires_at} 不在 {valid_until} 与 {latest} 之间；请改选时间",
    )
    PURPOSE_OUTSIDE = Sentence(
        "the terms allow the purpose `{purpose}`, `{product}` is for {allowed}; narrow them",
        "条件中的用途 `{purpose}` 超出产品 `{product}` 的用途 {allowed}；请收窄",
    )
    LIMIT_EXCEEDED = Sentence(
        "brokerage `{brokerage}` lets the {side}'s broker go to {limit_fen} fen a unit, the terms say {unit_fen}; ask the principal",
        "经纪委托 `{brokerage}` 允许 {side} 经纪人的单价界限为 {limit_fen} 分，条件为 {unit_fen} 分；请征得委托人同意",
    )
    RESPONSE_UNFIT = Sentence(
        "demand `{demand}` seeks {sought}, `{product}` has {offered}; answer with another product",
        "需求 `{demand}` 要求 {sought}，产品 `{product}` 为 {offered}；请以其他产品响应",
    )
    RESPONDED_ALREADY = Sentence(
        "demand `{demand}` was answered with `{product}` before; negotiate on it",
        "已以 `{product}` 响应需求 `{demand}`；请直接洽谈",
    )
    NOT_A_BROKER = Sentence(
        "`{party}` is not admitted as a broker; choose one that is",
        "`{party}` 未取得数据经纪人资格；请另选经纪人",
        "GZ2023-09",
    )
    SELF_APPOINTED = Sentence(
        "`{actor}` cannot be its own broker; speak without one", "`{actor}` 不能委托自己为经纪人；请直接洽谈"
    )
