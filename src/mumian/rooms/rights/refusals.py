"""Why the rights room says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class RightsRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not enter rights; apply in the room that decides: property_register, public_register, operation, enterprise or consent",
        "`{actor}` 不得直接录入权利；请在产权登记、公共数据登记、授权运营、企业授权或个人同意环节申请",
    )
    ONLY_REGISTRY_OR_REGULATOR = Sentence(
        "`{actor}` is neither registry nor regulator; ask one of them to freeze or to lift",
        "`{actor}` 既非登记机构也非监管机构；冻结或解除请向其申请",
        "S1-23",
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s to decide on, not `{actor}`'s; ask `{owner}`",
        "`{id}` 由 `{owner}` 决定，`{actor}` 无权处置；请由 `{owner}` 发起",
    )
    ALREADY_ENTERED = Sentence(
        "`{id}` stands as `{known}` already; it takes effect once", "`{id}` 已录入为 `{known}`；不重复生效"
    )
    ENDED = Sentence(
        "`{id}` has ended (`{reason}`); there is nothing left to change", "`{id}` 已终止（`{reason}`）；不能再变动"
    )
    NOT_ADMITTED = Sentence(
        "`{party}` is not admitted to the market; have it admitted first", "`{party}` 未准入市场；请先办理准入"
    )
    CONSENT_NOT_IN_FORCE = Sentence(
        "`{consent}` is withdrawn or has run out; ask the person anew",
        "同意 `{consent}` 已撤回或届满；请重新取得个人同意",
        "S7-15",
    )
    CONSENT_OF_ANOTHER = Sentence(
        "`{consent}` was given to `{processor}`, not to `{grantor}`; only the processor that has it can rest a grant on it",
        "同意 `{consent}` 系向 `{processor}` 作出，并非 `{grantor}`；仅取得同意的处理者可据以授权",
        "S7-23",
    )
    BEYOND_CONSENT = Sentence(
        "the {part} `{asked}` goes beyond `{consent}`; stay within it, or ask the person anew",
        "{part} `{asked}` 超出同意 `{consent}` 的范围；请在其范围内授权或重新取得同意",
        "S7-14",
    )
    TERM_EMPTY = Sentence(
        "the term ends at {valid_to}, which is not after both its start {valid_from} and now {now}; choose a later end",
        "期限止于 {valid_to}，未晚于起始 {valid_from} 及当前 {now}；请改为更晚的时间",
    )
    ALREADY_FROZEN = Sentence(
        "`{id}` is frozen already by `{by}` (`{reason}`); lift that first",
        "`{id}` 已被 `{by}` 冻结（`{reason}`）；请先解除",
        "S1-23",
    )
    NOT_FROZEN = Sentence(
        "`{id}` is not frozen for `{reason}`; nothing to lift", "`{id}` 未因 `{reason}` 被冻结；无需解除"
    )
    FROZEN_BY_ANOTHER = Sentence(
        "`{id}` was frozen by `{by}`, not by `{actor}`; `{by}` or a regulator lifts it",
        "`{id}` 由 `{by}` 冻结，并非 `{actor}`；应由 `{by}` 或监管机构解除",
        "S1-23",
    )
    NOT_THE_HOLDER = Sentence(
        "`{source}` gives its right to `{holder}`, not to `{party}`; name a grant of `{party}`'s own",
        "`{source}` 的权利人是 `{holder}`，并非 `{party}`；请引用 `{party}` 自己的授权",
    )
    RIGHT_OUTSIDE = Sentence(
        "`{source}` gives the right `{held}`, the use needs `{right}`; ask for a grant of that right",
        "`{source}` 授予 `{held}` 权，所需为 `{right}` 权；请另行取得授权",
        "S1-03",
    )
    CHAIN_BROKEN = Sentence(
        "the chain of rights under `{source}` breaks at `{broken_at}` (`{reason}`); mend that link or name another source",
        "`{source}` 的权利链在 `{broken_at}` 处中断（`{reason}`）；请补正该环节或改用其他来源",
        "GZ2023-01",
    )
    PURPOSE_OUTSIDE = Sentence(
        "`{source}` is given for `{held}`, the use is for `{purpose}`; ask for a grant for that purpose",
        "`{source}` 的授权用途为 `{held}`，本次用途为 `{purpose}`；请另行取得授权",
        "GZ2023-05",
    )
    TERRITORY_OUTSIDE = Sentence(
        "`{source}` is given for `{held}`, the use is in `{territory}`; ask for a grant for that territory",
        "`{source}` 的授权地域为 `{held}`，本次使用地为 `{territory}`；请另行取得授权",
        "GZ2023-05",
    )
    FIELD_OUTSIDE = Sentence(
        "`{source}` is given for the fields `{held}`, the use reads `{field}`; leave it out or ask for a wider grant",
        "`{source}` 的授权字段为 `{held}`，本次使用涉及 `{field}`；请删去该字段或另行取得授权",
        "GZ2023-05",
    )
    PURPOSE_MISSING = Sentence(
        "the grant names no purpose; name each purpose that it is given for", "授权未列明用途；请逐项列明", "GZ2023-05"
    )
    GRANT_TO_SELF = Sentence(
        "`{actor}` would grant to itself; name another grantee", "`{actor}` 不能授权给自己；请填写其他被授权人"
    )
    NO_ONWARD = Sentence(
        "`{parent}` may not be granted onward; ask `{grantor}` for a grant that may",
        "`{parent}` 不得再授权；请向 `{grantor}` 取得可再授权的授权",
    )
    WIDER_THAN_PARENT = Sentence(
        "the {part} `{asked}` goes beyond `{held}` that `{parent}` gives; stay within it",
        "{part} `{asked}` 超出 `{parent}` 所含的 `{held}`；请在其范围内授权",
        "GZ2023-05",
    )
    NO_LICENCE = Sentence(
        "`{actor}` may {right} `{resource}` but has no right to operate it in force for the whole term: to let others use data is to operate it; register that right first",
        "`{actor}` 享有 `{resource}` 的 {right} 权，但无覆盖该期限的有效经营权：许可他人使用属于对外提供；请先登记经营权",
        "S1-03",
    )
    CIRCLE = Sentence(
        "`{grantee}` stands in the chain already, at `{at}`; a right is not granted back",
        "`{grantee}` 已在权利链中（`{at}`）；不得回授",
    )
    CHAIN_TOO_LONG = Sentence(
        "the chain under `{parent}` has {links} grants and may have {links_max}; take a grant nearer to the root",
        "`{parent}` 的权利链已有 {links} 级授权，上限 {links_max} 级；请向更上级取得授权",
    )
