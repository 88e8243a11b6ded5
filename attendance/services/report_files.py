"""Writing a report as a file, piece by piece: what is held in memory does not grow with it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from attendance.domain.reports import Cell, Report, ReportTable, Row, defused
from attendance.enums import ReportFormat

PIECE = 64 * 1024
"""Bytes to a piece, about."""

BOM = "\ufeff"
"""Without it a spreadsheet reads a CSV's accents wrongly."""

MIME = {
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML may hold."""


def file_of(report: Report, file_format: str, *, language: str) -> Iterator[bytes]:
    """The report as a file, in pieces, its words in the language."""
    writer = {ReportFormat.CSV: csv_pieces, ReportFormat.XLSX: xlsx_pieces}[ReportFormat(file_format)]
    return in_language(language, writer(report))


def in_language(language: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, each made with the language active: whoever iterates may have another one."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def csv_pieces(report: Report) -> Iterator[bytes]:
    """The tables one after the other with an empty line between, then the foot. Texts that look like formulas are
    defused.
    """
    buffer = io.StringIO()
    lines = csv.writer(buffer)
    buffer.write(BOM)
    for line in _csv_lines(report):
        lines.writerow([_as_text(cell) for cell in line])
        if buffer.tell() >= PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _csv_lines(report: Report) -> Iterator[Row]:
    for table in report.tables:
        yield (table.name,)
        yield table.columns
        yield from table.rows
        yield ()
    yield from report.foot()


def _as_text(cell: Cell) -> str | int:
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def xlsx_pieces(report: Report) -> Iterator[bytes]:
    """A sheet for each table, and a last one with the definitions; written through to a temporary file.

    While rows are written an empty piece is given for each so many, so that whoever waits sees that it goes on.
    """
    book = Workbook(write_only=True)
    for table in report.tables:
        yield from _write_sheet(book.create_sheet(title=table.name[:31]), table)
    foot: WriteOnlyWorksheet = book.create_sheet(title=_("Definitions"))
    _widen(foot, A=24, B=100)
    for word, meaning in report.foot():
        foot.append([_head(foot, word), _cell(foot, meaning)])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from _read(file)


def _write_sheet(sheet: WriteOnlyWorksheet, table: ReportTable) -> Iterator[bytes]:
    sheet.freeze_panes = "A2"
    _widen(sheet, A=24)
    sheet.append([_head(sheet, column) for column in table.columns])
    for number, row in enumerate(table.rows):
        sheet.append([_cell(sheet, value) for value in row])
        if number % 1_000 == 999:
            yield b""


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> SheetCell | str | int | date | None:
    """A text stays a text, whatever it begins with; only those that would not need a cell of their own."""
    if not isinstance(value, str) or not (value.startswith("=") or CONTROL.search(value)):
        return value
    cell = WriteOnlyCell(sheet, CONTROL.sub("", value))
    cell.data_type = "s"
    return cell


def _head(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, CONTROL.sub("", text))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _widen(sheet: Any, **widths: int) -> None:
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
