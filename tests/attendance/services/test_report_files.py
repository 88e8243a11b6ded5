"""A report as a file: nothing in it runs as a formula, everything in it is there, and the foot stands at its end."""

import csv
import io
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils.translation import gettext as _
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from attendance.domain.reports import Report, ReportAsked, ReportTable, Row, defused
from attendance.services.report_files import file_of

ASKED = ReportAsked("hours", date(2026, 11, 1), date(2026, 11, 30))
NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "Ana", "", "O'Neil", "a=b"]


def a_report(rows: list[Row], *, tables: int = 1) -> Report:
    """A report of these rows."""
    made = (ReportTable(f"Sheet {number}", ("Person", "Minutes", "Day"), iter(rows)) for number in range(tables))
    return Report(ASKED, made, lambda: [("=Word", "+Meaning")])


def as_bytes(report: Report, kind: str, language: str = "en") -> bytes:
    return b"".join(file_of(report, kind, language=language))


def test_a_csv_holds_no_formula_and_numbers_stay_numbers() -> None:
    rows: list[Row] = [(text, -5, date(2026, 11, 9)) for text in NASTY]
    text = as_bytes(a_report(rows), "csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[:2] == [["Sheet 0"], ["Person", "Minutes", "Day"]]
    assert lines[2:-2] == [
        [f"'{one}" if one[:1] in set("=+-@\t\r") and one else one, "-5", "2026-11-09"] for one in NASTY
    ]
    assert lines[-2:] == [[], ["'=Word", "'+Meaning"]]


def test_an_xlsx_holds_texts_where_texts_were() -> None:
    rows: list[Row] = [(text, 165, date(2026, 11, 9)) for text in [*NASTY, "bell\x07"]]
    body = as_bytes(a_report(rows, tables=2), "xlsx")
    book = load_workbook(io.BytesIO(body))
    assert book.sheetnames == ["Sheet 0", "Sheet 1", "Definitions"]
    first, last = book["Sheet 0"], book["Definitions"]
    assert [cell.value for cell in first[1]] == ["Person", "Minutes", "Day"]
    assert [cell.data_type for cell in first["A"][1:] if cell.value] == ["s"] * (len(NASTY) - 1 + 1)
    assert [cell.value for cell in first["A"][-1:]] == ["bell"]
    assert {cell.value for cell in first["B"][1:]} == {165}
    assert [[cell.value for cell in row] for row in last.iter_rows()] == [["=Word", "+Meaning"]]
    with ZipFile(io.BytesIO(body)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/" in name]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet]


@given(st.text(max_size=20))
def test_what_is_defused_begins_harmlessly_and_keeps_its_text(text: str) -> None:
    safe = defused(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


def test_a_file_is_written_in_the_language_of_whoever_asked() -> None:
    def rows() -> Any:
        yield (_("Person"), 1, date(2026, 11, 9))

    report = Report(ASKED, (ReportTable("x", ("a",), rows()),), lambda: [(_("Person"), "")])
    assert as_bytes(report, "csv", "es").decode().count("Persona") == 2


def test_a_long_file_comes_in_pieces_and_no_row_is_read_ahead() -> None:
    read: list[int] = []

    def rows() -> Any:
        for number in range(20_000):
            read.append(number)
            yield (f"Person {number}", number, date(2026, 11, 9))

    report = Report(ASKED, (ReportTable("x", ("a", "b", "c"), rows()),), list)
    pieces = file_of(report, "csv", language="en")
    first = next(pieces)
    assert 64 * 1024 <= len(first) < 70 * 1024
    assert len(read) < 3_000
    whole = first + b"".join(pieces)
    assert whole.count(b"\n") == 20_000 + 3


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_are_neutral(kind: str) -> None:
    assert ASKED.file_name(kind) == f"hours-2026-11-01-2026-11-30.{kind}"
    assert ReportAsked.from_json(ASKED.as_json()) == ASKED
