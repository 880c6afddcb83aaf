"""CSV as editors, mailers and broken programs leave it: read with the right record numbers, or refused by line."""

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.sources.bill import BadBill
from crossfoot.sources.columns import COLUMNS, read_header
from crossfoot.sources.encoding import read_first_line
from crossfoot.sources.focus_columns import NAMES, find_doubled, find_missing, focus_layout
from tests.faults.dirt import HEADER, MEMBER, WIDTH, focus_csv, huawei_csv, list_cost, packed, read, read_part, refused

GOOD = huawei_csv({}, {"resource_id": "second"})
HEAD, ROWS = GOOD.split(b"\r\n", 1)
ANY_CSV = "Save it as CSV in UTF-8, or fetch it again, and ingest it."
FETCH = "Fetch the file from Huawei again and ingest it."

READ = {
    "LF": GOOD.replace(b"\r\n", b"\n"),
    "no end of the last line": GOOD[:-2],
    "blank lines between": GOOD.replace(b"\r\n", b"\r\n\r\n"),
    "blank lines behind": GOOD + b"\r\n\r\n\r\n",
    "a mark before it": b"\xef\xbb\xbf" + GOOD,
    "blanks around headers": GOOD.replace(b"Customer ID", b" Customer ID  ", 1),
    "headers in small letters": HEAD.lower() + b"\r\n" + ROWS,
    "a header in quotes": GOOD.replace(b"Customer ID", b'"Customer ID"', 1),
    "a header of nothing": GOOD.replace(b"Region Code", b"", 1).replace(b"AZ", b"", 1),
    "unknown headers twice": GOOD.replace(b"Region Code", b"x", 1).replace(b"AZ", b"X", 1),
}


def test_what_an_editor_may_do_to_a_table_changes_no_figure() -> None:
    for kind, data in READ.items():
        assert list_cost(read_part(data)) == "20.00000000", kind


