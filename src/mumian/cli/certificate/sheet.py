"""A certificate as a sheet of paper: A4, PDF/A-3 for archives, every glyph embedded, the same bytes for the same certificate.

Source: ISO 19005-3 (PDF/A-3). The first page carries code and seal; rights and restrictions that do not fit go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import DocumentCompliance, TextMode, WrapMode, XPos, YPos
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import serif_path

from mumian.cli.certificate import ornament
from mumian.cli.certificate.certificate import Certificate, Holder, Note, Restrictions, RightLine
from mumian.cli.certificate.code import Code, modules
from mumian.cli.certificate.ornament import GOLD, GREY, HEIGHT_MM, INK, PALE, RED, WIDTH_MM
from mumian.cli.certificate.wording import NO, NONE, NOTES, RIGHTS, SOURCES, YES, Both, day_zh, term

LEFT_MM, INNER_MM = 25.0, WIDTH_MM - 50.0
LABEL_MM = 36.0
FOOT_MM = 226.0
"""Where code and seal begin on the first page."""

LAST_MM = HEIGHT_MM - 30.0
CODE_MM = 34.0
FONT = "serif"
PROGRAM = "Mumian"
COLUMNS_MM = (8.0, 52.0, 34.0, 34.0, 32.0)
HEADS = (
    "",
    "权利人\nHolder",
    "2026年国家名称\nNational term, 2026",
    "2023年政策名称\nPolicy term, 2023",
    "期限至\nUntil",
)

WORTH = (
    "本凭证与登记机构系统存证不一致的，以存证为准；权利现状以实时查询为准。电子文件附可验证凭证，其签名覆盖文件全部字节。",
    "Where this sheet and the attested record differ, the record prevails. The file's credential signs every byte of it.",
)
"""What the sheet is worth (S1; domain-rules §2.5), and how its file is checked."""

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells at length which tables of a font it leaves out


class NoGlyph(Exception):  # noqa: N818  # a state of the font, told to people
    """The font has no glyph for some characters, its text; a certificate is not printed with a gap in a name."""


class Attached(NamedTuple):
    """A file inside the printed one. kind: its media type. relation: what it is to the pages (ISO 19005-3 §6.8)."""

    name: str
    kind: str
    relation: str
    about: str
    content: bytes
    packed: bool = True


def draw(certificate: Certificate, attached: Sequence[Attached], *, printed: datetime, key: str) -> bytes:
    """Return the certificate as a PDF file.

    printed: when; with a zone. key: the registry's public key as the market lists it.
    Raises: NoGlyph.
    """
    sheet = _Sheet(certificate, key)
    try:
        return sheet.drawn(attached, printed=printed)
    finally:
        sheet.font.ttfont.close()


class _Sheet:
    """One certificate on its way to paper."""

    def __init__(self, certificate: Certificate, key: str) -> None:
        self.certificate = certificate
        self.key = key
        self.missing: set[str] = set()
        self.pdf = _document(_title(certificate))
        font = self.pdf.fonts[FONT]
        assert isinstance(font, TTFFont)
        self.font = font
        self.y = 0.0

    def drawn(self, attached: Sequence[Attached], *, printed: datetime) -> bytes:
        """Return the finished file. Raises: NoGlyph."""
        self.pdf.set_creation_date(printed)
        self.pdf.set_xmp_metadata(_metadata(_title(self.certificate), printed))
        for file in attached:
            self.pdf.embed_file(
                bytes=file.content,
                basename=file.name,
                desc=file.about,
                mime_type=file.kind,
                associated_file_relationship=file.relation,
                compress=file.packed,
                modification_date=printed,
            )
        self.first_page()
        self.table()
        self.number_pages()
        if self.missing:
            raise NoGlyph("".join(sorted(self.missing)))
        return bytes(self.pdf.output())

    def first_page(self) -> None:
        """Draw all of the first page but its table."""
        pdf, said = self.pdf, self.certificate
        self._new_page()
        ornament.flower(pdf, x=WIDTH_MM / 2, y=30, radius_mm=8.5)
        self._title("数据产权登记凭证", y=42, size=28, spacing=4)
        self._line("CERTIFICATE OF DATA PROPERTY REGISTRATION", y=55, size=9, color=GOLD, spacing=1.2)
        edition = f"   第{said.edition}版" if said.edition > 1 else ""
        self._line(f"编号 No.  {said.number}{edition}", y=64, size=14, color=INK, spacing=0.6)
        self._line("经审查，下列数据产权准予登记，特发此证。", y=75, size=11.5, color=INK)
        self._line("The rights in data named below have been examined and are registered.", y=81.5, size=8, color=GREY)
        self._foot()
        self.y = 91.0

    def table(self) -> None:
        """Draw what is registered, on as many pages as it needs."""
        said = self.certificate
        self._field(Both("数据名称", "Data"), said.title, size=12)
        self._field(Both("数据资源编号", "Resource"), said.resource)
        self._field(Both("权利人", "Holder"), "\n".join(_holder(one) for one in said.holders or ()))
        self._field(Both("数据来源", "Source"), str(SOURCES[said.source]))
        self._field(Both("有效期", "Validity"), term(said.valid_from, said.valid_to))
        self._rights(said.rights)
        if said.restrictions is not None:
            self._field(Both("限制范围", "Restrictions"), _restrictions(said.restrictions), size=8.5)
        self._field(Both("备注", "Notes"), "\n".join(_note(one) for one in said.notes) or str(NONE), size=9)

    def number_pages(self) -> None:
        """Write page numbers where there is more than one page."""
        pages = self.pdf.pages_count
        for page in range(1, pages + 1 if pages > 1 else 0):
            self.pdf.page = page
            self._line(f"{page} / {pages}", y=HEIGHT_MM - 24, size=8, color=GREY)

    def _new_page(self) -> None:
        self.pdf.add_page()
        ornament.rosette(self.pdf, x=WIDTH_MM / 2, y=HEIGHT_MM / 2, radius_mm=72)
        ornament.frame(self.pdf)

    def _room(self, height_mm: float) -> bool:
        """Go on to an annexed page if what comes next does not fit on this one, and tell whether that was so."""
        end = FOOT_MM - 6 if self.pdf.page_no() == 1 else LAST_MM
        if self.y + height_mm <= end:
            return False
        self._new_page()
        self._line(f"附页 Annex   {self.certificate.number}", y=24, size=11, color=RED, spacing=0.4)
        self.y = 36.0
        return True

    def _field(self, label: Both, text: str, *, size: float = 10.5) -> None:
        """Draw one row: its label, and what it says beside it."""
        height = max(9.0, self._height(text, INNER_MM - LABEL_MM, size) + 3.4)
        self._room(height)
        self._label(label, x=LEFT_MM, y=self.y + 1.2)
        self._text(text, x=LEFT_MM + LABEL_MM, y=self.y + 1.7, width=INNER_MM - LABEL_MM, size=size)
        self.y += height
        self._rule(PALE)

    def _rights(self, lines: Sequence[RightLine]) -> None:
        """Draw the table of rights, each under both of its names."""
        names = {one.party: one.name or one.party for one in self.certificate.holders or ()}
        self._room(24)
        self._heads()
        for line in lines:
            cells = (
                str(line.line),
                names.get(line.holder, line.holder),
                f"{line.name_2026}\n{RIGHTS[line.right]}",
                line.name_2023,
                f"{day_zh(line.to)}\n{line.to}",
            )
            if self._room(self._cells_height(cells, size=9.5)):
                self._heads()
            self._cells(cells, size=9.5)
            self._rule(PALE)

    def _heads(self) -> None:
        self._cells(HEADS, size=8, color=RED)
        self._rule(GOLD)

    def _cells_height(self, texts: Sequence[str], *, size: float) -> float:
        return max(self._height(text, width - 2, size) for text, width in zip(texts, COLUMNS_MM, strict=True)) + 2.6

    def _cells(self, texts: Sequence[str], *, size: float, color: tuple[int, int, int] = INK) -> None:
        height = self._cells_height(texts, size=size)
        x = LEFT_MM
        for text, width in zip(texts, COLUMNS_MM, strict=True):
            self._text(text, x=x, y=self.y + 1.3, width=width - 2, size=size, color=color)
            x += width
        self.y += height

    def _foot(self) -> None:
        """Draw code, institution and the place of its seal, and what the sheet is worth."""
        said, pdf = self.certificate, self.pdf
        code = Code(said.number, said.attestation)
        ornament.squares(pdf, modules(code), x=LEFT_MM, y=FOOT_MM, size_mm=CODE_MM)
        x = LEFT_MM + CODE_MM + 5
        seal = said.attestation
        attested = f"存证 Attested\n{seal.origin}\n第 {seal.leaf} 条  leaf {seal.leaf}\nSHA-256\n{seal.sha256[:32]}\n{seal.sha256[32:]}"
        self._text(attested, x=x, y=FOOT_MM, width=52, size=6.8, color=GREY)
        self._text(
            f"登记机构公钥 Key of the institution\n{self.key}", x=x, y=FOOT_MM + 25, width=64, size=6, color=GREY
        )
        ornament.place_of_seal(pdf, x=158, y=FOOT_MM + 16, radius_mm=18)
        self._text("（盖章处）\nSEAL", x=140, y=FOOT_MM + 27, width=36, size=6.5, color=GREY, align="C")
        registry = f"{said.registry.name}\n{day_zh(said.registered_on)}"
        self._text(registry, x=128, y=FOOT_MM + 10, width=60, size=10.5, align="C")
        for line, text in enumerate(WORTH):
            self._text(text, x=LEFT_MM, y=FOOT_MM + CODE_MM + 4 + 3.4 * line, width=INNER_MM, size=6, color=GREY)

    def _title(self, text: str, *, y: float, size: float, spacing: float) -> None:
        """Write a title: filled and stroked, since the font comes in one weight."""
        self.pdf.text_mode = TextMode.FILL_STROKE
        self.pdf.set_draw_color(*RED)
        self.pdf.set_line_width(0.25)
        self._line(text, y=y, size=size, color=RED, spacing=spacing)
        self.pdf.text_mode = TextMode.FILL

    def _line(self, text: str, *, y: float, size: float, color: tuple[int, int, int], spacing: float = 0) -> None:
        """Write one line in the middle of the page. spacing: between characters, in points."""
        pdf = self.pdf
        pdf.set_font(FONT, size=size)
        pdf.set_text_color(*color)
        pdf.set_char_spacing(spacing)
        self._know(text)
        pdf.set_xy(0, y)
        pdf.cell(WIDTH_MM, size * 0.5, text, align="C")
        pdf.set_char_spacing(0)

    def _label(self, label: Both, *, x: float, y: float) -> None:
        self._text(label.zh, x=x, y=y, width=LABEL_MM - 2, size=9.5, color=RED)
        self._text(label.en, x=x, y=y + 4.1, width=LABEL_MM - 2, size=6.2, color=GREY)

    def _text(
        self,
        text: str,
        *,
        x: float,
        y: float,
        width: float,
        size: float,
        color: tuple[int, int, int] = INK,
        align: str = "L",
    ) -> None:
        self._know(text)
        self.pdf.set_text_color(*color)
        self.pdf.set_xy(x, y)
        self._wrapped(text, width, size, align=align)

    def _height(self, text: str, width: float, size: float) -> float:
        return self._wrapped(text, width, size, only_measured=True)

    def _wrapped(self, text: str, width: float, size: float, *, align: str = "L", only_measured: bool = False) -> float:
        """Write `text` from where the pen is, and return how high it stands."""
        self.pdf.set_font(FONT, size=size)
        height = self.pdf.multi_cell(
            width,
            size * 0.46,
            text,
            align=align,
            wrapmode=WrapMode.CHAR if any(char >= "\u3000" for char in text) else WrapMode.WORD,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
            dry_run=only_measured,
            output="HEIGHT",
        )
        assert isinstance(height, float)
        return height

    def _rule(self, color: tuple[int, int, int]) -> None:
        self.pdf.set_draw_color(*color)
        self.pdf.set_line_width(0.25)
        self.pdf.line(LEFT_MM, self.y, LEFT_MM + INNER_MM, self.y)

    def _know(self, text: str) -> None:
        self.missing |= {char for char in text if char != "\n" and ord(char) not in self.font.cmap}


def _title(certificate: Certificate) -> str:
    return f"数据产权登记凭证 {certificate.number}"


def _metadata(title: str, printed: datetime) -> str:
    """Return the file's description of itself (XMP); the library's own would name the moment of writing, too."""
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmp:CreatorTool="{PROGRAM}" xmp:CreateDate="{printed.isoformat(timespec="seconds")}" pdf:Producer="{PROGRAM}">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def _document(title: str) -> FPDF:
    pdf = FPDF(format="A4", enforce_compliance=DocumentCompliance.PDFA_3B)
    pdf.set_title(title)
    pdf.set_creator(PROGRAM)
    pdf.set_producer(PROGRAM)
    pdf.set_lang("zh-CN")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.add_font(FONT, fname=serif_path())
    return pdf


def _holder(holder: Holder) -> str:
    name = holder.name or "自然人  natural person"
    return f"{name}  {holder.uscc or holder.party}"


def _restrictions(said: Restrictions) -> str:
    resale, export = (YES if allowed else NO for allowed in (said.resale_allowed, said.export_allowed))
    rows = [
        f"对象类型 parties：{said.object_types}；买方资质 buyer：{said.buyer_qualification}",
        f"应用环境 environment：{said.environment}；地域 territory：{said.territory}",
        f"转售 resale：{resale}；出境 export：{export}",
    ]
    rows += [f"第{limit.line}项 line {limit.line}：{limit.text}" for limit in said.lines]
    return "\n".join(rows)


def _note(note: Note) -> str:
    lines = "、".join(map(str, note.lines))
    on = f"（第{lines}项 line {lines}）" if lines else ""
    return f"{NOTES[note.kind]}{on}  {note.since}"
