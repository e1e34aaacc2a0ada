"""Why the room of parties says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class PartiesRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "the exchange is admitted by the market itself when it opens, not by `{actor}`; open a market anew",
        "交易所由市场启动时自行接纳，`{actor}` 无权办理；请新建市场",
    )
    ONLY_THE_EXCHANGE = Sentence(
        "`{actor}` is not the exchange, which alone admits parties and assigns roles; apply to it",
        "`{actor}` 不是交易所；主体准入与角色分配由交易所办理，请向其申请",
        "S8-33",
    )
    ONLY_AUTHORITIES = Sentence(
        "`{actor}` may not suspend or reinstate `{party}`; the exchange or a regulator may",
        "`{actor}` 无权暂停或恢复 `{party}`；请由交易所或监管机构办理",
    )
    ONLY_ITSELF_OR_THE_EXCHANGE = Sentence(
        "`{actor}` may not act for `{party}`; ask it or the exchange",
        "`{actor}` 无权代 `{party}` 办理；请由其本人或交易所办理",
    )
    ONLY_ENDS_OR_AUTHORITIES = Sentence(
        "`{actor}` is neither `{party}` nor `{other}`; one of them, the exchange or a regulator records their relation",
        "`{actor}` 既非 `{party}` 也非 `{other}`；关联关系由双方之一、交易所或监管机构登记",
    )
    OPERATOR_ADMITTED = Sentence(
        "the exchange `{party}` is admitted already; a market has one", "交易所 `{party}` 已接纳；一个市场只有一家"
    )
    PARTY_UNKNOWN = Sentence("no party `{party}`; admit it first", "没有主体 `{party}`；请先办理准入")
    PARTY_EXITED = Sentence(
        "`{party}` has left the market; admit it anew under a new id", "`{party}` 已退出市场；请重新办理准入"
    )
    OPERATOR_STAYS = Sentence(
        "`{party}` runs this market and stays as it is; it is not suspended, exited or given other roles",
        "`{party}` 是本市场的运营者，不得暂停、退出或改变角色",
    )
    REGULATOR_STAYS = Sentence(
        "`{party}` is a regulator, over whom `{actor}` has no say; a regulator must do this",
        "`{party}` 是监管机构，`{actor}` 无权处置；请由监管机构办理",
    )
    NAME_UNFIT = Sentence(
        "a name has 1 to {chars_max} printable characters, this one has {chars}; give the registered name",
        "名称应为 1 至 {chars_max} 个可显示字符，收到 {chars} 个；请填写登记名称",
    )
    COMMITMENT_MISSING = Sentence(
        "a natural person needs a commitment of 64 hex digits, got {chars} characters; make one at the door",
        "自然人须提交 64 位十六进制身份承诺值，收到 {chars} 个字符；请在接入端生成",
        "S8-33",
    )
    COMMITMENT_MISPLACED = Sentence(
        "a `{kind}` is known by its USCC, not by a commitment; leave `identity_commitment` out",
        "`{kind}` 以统一社会信用代码识别，不用身份承诺值；请删去 `identity_commitment`",
    )
    USCC_INVALID = Sentence(
        "`{uscc}` is no USCC: 18 characters without spaces, the last one a check character; copy it from the licence",
        "`{uscc}` 不是有效的统一社会信用代码（18 位、无空格、末位为校验码）；请按证照填写",
        "S8-33",
    )
    USCC_TAKEN = Sentence(
        "USCC `{uscc}` belongs to `{party}`; use that party", "统一社会信用代码 `{uscc}` 已属 `{party}`；请使用该主体"
    )
    COMMITMENT_TAKEN = Sentence(
        "the commitment belongs to `{party}`; use that party, or another salt for another person",
        "该身份承诺值已属 `{party}`；请使用该主体，不同的人请换盐值",
    )
    ROLES_EMPTY = Sentence(
        "a party of the market has at least one role; name one", "市场主体至少有一个角色；请填写角色"
    )
    EXCHANGE_IS_ONE = Sentence(
        "only `{operator}` is the exchange of this market; leave the role `exchange` out",
        "本市场的交易所只有 `{operator}`；请删去角色 `exchange`",
    )
    ROLE_NEEDS_PUBLIC_BODY = Sentence(
        "the role `{role}` is for public bodies, this party is `{kind}`; leave it out",
        "角色 `{role}` 仅限公共管理和服务机构，该主体类型为 `{kind}`；请删去",
    )
    ROLE_NEEDS_ORGANISATION = Sentence(
        "the role `{role}` is for organisations, this party is `{kind}`; leave it out",
        "角色 `{role}` 仅限法人组织，该主体类型为 `{kind}`；请删去",
        "S3-02",
    )
    OPERATOR_IS_NO_MERCHANT = Sentence(
        "a public data operator does not develop products, so it is no data merchant; choose one of the two roles",
        "运商分离：公共数据运营机构不得兼任数据商；请二者择一",
        "S3-06",
    )
    KEY_MALFORMED = Sentence(
        "a key is the base64 of a raw 32-byte Ed25519 public key, 44 characters; got {chars}",
        "公钥应为 32 字节 Ed25519 公钥的 base64（44 个字符）；收到 {chars} 个字符",
    )
    KEY_REVOKED = Sentence(
        "key `{key}` was revoked and never comes back; make a new one", "公钥 `{key}` 已作废，不得恢复；请生成新密钥"
    )
    KEY_TAKEN = Sentence(
        "key `{key}` is registered to `{party}` already; make another one",
        "公钥 `{key}` 已登记于 `{party}`；请换用其他密钥",
    )
    KEYS_TOO_MANY = Sentence(
        "`{party}` has {keys} keys of at most {keys_max}; revoke one first",
        "`{party}` 已有 {keys} 个公钥（上限 {keys_max}）；请先作废一个",
    )
    KEY_UNKNOWN = Sentence("`{party}` has no live key `{key}`", "`{party}` 没有有效公钥 `{key}`")
    LAST_KEY = Sentence(
        "`{key}` is the last key of `{party}`, which would sign no more; register its successor first",
        "`{key}` 是 `{party}` 的最后一个公钥，作废后将无法签名；请先登记新公钥",
    )
    RELATION_OF_AUTHORITY = Sentence(
        "the relation of `{party}` to `{other}` was recorded by the {by}; `{actor}` may not change it, ask there",
        "`{party}` 与 `{other}` 的关系由 {by} 登记，`{actor}` 无权更改；请向其申请",
    )
    RELATED_TO_ITSELF = Sentence(
        "`{party}` cannot be related to itself; name two parties", "`{party}` 不能与自身关联；请填写两个主体"
    )
    SHARE_OUT_OF_RANGE = Sentence(
        "a share of {share_bp} basis points does not fit `{relation}`, which takes {min_bp} to {max_bp}",
        "`{relation}` 的持股比例应为 {min_bp} 至 {max_bp} 个基点，收到 {share_bp}",
    )
    RELATION_UNKNOWN = Sentence(
        "no relation `{relation}` of `{party}` to `{other}` is recorded",
        "没有 `{party}` 对 `{other}` 的 `{relation}` 记录",
    )
    RELATION_EXISTS = Sentence(
        "`{relation}` of `{party}` to `{other}` with {share_bp} basis points is recorded already",
        "`{party}` 对 `{other}` 的 `{relation}`（{share_bp} 个基点）已有记录",
    )
    GROUP_TOO_LARGE = Sentence(
        "`{party}` and `{other}` would form a group of {parties} related parties, {parties_max} at most; end a relation",
        "`{party}` 与 `{other}` 将形成 {parties} 个关联主体的集团，上限 {parties_max}；请先终止部分关系",
    )
    ALREADY_SUSPENDED = Sentence("`{party}` is suspended already", "`{party}` 已处于暂停状态")
    NOT_SUSPENDED = Sentence("`{party}` is not suspended", "`{party}` 未被暂停")
    SUSPENDED_BY_REGULATOR = Sentence(
        "`{party}` was suspended by a regulator; a regulator must reinstate it, not `{actor}`",
        "`{party}` 由监管机构暂停，`{actor}` 无权恢复；请由监管机构办理",
    )
