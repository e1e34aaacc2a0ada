"""Why the catalog says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class CatalogRefusal(Refusal):
    """In order of precedence."""

    NOT_A_SUPPLIER = Sentence(
        "`{actor}` is neither supplier nor public body; ask the exchange for the role `supplier`",
        "`{actor}` 既非供方也非公共管理和服务机构；请向交易所申请 `supplier` 角色",
    )
    NOT_A_PUBLIC_BODY = Sentence(
        "`{actor}` is no public body; only public bodies keep a duty inventory",
        "`{actor}` 不是公共管理和服务机构；职能数据清单仅由其编制",
        "GZ2023-02",
    )
    ONLY_THE_MARKET = Sentence(
        "`{actor}` is not the market, which alone says that a limit is over; wait for it",
        "`{actor}` 不是市场系统；期限届满由系统宣告，请等待",
    )
    ONLY_AN_AUTHORITY = Sentence(
        "`{actor}` is neither data bureau nor regulator; ask the competent department for its written permission",
        "`{actor}` 既非公共数据主管部门也非监管机构；请取得主管部门书面同意",
        "S5-5",
    )
    RESOURCE_UNKNOWN = Sentence("no resource `{resource}`; describe it first", "没有数据资源 `{resource}`；请先编目")
    NOT_THE_HOLDER = Sentence(
        "`{resource}` is held by `{holder}`, not by `{actor}`; ask its holder",
        "数据资源 `{resource}` 由 `{holder}` 持有，`{actor}` 无权处置；请由持有人办理",
    )
    RESOURCE_WITHDRAWN = Sentence(
        "`{resource}` was withdrawn; describe it anew", "数据资源 `{resource}` 已撤下；请重新编目"
    )
    NOT_A_REPORTER = Sentence(
        "`{actor}` neither holds `{resource}` nor supervises it; tell its holder, the exchange or the data bureau",
        "`{actor}` 既非 `{resource}` 的持有人也非监管方；请告知其持有人、交易所或主管部门",
        "S18-REGRADE",
    )
    NEVER_GRADED = Sentence(
        "`{resource}` was never graded; its holder grades it first", "`{resource}` 尚未定级；请持有人先行定级"
    )
    TRIGGER_KNOWN = Sentence(
        "that the grading of `{resource}` is due for `{trigger}` is known; grade it",
        "`{resource}` 因 `{trigger}` 应重新定级，已有记录；请办理定级",
        "S18-REGRADE",
    )
    PERMISSION_UNKNOWN = Sentence("no permission `{permission}`; look it up", "没有书面同意 `{permission}`；请核对")
    NOT_THE_GIVER = Sentence(
        "`{permission}` was given by `{by}`, not by `{actor}`; who gave it takes it back, or a regulator",
        "书面同意 `{permission}` 由 `{by}` 作出，不是 `{actor}`；请由作出方或监管机构撤回",
    )
    PERMISSION_ENDED = Sentence(
        "`{permission}` has ended (`{reason}`); there is nothing to take back",
        "书面同意 `{permission}` 已终止（`{reason}`）；无需撤回",
    )
    NOT_IMPORTANT_DATA = Sentence(
        "`{resource}` is graded `{level}`: only `important` data is permitted in writing; core data never trades, general data needs no permission",
        "`{resource}` 定为 `{level}` 级：仅 `important`（重要数据）需书面同意；核心数据不得交易，一般数据无需同意",
        "S5-5",
    )
    ALREADY_PERMITTED = Sentence(
        "`{resource}` is permitted by `{permission}`; take that back before giving another",
        "`{resource}` 已有书面同意 `{permission}`；请先撤回再另行作出",
    )
    FORMS_UNCLEAR = Sentence(
        "the permission names the forms `{forms}`; name at least one form of clean room, each once",
        "书面同意所列方式为 `{forms}`；请至少列一种“可用不可见”方式，且不重复",
        "S5-5",
    )
    PERMISSION_OVER = Sentence(
        "the permission would end at {until}, now is {now}; name a later end",
        "书面同意将于 {until} 届满，现在是 {now}；请填写更晚的期限",
    )
    OFFICER_NOT_IN_OFFICE = Sentence(
        "`{signed_by}` is no officer of `{holder}` in office for gradings; let the one in office sign, or appoint",
        "`{signed_by}` 不是 `{holder}` 在任且负责定级的首席数据官；请由在任者签署或先行任命",
        "GZ2023-03",
    )
    PROPOSAL_NOT_OPEN = Sentence(
        "`{proposal}` is not the open proposal for `{resource}`, which is `{open}`; sign that, or none if there is none",
        "`{proposal}` 不是 `{resource}` 的待签定级建议（现为 `{open}`）；请改签",
    )
    DUTY_DATA_NEEDS_PUBLIC_BODY = Sentence(
        "data collected in public duty is held by public bodies, `{actor}` is none; choose another source type",
        "履职数据由公共管理和服务机构持有，`{actor}` 不是；请更正数据来源",
        "S1-21-R8",
    )
    DUTY_DATA_IS_PUBLIC = Sentence(
        "data collected in public duty is `public`, not `{data_kind}`; correct the kind or the source",
        "履职数据属于 `public`（公共数据），不是 `{data_kind}`；请更正数据类别或来源",
        "S1-21-R8",
    )
    PUBLIC_DATA_NEEDS_PUBLIC_BODY = Sentence(
        "`{actor}` is no public body; it describes public data only as `public_product` or `utility`, not `{source_type}`",
        "`{actor}` 不是公共管理和服务机构；其公共数据的来源只能是 `public_product` 或 `utility`，不能是 `{source_type}`",
        "GZ2023-02",
    )
    KIND_OR_SOURCE_CHANGED = Sentence(
        "`{resource}` is `{data_kind}` data from `{source_type}`, which no amendment changes; describe a new resource",
        "`{resource}` 为 `{data_kind}` 数据、来源 `{source_type}`，变更登记不得改动；请另行编目",
    )
    DUTIES_EMPTY = Sentence("the inventory names no duty; list at least one", "清单为空；请至少列入一项")
    DUTY_CODE_MALFORMED = Sentence(
        "`{code}` cannot name a duty; use 1 to 32 letters, digits, dots and dashes",
        "`{code}` 不能作为职责编码；请用 1 至 32 个字母、数字、点、横线",
    )
    DUTY_REPEATED = Sentence(
        "the list names the duty `{code}` twice; name each once", "职责 `{code}` 重复；每项只写一次"
    )
    TITLE_LENGTH = Sentence(
        "a title has 1 to {chars_max} characters, this one {chars}; shorten it to time, place, industry, content, kind",
        "名称应为 1 至 {chars_max} 字，收到 {chars} 字；请精简为时间、地域、行业、内容、数据类型",
        "S1-19",
    )
    SUMMARY_LENGTH = Sentence(
        "a summary has 1 to {chars_max} characters, this one {chars}; rewrite it",
        "概述应为 1 至 {chars_max} 字，收到 {chars} 字；请修改",
        "S1-19",
    )
    TEXT_LENGTH = Sentence(
        "`{part}` has {chars} characters, {chars_min} to {chars_max} fit; rewrite it",
        "`{part}` 有 {chars} 字，应为 {chars_min} 至 {chars_max} 字；请修改",
    )
    TEXT_HIDDEN = Sentence(
        "`{part}` holds characters that cannot be seen; type it anew", "`{part}` 含有不可见字符；请重新输入", "S1-19"
    )
    TOO_MANY = Sentence(
        "`{part}` has {count} entries, {count_max} at most; leave some out",
        "`{part}` 有 {count} 项，上限 {count_max} 项；请删减",
    )
    INDUSTRY_UNKNOWN = Sentence(
        "`{industry}` is no section of GB/T 4754, alone or with a division of it; give one such as `G56`",
        "`{industry}` 不是 GB/T 4754 的门类或其大类；请填写如 `G56`",
    )
    PERIOD_INVALID = Sentence(
        "the data would run from `{from}` to `{to}`; give days as YYYY-MM-DD, the first not after the last",
        "时域范围 `{from}` 至 `{to}` 有误；请按 YYYY-MM-DD 填写，起不晚于止",
    )
    LANGUAGE_UNKNOWN = Sentence(
        "`{language}` is no language tag; give one such as `zh` or `en`",
        "`{language}` 不是语种代码；请填写如 `zh`、`en`",
    )
    DOMAIN_MALFORMED = Sentence(
        "`{domain}` cannot name a domain; use 1 to 63 letters, digits, dots and dashes, a letter or digit first",
        "`{domain}` 不能作为数据域名称；请用 1 至 63 个字母、数字、点、横线，以字母或数字开头",
    )
    FIELD_REPEATED = Sentence(
        "the dictionary names the field `{field}` twice; name each once", "字段 `{field}` 重复；每个字段只写一次"
    )
    PRIVACY_UNIT_MISMATCH = Sentence(
        "the privacy unit is `{privacy_unit}`, the dictionary marks `{marked}` as unit; mark that one field, or none",
        "隐私单元为 `{privacy_unit}`，字段字典标记为 `{marked}`；两者须一致，且至多一个",
    )
    PRIVACY_UNIT_FIXED = Sentence(
        "versions of `{resource}` are out under the privacy unit `{privacy_unit}`, which stays; describe a new resource",
        "`{resource}` 已按隐私单元 `{privacy_unit}` 发布版本，不得更改；请另行编目",
    )
    DUTY_ITEM_UNKNOWN = Sentence(
        "the duty inventory of `{holder}` has no item `{duty_item}`; list it first",
        "`{holder}` 的职能数据清单没有 `{duty_item}`；请先列入清单",
        "GZ2023-02",
    )
    DIGEST_MALFORMED = Sentence(
        "a digest is a SHA-256 in 64 lower-case hex digits, got {chars} characters; let the domain compute it",
        "摘要应为 64 位小写十六进制 SHA-256，收到 {chars} 个字符；请由数据域计算",
    )
    DIGEST_REPEATED = Sentence(
        "version {version} of `{resource}` has this digest already; nothing changed, publish nothing",
        "`{resource}` 的第 {version} 版已有相同摘要；数据未变，无需发布",
    )
    QUALITY_IMPOSSIBLE = Sentence(
        "`{dimension}` would be met by {met} of {of}; count again",
        "`{dimension}` 的 {of} 项中有 {met} 项合格，不可能；请重新计算",
        "GBT36344-DIMENSIONS",
    )
    IMPACTS_EMPTY = Sentence(
        "a grading names at least one impact; assess whom a harm would touch",
        "定级至少需要一项影响评估；请评估影响对象与程度",
        "S18-MATRIX",
    )
    IMPACT_REPEATED = Sentence(
        "the harm to `{object}` is assessed twice; give the graver degree once",
        "影响对象 `{object}` 重复；请只填较重的一项",
        "S18-MATRIX",
    )
    PERSONS_DENIED = Sentence(
        "`{resource}` is described as personal data, the grading denies personal information; correct one of them",
        "`{resource}` 已编目为个人数据，定级却称不含个人信息；请更正",
    )
    PERSONS_NOT_ASSESSED = Sentence(
        "`{resource}` contains personal information; add the impact on `person`",
        "`{resource}` 含个人信息；请补充对个人权益（`person`）的影响评估",
        "S18-MATRIX",
    )
    PERSONS_MISCOUNTED = Sentence(
        "the factors of `{resource}` count {persons} persons, the grading says otherwise; correct one of them",
        "`{resource}` 的分级要素记为 {persons} 人，与定级所称是否含个人信息不符；请更正",
        "S18-FACTORS",
    )
    NEEDS_INFO = Sentence(
        "grading `{resource}` by `{rule}` needs to know `{question}`; state it and grade again",
        "按 `{rule}` 对 `{resource}` 定级，尚需说明 `{question}`；请补充后重新提交",
        "S18-ESCALATION",
    )
    DEPARTURE_UNEXPLAINED = Sentence(
        "the domain proposed `{proposed}` for `{resource}`, the grading gives `{level}` on other grounds; give the departure's reason, or sign the proposal",
        "数据域对 `{resource}` 建议 `{proposed}` 级，本次为 `{level}` 级且依据不同；请说明偏离理由或按建议签署",
    )
    LEVEL_LOWERED = Sentence(
        "`{resource}` is graded `{level}`, the new impacts give `{new_level}`; give the reason why it falls",
        "`{resource}` 现为 `{level}` 级，新评估为 `{new_level}` 级；降级须说明原因",
        "S18-MATRIX",
    )
    DESENSITISED_UNPUBLISHED = Sentence(
        "`{resource}` is graded `{level}` and its newest version is still {version}, the one graded; publish the desensitised version first",
        "`{resource}` 现为 `{level}` 级，最新版本仍为定级时的第 {version} 版；请先发布脱敏后的版本",
        "S5-1",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force in this market; adopt a rulebook that has it",
        "规则 `{rule}` 在本市场尚未施行；请先采用含该规则的规则库",
    )
