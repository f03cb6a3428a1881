"""Writing a document of headings, sentences and tables as PDF, in letters of most of the world's languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import TableCellFillMode, TableHeadingsDisplay
from fpdf.fonts import FontFace

LETTERS = "Letters"
INK, QUIET, LINE, HEAD = (28, 33, 40), (96, 104, 116), (214, 218, 224), (243, 245, 247)


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its heading, its share of the width, and whether it holds numbers."""

    name: str
    width: float = 1
    is_number: bool = False


class Paper:
    """One document, written from top to bottom. ``made_at`` is the only time it tells."""

    def __init__(self, title: str, *, footer: str, made_at: datetime) -> None:
        self._pdf = _Pages(footer)
        self._pdf.set_title(title)
        self._pdf.set_creation_date(made_at)
        fonts = settings.ASSETS / "vendor"
        self._pdf.add_font(LETTERS, "", fonts / "DejaVuSansCondensed.ttf")
        self._pdf.add_font(LETTERS, "B", fonts / "DejaVuSansCondensed-Bold.ttf")
        self._pdf.set_margins(16, 16, 16)
        self._pdf.set_auto_page_break(True, margin=18)
        self._pdf.add_page()
        self._write(title, size=16, style="B")

    def heading(self, words: str) -> None:
        """Begin a part."""
        self._pdf.ln(4)
        if self._pdf.will_page_break(24):
            self._pdf.add_page()
        self._write(words, size=11, style="B")

    def sentence(self, words: str) -> None:
        """Write running text."""
        self._write(words, size=8.5, colour=QUIET)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write a table; its headings stand on every page it runs over."""
        self._pdf.set_font(LETTERS, "", 8)
        self._pdf.set_text_color(*INK)
        self._pdf.set_draw_color(*LINE)
        with self._pdf.table(
            col_widths=tuple(column.width for column in columns),
            text_align=tuple("RIGHT" if column.is_number else "LEFT" for column in columns),
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="BOLD", fill_color=HEAD),
            cell_fill_mode=TableCellFillMode.NONE,
            repeat_headings=TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE,
            line_height=4.6,
        ) as table:
            table.row([column.name for column in columns])
            for row in rows:
                table.row(row)
        self._pdf.ln(2)

    def as_bytes(self) -> bytes:
        """Return the file."""
        return bytes(self._pdf.output())

    def _write(self, words: str, *, size: float, style: str = "", colour: tuple[int, int, int] = INK) -> None:
        self._pdf.set_font(LETTERS, style, size)
        self._pdf.set_text_color(*colour)
        self._pdf.multi_cell(0, size * 0.55, words, new_x="LMARGIN", new_y="NEXT", align="LEFT")


class _Pages(FPDF):
    """Pages with a line at their foot."""

    def __init__(self, footer: str) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self._words = footer

    def footer(self) -> None:
        """Write the line at the foot of a page."""
        self.set_y(-14)
        self.set_font(LETTERS, "", 7.5)
        self.set_text_color(*QUIET)
        self.cell(0, 6, self._words)
        self.set_x(16)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="RIGHT")
