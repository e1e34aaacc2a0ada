"""The market's codes in the words of people, English and Chinese, and the names of its parties."""

from __future__ import annotations

from mumian.cli.demo.story import Story
from mumian.cli.markup import Markup, both, text
from mumian.kernel.time import Instant, day_of

_DAY_MAX: Instant = 253_370_764_800_000
"""The last instants that a calendar of four-digit years can name; beyond it a right has no end worth a date."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

TERMS = {
    "enterprise": ("enterprise data", "企业数据"),
    "public": ("public data", "公共数据"),
    "personal": ("personal data", "个人数据"),
    "core": ("core data", "核心数据"),
    "important": ("important data", "重要数据"),
    "general_1": ("general, level 1", "一般数据 1 级"),
    "general_2": ("general, level 2", "一般数据 2 级"),
    "general_3": ("general, level 3", "一般数据 3 级"),
    "general_4": ("general, level 4", "一般数据 4 级"),
    "conformity": ("conformity", "规范性"),
    "completeness": ("completeness", "完整性"),
    "accuracy": ("accuracy", "准确性"),
    "consistency": ("consistency", "一致性"),
    "timeliness": ("timeliness", "时效性"),
    "accessibility": ("accessibility", "可访问性"),
    "hold": ("right to hold", "数据资源持有权"),
    "use": ("right to process and use", "数据加工使用权"),
    "operate": ("right to operate products", "数据产品经营权"),
    "aggregate": ("figures with noise", "加噪统计结果"),
    "verification": ("yes or no per call", "核验（是/否）"),
    "verify_qa": ("yes or no per call", "核验（是/否）"),
    "file": ("file", "文件"),
    "api": ("interface", "接口"),
    "sandbox": ("computed where the data lies", "数据沙箱，原始数据不出域"),
    "mpc": ("multi-party computation", "多方安全计算"),
    "fl": ("federated learning", "联邦学习"),
    "tee": ("trusted execution", "可信执行环境"),
    "psi_pir": ("private intersection or retrieval", "隐私求交与匿踪查询"),
    "on_site": ("on site", "现场交付"),
    "connector": ("connector", "连接器"),
    "view_only": ("view only", "仅供查看"),
    "product": ("product", "份"),
    "call": ("call", "次"),
    "exchange_fee": ("exchange fee", "平台费"),
    "service_fee": ("public data service fee", "公共数据运营服务费"),
    "broker": ("broker's fee", "中介费"),
    "labour": ("labour", "劳务"),
    "cost": ("cost, back first", "先回收的成本"),
    "merchant": ("data merchant", "数据商"),
    "owner": ("data owner", "数据持有方"),
    "insurance-risk": ("insurance risk", "保险风控"),
}


def term(code: str) -> Markup:
    """Return the words for `code`, or the code itself where there are none."""
    return both(*TERMS[code]) if code in TERMS else text(code)


def term_pair(code: str) -> tuple[str, str]:
    return TERMS.get(code, (code, code))


def day(instant: Instant) -> str:
    """Return the day in Guangzhou as YYYY-MM-DD; an infinity sign for an end that no calendar names."""
    return day_of(instant).isoformat() if instant < _DAY_MAX else "∞"


def seconds(milli: int) -> str:
    return f"{milli // 1000:,}.{milli % 1000 // 100}"


def month_name(month: int) -> str:
    """Return "July" for 7; a number that names no month stays a number."""
    return _MONTHS[month - 1] if 1 <= month <= 12 else str(month)


def sure(permille: int) -> str:
    """Return a confidence in percent without an idle decimal: 950 → "95 %"."""
    return percent(permille, 1000).replace(".0 %", " %")


def percent(part: int, whole: int) -> str:
    """Return `part` of `whole` in percent to one decimal, rounded half up: 1 of 8 → "12.5 %"."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def rho(nano: int) -> str:
    """Return zCDP loss of 10^-9 rho for people: 125000000 → "0.125"."""
    whole, rest = divmod(nano, 1_000_000_000)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


def minutes(centi: int) -> str:
    """Return hundredths of a minute to one decimal, with a true minus: -123 → "−1.2"."""
    tenths = (abs(centi) + 5) // 10
    return f"{'−' if centi < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"


def names(story: Story) -> dict[str, str]:
    """Return the name of every party by its id."""
    return {actor.party: actor.name for actor in story.actors}
