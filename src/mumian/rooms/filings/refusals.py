"""Why filings, purchases and the index are refused."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class FilingsRefusal(Refusal):
    """In order of precedence."""

    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force in this market; adopt a rulebook that has it",
        "规则 `{rule}` 在本市场尚未施行；请先采用含该规则的规则库",
    )
    NOT_THE_EXCHANGE = Sentence(
        "`{actor}` is not the exchange, which publishes the index", "`{actor}` 不是交易所；指数由交易所发布"
    )
    NOT_A_PUBLIC_BODY = Sentence(
        "`{actor}` is not a public body; only what public bodies buy is registered here",
        "`{actor}` 不是公共管理和服务机构；此处只登记其采购",
    )
    FILING_UNKNOWN = Sentence("there is no filing `{filing}`; look it up", "没有备案 `{filing}`；请核对")
    NOT_A_SIDE = Sentence(
        "`{actor}` may not do this; it is for `{owner}`, a side of the deal",
        "`{actor}` 无权办理；应由交易一方 `{owner}` 办理",
    )
    STATE_FORBIDS = Sentence(
        "filing `{filing}` is {state} already; file anew if it must change",
        "备案 `{filing}` 已是 {state} 状态；如需变更请重新备案",
    )
    PARTY_UNKNOWN = Sentence("there is no party `{party}` in this market", "本市场没有主体 `{party}`")
    SAME_SIDES = Sentence(
        "`{party}` is on both sides of the deal; name two parties", "交易双方同为 `{party}`；请填写两个主体"
    )
    PRODUCT_UNKNOWN = Sentence("there is no product `{product}`; look it up", "没有产品 `{product}`；请核对")
    PUBLIC_DATA_OFF_EXCHANGE = Sentence(
        "public data products are traded on the exchange only, `{product}` was sold outside; list it",
        "公共数据产品应当通过数据交易场所交易，`{product}` 系场外成交；请进场交易",
        "S19-EXCHANGE",
    )
    NOT_SOCIAL_DATA = Sentence(
        "`{product}` is public data, which bodies share and do not buy; ask for a share",
        "`{product}` 为公共数据，应申请共享，不属社会数据采购",
        "GZ2023-08",
    )
    CONTRACT_FILED = Sentence(
        "the contract `{contract_digest}` stands under `{known}` already",
        "合同 `{contract_digest}` 已在 `{known}` 下备案",
    )
    NOT_YET = Sentence(
        "it is said to have happened at {at}, which is after now ({now}); come back then",
        "所称发生时间 {at} 晚于当前时间 {now}；请届时办理",
    )
    MONTH_NOT_OVER = Sentence(
        "month {month} is not over; an index is of whole months", "{month} 尚未结束；指数按整月编制"
    )
    PUBLISHED_ALREADY = Sentence(
        "the index was published up to {last}, so {month} is fixed; figures are never published twice",
        "指数已发布至 {last}，{month} 不再变动；同一指数不重复发布",
    )
