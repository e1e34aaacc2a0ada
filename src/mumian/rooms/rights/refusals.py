"""Why the rights room says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class RightsRefusal(Refusal):
    """In order of precedence."""

    ONLY_A_REGISTRY = Sentence(
        "`{actor}` is no registry; apply to one to register", "`{actor}` 不是登记机构；请向登记机构申请登记"
    )
    ONLY_REGISTRY_OR_REGULATOR = Sentence(
        "`{actor}` is neither registry nor regulator; apply to one of them to change a registration",
        "`{actor}` 既非登记机构也非监管机构；变动登记请向其申请",
    )
    ONLY_A_PUBLIC_BODY = Sentence(
        "`{actor}` is no public body; the body that holds the data authorises its operation",
        "`{actor}` 不是公共管理和服务机构；授权运营由持有数据的机构实施",
        "S3-05",
    )
    NO_RESOURCES = Sentence(
        "the authorisation names no resource; name what may be operated", "授权未列明数据资源；请列明授权范围", "S3-14"
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s to decide on, not `{actor}`'s; ask `{owner}`",
        "`{id}` 由 `{owner}` 决定，`{actor}` 无权处置；请由 `{owner}` 发起",
    )
    ENDED = Sentence(
        "`{id}` has ended (`{reason}`); there is nothing left to change", "`{id}` 已终止（`{reason}`）；不能再变动"
    )
    WITHDRAWN = Sentence(
        "resource `{resource}` is withdrawn; its holder must offer it again first",
        "数据资源 `{resource}` 已撤回；须先由持有人重新提供",
    )
    NOT_ADMITTED = Sentence(
        "`{party}` is not admitted to the market; have it admitted first", "`{party}` 未准入市场；请先办理准入"
    )
    DUTY_DATA = Sentence(
        "`{resource}` is {kind} data from source `{source_type}`: what public bodies collect in their duties is not registered as property; register it as public data resource",
        "`{resource}` 为 {kind} 数据、来源 `{source_type}`：党政机关履职数据不进行数据产权登记；请办理公共数据资源登记",
        "S1-21-R8",
    )
    ENTRUSTED_DATA = Sentence(
        "`{resource}` is processed on another's behalf: the processor `{holder}` has no right in it; its principal may register",
        "`{resource}` 为受托处理数据，受托人 `{holder}` 不享有可登记权利；请由委托人登记",
        "S1-21-R7",
    )
    SOURCE_DISAGREES = Sentence(
        "the application says `{source_type}`, the catalog says `{described}` of `{resource}`; correct one of them",
        "申请的数据来源为 `{source_type}`，目录中 `{resource}` 的来源为 `{described}`；请更正其一",
        "S1-19",
    )
    CONDITION_MISSING = Sentence(
        "the right `{right}` in `{source_type}` data needs `{missing}` by row {row}; show it and apply again",
        "登记 `{source_type}` 数据的 `{right}` 权须满足 `{missing}`（{row}）；请补证后再申请",
        "S1-21",
    )
    BASIS_DOES_NOT_FIT = Sentence(
        "row {row} rests on `{needed}`, the application shows `{basis}`; show the document that it rests on",
        "{row} 的权利依据应为 `{needed}`，申请提交的是 `{basis}`；请提交相应文件",
        "S1-19",
    )
    PRODUCT_NOT_CODED = Sentence(
        "`{resource}` is a product of public data without a public data resource registration in force; register it there first",
        "`{resource}` 是授权运营产品，尚无有效的公共数据资源登记；请先办理",
        "S1-15",
    )
    ALREADY_REGISTERED = Sentence(
        "the same is registered already as `{id}` under `{number}`; use that, or let it end first",
        "相同事项已登记为 `{id}`（`{number}`）；请直接使用，或待其终止后再登记",
    )
    NOT_PUBLIC_DATA = Sentence(
        "`{resource}` is {kind} data; only public data is given to an operator by authorisation, other data by grant",
        "`{resource}` 是 {kind} 数据；仅公共数据可授权运营，其他数据请以授权方式提供",
        "S2-SCOPE",
    )
    OWNER_CONSENT_MISSING = Sentence(
        "`{resource}` is held by `{holder}`, not by `{actor}`; let `{holder}` authorise it",
        "`{resource}` 由 `{holder}` 持有，并非 `{actor}`；须由数据提供单位同意并授权",
        "S3-05",
    )
    RESOURCE_NOT_CODED = Sentence(
        "`{resource}` has no public data resource registration in force; data to be operated is registered first",
        "`{resource}` 没有有效的公共数据资源登记；纳入授权运营的应先登记",
        "S2-SCOPE",
    )
    NOT_AN_OPERATOR = Sentence(
        "`{party}` is no public data operator; choose one that is",
        "`{party}` 不是公共数据运营机构；请另行选择",
        "S3-02",
    )
    OPERATOR_IS_MERCHANT = Sentence(
        "`{party}` is also a data merchant; an operator takes no part in developing products, so it gives up one role",
        "`{party}` 兼为数据商；运营机构不得参与产品开发，须先放弃其一",
        "S3-06",
    )
    SCENARIO_AND_MODE = Sentence(
        "mode `{mode}` and scenario `{scenario}` do not go together; WHOLE names none, SECTOR and SCENARIO name one",
        "授权模式 `{mode}` 与场景 `{scenario}` 不符；整体授权不填，分领域、依场景授权须填一项",
        "S3-09",
    )
    OPERATOR_RELATED = Sentence(
        "operator `{operator}` and merchant `{merchant}` are one or related ({path}); choose an unrelated merchant",
        "运商分离：运营机构 `{operator}` 与数据商 `{merchant}` 同一或存在关联（{path}）；请选择无关联的数据商",
        "S3-06",
    )
    NOT_A_MERCHANT = Sentence(
        "`{party}` is no data merchant; public data is developed by data merchants",
        "`{party}` 不是数据商；公共数据由数据商开发利用",
        "S20-SEPARATION",
    )
    RESOURCE_OUTSIDE = Sentence(
        "`{resource}` is not among the resources of `{authorization}`; apply for one that is",
        "`{resource}` 不在授权 `{authorization}` 的资源范围内；请申请范围内资源",
        "S3-06",
    )
    SCENARIO_OUTSIDE = Sentence(
        "`{authorization}` is for scenario `{authorized}`, the application for `{scenario}`; ask for an authorisation of it",
        "授权 `{authorization}` 的场景为 `{authorized}`，申请场景为 `{scenario}`；请另行取得授权",
        "S20-SCENARIO",
    )
    SCENARIO_TAKEN = Sentence(
        "`{merchant}` already has `{grant}` for scenario `{scenario}` on `{resource}`; one scenario, one application",
        "`{merchant}` 就场景 `{scenario}` 已取得 `{resource}` 的授权 `{grant}`；一场景一申请",
        "S20-SCENARIO",
    )
    TERM_EMPTY = Sentence(
        "the term ends at {valid_to}, which is not after both its start {valid_from} and now {now}; choose a later end",
        "期限止于 {valid_to}，未晚于起始 {valid_from} 及当前 {now}；请改为更晚的时间",
    )
    TERM_OVER_FIVE_YEARS = Sentence(
        "the registration would hold until {valid_to}; five years from today end at {limit}: shorten it, and renew in time",
        "登记至 {valid_to} 届满，超过自存证日起5年（{limit}）；请缩短期限并按期续展",
        "S1-26",
    )
    OPERATION_OVER_FIVE_YEARS = Sentence(
        "the authorisation would hold until {valid_to}; five years from its start end at {limit}: shorten it",
        "授权至 {valid_to} 届满，超过自起始日起5年（{limit}）；请缩短期限",
        "S3-TERM",
    )
    SERIALS_USED_UP = Sentence(
        "all {serials} numbers `{prefix}` of this month are used; register next month or with another institution",
        "本月号段 `{prefix}` 的 {serials} 个流水号已用尽；请下月办理或由其他机构登记",
        "S1-A6",
    )
    ALREADY_FROZEN = Sentence(
        "`{id}` is frozen already by `{by}` (`{reason}`); lift that first",
        "`{id}` 已被 `{by}` 冻结（`{reason}`）；请先解除",
        "S1-23",
    )
    NOT_FROZEN = Sentence("`{id}` is not frozen; nothing to lift", "`{id}` 未被冻结；无需解除")
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