REFUSED = {
    "nothing": (b"", None, "It is empty.", ANY_CSV),
    "CR alone": (GOOD.replace(b"\r\n", b"\r"), None, "Its first line ends in CR alone, which ends no line of a CSV.", ANY_CSV),
    "LF behind CR LF": (HEAD + b"\r\n" + ROWS.replace(b"\r\n", b"\n"), 1, "Line 2 ends in LF, where the first ends in CR LF.", FETCH),
    "CR LF behind LF": (HEAD + b"\n" + ROWS, 1, "Line 2 ends in CR LF, where the first ends in LF.", FETCH),
    "a CR in a line": (GOOD[:-2] + b"\r" + ROWS, 2, "Line 3 ends in CR, where the first ends in CR LF.", FETCH),
    "a line of blanks": (GOOD + b"   ", 3, f"Line 4 has 1 cell, where the header has {WIDTH}.", FETCH),
    "a cell too few": (GOOD.replace(b"second,", b"", 1), 2, f"Line 3 has {WIDTH - 1} cells, where the header has {WIDTH}.", FETCH),
    "a cell too many behind lines in quotes": (
        huawei_csv({"resource_name": "a\r\nb\r\n\r\nc"}, {"resource_id": "second"}).replace(b"second,", b"second,,", 1),
        2, f"Line 6 has {WIDTH + 1} cells, where the header has {WIDTH}.", FETCH,
    ),
    "an open quote": (GOOD.replace(b"second", b'"second', 1), 2, "A quote that opens in line 3 is not closed, or something follows where it closes.", FETCH),
    "more behind a quote": (GOOD.replace(b"second", b'"se"cond', 1), 2, "A quote that opens in line 3 is not closed, or something follows where it closes.", FETCH),
    "a cell of 2 MiB": (huawei_csv({}, {"resource_id": "x" * 2**21}), None, "Line 3 is longer than 1 MiB, which no line of a bill is.", ANY_CSV),
    "a cell of 2 MiB in lines": (huawei_csv({}, {"resource_id": "x\n" * 2**20}), 2, "Line 3 is longer than 1 MiB, which no line of a bill is.", FETCH),
    "a last line of 40 MiB": (GOOD + b"x" * (40 << 20), None, "Line 4 is longer than 1 MiB, which no line of a bill is.", ANY_CSV),
    "a NUL": (GOOD.replace(b"second", b"sec\0nd"), None, "Line 3 holds a NUL byte, which is no text.", ANY_CSV),
    "half a character": (GOOD.replace(b"second", "云".encode()[:2]).replace(b"name of", "云".encode(), 1), None, "Line 3 is not UTF-8 text, nor does the header make sense in GB18030.", ANY_CSV),
    "a surrogate": (GOOD.replace(b"second", b"\xed\xa0\x80"), None, "It is neither UTF-8 nor GB18030 from its first line to its last.", ANY_CSV),
    "UTF-16": (GOOD.decode().encode("utf-16"), None, "It is UTF-16 text.", ANY_CSV),
    "UTF-16 without its mark": (GOOD.decode().encode("utf-16-le"), None, "Line 1 holds a NUL byte, which is no text.", ANY_CSV),
    "UTF-32": (GOOD.decode().encode("utf-32"), None, "It is UTF-16 text.", ANY_CSV),
    "semicolons": (GOOD.replace(b",", b";"), None, "The header lacks Billing Cycle, Expenditure Date, Customer ID, Bill Type, List Price.", "Subscribe to the full file in Partner Center, or upload it with a column map."),
    "a page of a web server": (b"<html><body>Sign in</body></html>\n", None, "The header lacks Billing Cycle, Expenditure Date, Customer ID, Bill Type, List Price.", "Subscribe to the full file in Partner Center, or upload it with a column map."),
    "a header twice": (GOOD.replace(b"Region Code", b"List Price", 1), None, "The header names List Price twice.", FETCH),
    "a header twice but for its case": (GOOD.replace(b"Region Code", b"LIST price", 1), None, "The header names List Price twice.", FETCH),
    "a header twice but for blanks": (GOOD.replace(b"Region Code", b" List Price ", 1), None, "The header names List Price twice.", FETCH),
    "a header twice, once in Chinese": (GOOD.replace(b"Region Code", "官网价".encode(), 1), None, "The header names List Price twice.", FETCH),
    "a header of 2 MiB": (b"x" * 2**21 + b"\n", None, "Its first line is longer than 1 MiB, which no header is.", ANY_CSV),
    "a million columns": (b"a," * 10**6 + b"a\n", None, "Its first line is longer than 1 MiB, which no header is.", ANY_CSV),
    "500,000 columns": (b"a," * 499_999 + b"a\n", None, "It has 500000 columns.", "A bill has at most 500: ask for another."),
    "100,000 columns of one name": (b"Region," * 99_999 + b"Region\n", None, "It has 100000 columns.", "A bill has at most 500: ask for another."),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_table_is_refused_by_its_line(kind: str) -> None:
    data, record, message, next_step = REFUSED[kind]
    found = refused(read_part(data))
    assert (found.file, found.record, found.message, found.next_step) == (MEMBER, record, message, next_step)


def test_records_are_counted_as_records_whatever_stands_in_quotes_and_between() -> None:
    rows = [{"resource_name": text} for text in ("a\nb", "a\r\nb\r\n\r\nc", "a\rb", 'a"b,c', "\n" * 50)]
    for end in ("\r\n", "\n"):
        data = huawei_csv(*rows, {"official_amount": "x"}, end=end).replace(end.encode(), end.encode() * 2, 1)
        [found] = read_part(data).findings
        assert (found.record, found.column, found.value) == (6, "List Price", "x"), end


def test_a_part_without_a_line_is_said(tmp_path) -> None:
    reading = read(packed((MEMBER, GOOD), ("customerBill_202610_0002.csv", huawei_csv())))
    [found] = reading.findings
    assert (reading.is_accepted, reading.rows, found.is_block) == (True, 2, False)
    assert (found.file, found.message) == ("customerBill_202610_0002.csv", "It has a header and no line.")
    for data in (focus_csv(), focus_csv()[:-2]):
        reading = read(data, "f.csv")
        assert (reading.is_accepted, reading.rows, [f.check for f in reading.findings]) == (True, 0, ["empty"])


FOCUS = focus_csv({}, {"ListCost": "2"})
ASK = "Ask whoever made the export for a whole one, and ingest it."
EXPORTS = {
    "a header twice but for its case": (FOCUS.replace(b"ServiceName", b"list_cost", 1), "f.csv", "The header names ListCost, list_cost twice."),
    "a gzip in a gzip": (gzip.compress(gzip.compress(FOCUS)), "f.csv.gz", "Line 1 holds a NUL byte, which is no text."),
    "a gzip called CSV": (gzip.compress(FOCUS), "f.csv", "Line 1 holds a NUL byte, which is no text."),
    "a gzip that was cut": (gzip.compress(FOCUS)[:-5], "f.csv.gz", "The file is cut or altered (Compressed file ended before the end-of-stream marker was reached)."),
    "more behind a gzip": (gzip.compress(FOCUS) + b"more", "f.csv.gz", "The file is cut or altered (Not a gzipped file (b'mo'))."),
    "a bomb": (gzip.compress(FOCUS + b"x" * (160 << 20), 9), "f.csv.gz", "It unpacks to far more than an export can hold."),
    "a name that says nothing": (FOCUS, "f.xlsx", "An export is a file that ends in .csv, .csv.gz or .parquet."),
    "a tar of something else": (packed(("f.csv", FOCUS)), "f.tar", "The parts cannot be unpacked (an entry has no header: truncated header)."),
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_that_is_none_is_refused_by_its_name(kind: str) -> None:
    data, name, message = EXPORTS[kind]
    found = refused(read(data, name))
    assert (found.file, found.message) == (name, message)


def test_a_gzip_made_of_gzips_is_their_sum() -> None:
    whole = gzip.compress(FOCUS) + gzip.compress(FOCUS.split(b"\r\n", 1)[1])
    assert list_cost(read(whole, "f.csv.gz")) == "24.00000000"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HUAWEI_CELLS = st.lists(
    st.sampled_from([*HEADER, *(c.chinese for c in COLUMNS), "List Price (USD)", "单价(¥)"]) | TEXT, max_size=70
)
FOCUS_CELLS = st.lists(st.sampled_from(NAMES).map(str.swapcase) | st.sampled_from(NAMES) | TEXT, max_size=90)


@given(HUAWEI_CELLS)
def test_every_cell_of_a_header_is_a_key_or_unknown(cells: list[str]) -> None:
    header = read_header(cells)
    assert len(header.keys) == len(cells)
    assert len(header.unknown) == header.keys.count("")
    keys = [key for key in header.keys if key]
    assert bool(header.doubled) == (len(set(keys)) < len(keys))


@given(FOCUS_CELLS)
def test_a_layout_of_an_export_reads_each_column_from_its_own_place(cells: list[str]) -> None:
    if find_missing(cells) or find_doubled(cells):
        return
    layout = focus_layout(cells)
    assert layout.width == len(cells)
    place = next(n for n, cell in enumerate(cells) if cell.lower() == "listcost")
    assert f"c{place}" in (layout.expression("official_amount") or "")


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(TEXT.filter(lambda text: "\0" not in text), min_size=1, max_size=20))
def test_a_header_that_is_written_is_the_header_that_is_read(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    path = tmp_path_factory.getbasetemp() / "header.csv"
    path.write_bytes(text.getvalue().encode())
    if {"\r", "\n"} & set("".join(cells)):  # a header that goes on in the next line is none
        with pytest.raises(BadBill, match="first line"):
            read_first_line(path, "header.csv", lambda _: False)
    else:
        assert read_first_line(path, "header.csv", lambda _: False) == (cells, [])
