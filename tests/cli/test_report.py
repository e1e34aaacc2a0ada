"""The page that `mumian demo` leaves behind: complete, safe, in two languages, asking nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from mumian.cli.demo.report import render, write
from mumian.cli.demo.report.chart import scale_of
from mumian.cli.demo.report.earnings import adds_up
from mumian.cli.demo.report.words import day, minutes, percent, rho
from mumian.cli.demo.story import (
    Act,
    Actor,
    Answer,
    Bargain,
    Budget,
    Calls,
    Cell,
    Chain,
    Gate,
    Link,
    Payment,
    Product,
    Proofs,
    Shown,
    Story,
    Supplied,
)

VOID = {"br", "input", "link", "meta"}
HOSTILE = "<script>alert('1')</script>\"&<img src=x onerror=alert(2)>"
PARTS = ("life", "rights", "gates", "answers", "calls", "payments", "budget", "refusals", "proofs")
ROUTES = ("JFK-LAX", "LGA-ATL", "LGA-ORD", "EWR-SFO")
BEGAN, ENDS = 1_795_454_699_432, 1_889_976_299_432
AIRLINES, OWNER_FEN = 16, 195_781


def a_supplied(nth: int, *, public: bool = False) -> Supplied:
    return Supplied(
        resource=f"resource-{nth}",
        title="逐时气象观测" if public else f"departures of airline {nth}",
        holder=f"party-{nth}",
        data_kind="public" if public else "enterprise",
        rows=20_000 + nth,
        units=0 if public else 600 - nth,
        level="general_1" if public else "general_3",
        quality={"completeness": 995 - nth, "accuracy": 1000},
        version_digest=f"{nth:064x}",
        certificates=() if public else tuple(f"SJ4412026110{nth:02d}{at}" for at in range(3)),
        query_code="GGSJ44202611000001" if public else "",
        grant=f"grant-{nth}",
    )


def a_chain(one: Supplied) -> Chain:
    grant = Link(one.grant, "merchant", "use", BEGAN, ENDS)
    root = (
        Link("authorization-9", "operator", "", BEGAN, ENDS)
        if one.query_code
        else Link(f"right-{one.resource}", one.holder, "use", BEGAN, ENDS)
    )
    return Chain(one.resource, one.title, (grant, root), one.resource != "resource-3")


def a_product(product: str, title: str, gross_fen: int, chains: tuple[Chain, ...]) -> Product:
    gates = (
        Gate("scenario", "场景", "flight-delay insurance", 188),
        Gate("registration", "登记", product, 189),
        Gate("compliance", "合规", "ab" * 32, 190),
    )
    return Product(
        product, title, "sandbox", f"{product}-listing", gross_fen, 6_000_000, "product", 1, gross_fen, gates, chains
    )


def a_cell(nth: int, route: str, month: int) -> Cell:
    flights = 900 - 190 * nth + 7 * month
    if flights < 350 and month == 2:
        return Cell(route, month, 40, 12, None, None, None)
    mean = (-500, -300, 100, 1_100, 400, 1_700, 1_900, 600, -700, -400, -100, 1_500)[month - 1] + 40 * nth
    off = 400_000 // flights
    return Cell(route, month, flights, mean * flights // 100, mean, mean - off, mean + off)


def an_answer() -> Answer:
    cells = tuple(a_cell(nth, route, month) for nth, route in enumerate(ROUTES) for month in range(1, 13))
    return Answer(
        job="job-234",
        agreement="agreement-232",
        purpose="insurance-risk",
        root="party-0",
        domains=17,
        unit="tailnum",
        l0=12,
        linf_rows=2,
        rho_nano=1_000_000_000,
        epsilon="7.767",
        half_width_flights=14,
        half_width_delay_sum=1_223,
        confidence_permille=950,
        release_digest="cd" * 32,
        cells=cells,
    )


def the_payments() -> tuple[Payment, ...]:
    """Sixteen owners, the merchant, the operator, the exchange: 50,000.00 yuan of the one product, 20,000.00 of the other."""
    owners = tuple(
        Payment("product-1", f"party-{nth}", "owner", OWNER_FEN, 62, "by coverage", "按覆盖贡献")
        for nth in range(AIRLINES)
    )
    rest = 5_000_000 - AIRLINES * OWNER_FEN - 400_000 - 125_000
    return (
        *owners,
        Payment("product-1", "merchant", "merchant", rest, 0, "its part of the net", "净额部分"),
        Payment("product-1", "operator", "service_fee", 400_000, 0, "public data", "公共数据"),
        Payment("product-1", "exchange", "exchange_fee", 125_000, 0, "agreed before", "事先约定"),
        Payment("product-2", "merchant", "merchant", 1_950_000, 0, "its part of the net", "净额部分"),
        Payment("product-2", "exchange", "exchange_fee", 50_000, 0, "agreed before", "事先约定"),
        Payment("product-3", "merchant", "cost", 16_000, 0, "laid out", "先回收"),
    )


def a_story() -> Story:
    supplied = (*(a_supplied(nth) for nth in range(AIRLINES)), a_supplied(AIRLINES, public=True))
    chains = tuple(a_chain(one) for one in supplied)
    names = {one.holder: f"Airline {nth}" for nth, one in enumerate(supplied)}
    names |= {"merchant": "航延数据商", "operator": "公共数据运营公司", "exchange": "木棉数据交易所"}
    return Story(
        home="/srv/demo home",
        origin="mumian.example/demo",
        started_at=BEGAN,
        seconds_milli=19_801,
        acts=tuple(Act(nth, f"act {nth}", f"第{nth}幕", 700 * nth, 10 * nth) for nth in range(1, 10)),
        actors=tuple(Actor(party, name, ("supplier",), "ef" * 32) for party, name in names.items()),
        supplied=supplied,
        products=(
            a_product("product-1", "航线月度延误风险", 5_000_000, chains),
            a_product("product-2", "航班延误核验", 2_000_000, chains[:-1]),
        ),
        answer=an_answer(),
        calls=Calls(
            "job-241", "agreement-239", "arr_delay > 60 min", 100_000, 8_233, 2_813, 16, 129_857, 77, "ba" * 32
        ),
        budgets=tuple(
            Budget(f"budget-{nth}", f"resource-{nth}", f"party-{nth}", "tailnum", 3 * 10**9, 10**9, "14.948", "7.767")
            for nth in range(AIRLINES)
        ),
        payments=the_payments(),
        cash_fen={"merchant": 5_000_000, "exchange": 175_000},
        refusals=(
            Shown(
                "a price above the ceiling",
                "价格超过上限",
                "exchange.OVER_CEILING",
                "`7` over `6`",
                "`7` 超过 `6`",
                "S4-CEILING",
                208,
            ),
            Shown("an id used again", "编号重用", "envelope.ID_REUSED", "id `a` was used", "编号 `a` 已用", "", 272),
        ),
        proofs=Proofs(
            450,
            "02" * 32,
            "mumian.example/demo+b0685cbf+AdUq",
            116,
            48,
            263,
            4,
            "witness.example/demo",
            "leaves_hash_to_the_tree",
            114,
        ),
        bargain=a_bargain(),
    )


def a_bargain() -> Bargain:
    return Bargain(
        "product-3",
        "航延理赔定价模型",
        "order-300",
        5_000,
        4,
        3,
        "/srv/demo home/evidence.json",
        "auction-305",
        1_000,
        "invoice-310",
        "2026-10",
        2_000_000,
        113_208,
    )


class Page(HTMLParser):
    """A page as read: tags in balance, attributes, texts by language, ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str, str]] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append((tag, found.get("lang") or ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}, open: {self.open[-3:]}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        lang = next((lang for tag, lang in reversed(self.open) if lang and tag in ("span", "tspan", "label")), "")
        self.texts.append((lang, self.open[-1][0] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [found["id"] or "" for _, found in self.tags if "id" in found]


@pytest.fixture(scope="module")
def page() -> str:
    return render(a_story())


@pytest.fixture(scope="module")
def read(page: str) -> Page:
    return Page(page)


def in_language(page: str, lang: str) -> str:
    """Return the page's words with those of the other language left out."""
    other = "zh-CN" if lang == "en" else "en"
    return re.sub(rf'<(t?span) lang="{other}">(?:(?!</\1>).)*</\1>', "", page)


def test_every_part_is_on_the_page_and_the_way_to_it(read: Page) -> None:
    assert [found["id"] for found in read.all("section")] == list(PARTS)
    assert [found["href"] for found in read.all("a")] == [f"#{part}" for part in PARTS]


def test_tags_are_in_balance_and_ids_are_unique(read: Page) -> None:
    assert read.faults == []
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))


def test_references_within_the_page_lead_somewhere(read: Page) -> None:
    named = [part for _, found in read.tags for part in (found.get("aria-labelledby") or "").split()]
    named += [found["for"] or "" for found in read.all("label")]
    assert set(named) <= set(read.ids)


def test_the_page_asks_nobody_for_anything(page: str, read: Page) -> None:
    addresses = [
        found.get(key) or "" for _, found in read.tags for key in ("src", "href", "action", "srcset", "poster", "data")
    ]
    assert [to for to in addresses if to and not to.startswith(("#", "data:image/svg+xml,"))] == []
    assert not re.search(r"@import|url\((?!#)", page)
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|sendBeacon|WebSocket", page)


def test_only_the_hashed_style_and_script_may_run(page: str, read: Page) -> None:
    (policy,) = (found["content"] or "" for found in read.all("meta") if "http-equiv" in found)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [name for _, found in read.tags for name in found if name == "style" or name.startswith("on")] == []


def hostile(value: object) -> object:
    """Return `value` with every text in it replaced by a hostile one, keys of records aside."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, list | tuple):
        return [hostile(each) for each in value]
    if isinstance(value, dict):
        return {key: hostile(each) for key, each in value.items()}
    return value


def test_hostile_text_anywhere_in_the_story_stays_text(read: Page) -> None:
    story = msgspec.convert(hostile(msgspec.to_builtins(a_story())), Story)
    page = render(story)
    attacked = Page(page)
    assert attacked.faults == []
    assert len(attacked.all("script")) == 1
    assert attacked.all("img") == []
    assert [name for _, found in attacked.tags for name in found if name.startswith("on")] == []
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;" in page


def test_what_no_page_may_hold_is_replaced() -> None:
    story = msgspec.structs.replace(a_story(), origin="a\x00b\ud800c")
    assert "a\ufffdb\ufffdc" in render(story)
    render(story).encode("utf8")


def test_every_sentence_has_both_languages_side_by_side(page: str) -> None:
    pairs = re.findall(r'<(t?span) lang="en">(.*?)</\1><\1 lang="zh-CN">(.*?)</\1>', page)
    assert (
        len(pairs)
        == len(re.findall(r'<t?span lang="zh-CN">', page))
        == len(re.findall(r'<t?span lang="en">', page))
        > 100
    )
    plain = [(re.sub(r"<[^>]*>", "", en), re.sub(r"<[^>]*>", "", zh)) for _, en, zh in pairs]
    assert [en for en, _ in plain if not re.search(r"[A-Za-z]", en)] == []
    assert [pair for pair in plain if not re.search(r"[\u4e00-\u9fff]", pair[1])] == []


def test_no_english_words_of_the_page_are_left_in_chinese() -> None:
    story = msgspec.convert(neutral({**msgspec.to_builtins(a_story()), "cash_fen": {"7": 1}}), Story)
    body = in_language(render(story, lang="zh"), "zh").split("<body>")[1].split("<script>")[0]
    shown = re.sub(r"<(code|title|desc)\b.*?</\1>", "", body, flags=re.S)
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", shown)))
    assert words <= {"Mumian", "English", "zCDP", "vkey"}


def neutral(value: object) -> object:
    """Return `value` with texts without letters, but for the kinds that the page translates."""
    if isinstance(value, str):
        return value if value in ("owner", "merchant", "service_fee", "exchange_fee", "public", "enterprise") else "7"
    if isinstance(value, list | tuple):
        return [neutral(each) for each in value]
    if isinstance(value, dict):
        return {key: neutral(each) for key, each in value.items()}
    return value


@pytest.mark.parametrize(("lang", "code"), [("en", "en"), ("zh", "zh-CN")])
def test_the_language_asked_for_is_shown_first(lang: str, code: str) -> None:
    read = Page(render(a_story(), lang=lang))
    assert read.all("html")[0]["lang"] == code
    assert [found["id"] for found in read.all("input") if "checked" in found] == [f"lang-{lang}"]


def test_the_same_story_gives_the_same_bytes(tmp_path: Path, page: str) -> None:
    write(a_story(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == page.encode("utf8")


def test_heads_of_tables_have_a_scope_and_tables_a_caption(read: Page) -> None:
    assert {found.get("scope") for found in read.all("th")} == {"col", "row"}
    assert len(read.all("caption")) == len(read.all("table"))


def test_a_drawing_is_named_or_hidden_from_screen_readers(read: Page) -> None:
    unnamed = [
        found
        for found in read.all("svg")
        if found.get("aria-hidden") != "true"
        and not (found.get("role") == "img" and (found.get("aria-label") or found.get("aria-labelledby")))
    ]
    assert unnamed == []


def test_each_route_has_a_chart_with_a_point_for_each_month(page: str) -> None:
    charts = re.findall(r"<figure>.*?</figure>", page, re.S)
    assert len(charts) == len(ROUTES)
    assert [chart.count('class="point"') for chart in charts] == [12] * len(ROUTES)
    assert "JFK-LAX · 1: −5.0 min (−9.4 … −0.6), n ≈ 907" in charts[0]


def test_a_month_with_too_few_flights_is_shown_as_missing_and_breaks_the_line(page: str) -> None:
    chart = next(chart for chart in re.findall(r"<figure>.*?</figure>", page, re.S) if "EWR → SFO" in chart)
    assert "EWR-SFO · 2: —" in chart
    assert chart.count('class="none"') == 1
    assert len(re.findall(r"<polyline[^>]*>", chart)) == 1
    assert chart.count('class="dot"') == 11


def test_all_charts_share_a_scale_with_zero_and_every_mean() -> None:
    cells = an_answer().cells
    scale = scale_of(cells)
    means = [cell.mean_delay_centi for cell in cells if cell.mean_delay_centi is not None]
    assert scale.low <= min(means) < 0 < max(means) <= scale.high
    assert 0 in scale.ticks()
    assert 3 <= len(scale.ticks()) <= 7


@pytest.mark.parametrize("means", [(), (0,), (-5,), (10**9,)])
def test_a_scale_is_never_flat(means: tuple[int, ...]) -> None:
    scale = scale_of(Cell("A-B", 1, 10, 10, mean, mean, mean) for mean in means)
    assert scale.low < scale.high
    assert len(scale.ticks()) <= 8


def test_payments_add_up_to_the_gross_and_the_page_says_so(page: str) -> None:
    story = a_story()
    for product in story.products:
        assert sum(one.amount_fen for one in story.payments if one.product == product.product) == product.gross_fen
    assert page.count('✓ <span lang="en">= gross of ¥') == len(story.products) + 1
    assert "of the gross not shared out" not in page


def test_a_fen_that_is_missing_is_said() -> None:
    assert "¥0.01 of the gross not shared out" in adds_up(99, 100)
    assert "✗" in adds_up(101, 100)


def test_a_broken_chain_is_said_and_the_one_drawn_holds(page: str) -> None:
    drawing = re.search(r'<svg[^>]*class="chain".*?</svg>', page, re.S)
    assert drawing is not None
    assert "resource-15" in drawing[0]
    assert "right-resource-3" not in drawing[0]
    assert page.count('✗ <span lang="en">broken') == 3  # in the list of sources and beneath both products


def test_commands_are_quoted_for_a_shell(page: str) -> None:
    assert "mumian fsck &#x27;/srv/demo home&#x27;" in page
    assert (
        "mumian receipt verify &#x27;/srv/demo home/receipt/leaf-263.tlog-proof&#x27; --vkey mumian.example/demo+b0685cbf+AdUq"
        in page
    )


def test_a_story_in_which_little_happened_still_makes_a_page() -> None:
    story = msgspec.structs.replace(
        a_story(),
        acts=(),
        actors=(),
        supplied=(),
        products=(),
        answer=msgspec.structs.replace(an_answer(), cells=()),
        calls=msgspec.structs.replace(a_story().calls, calls=0, late=0, unknown=0),
        budgets=(),
        payments=(),
        cash_fen={},
        refusals=(),
    )
    assert Page(render(story)).faults == []


def test_numbers_are_written_for_people() -> None:
    assert [minutes(centi) for centi in (-123, -4, 0, 55, 1_250)] == ["−1.2", "0.0", "0.0", "0.6", "12.5"]
    assert [percent(part, 8) for part in (0, 1, 8)] == ["0.0 %", "12.5 %", "100.0 %"]
    assert percent(1, 0) == "0.0 %"
    assert [rho(nano) for nano in (0, 125_000_000, 3_000_000_000)] == ["0", "0.125", "3"]
    assert [day(instant) for instant in (0, 2**53 - 1)] == ["1970-01-01", "∞"]
