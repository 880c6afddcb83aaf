"""Table to XLSX: rows, rounding and totals as values on the first sheet, so that it says exactly what the screen says.

Then subtotals where the Table has them, and *About*: the question, where the numbers come from, every definition. Rows
are streamed into the file as they come; more than a sheet can hold go on on another sheet, and both say so. Everything
dated in the file is dated by the publication: the same question gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from typing import IO, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.render.about import Fact, about, word_for_nothing
from crossfoot.render.columns import text_column
from crossfoot.render.delimited import EMPTY_WORD, file_columns
from crossfoot.render.xlsx_cells import Counted, Filled, Styles, constant, rows_xml, xml_text
from crossfoot.render.xlsx_shell import WIDTHS, Sheet, Told, make_shell, member, split_sheet, width_of
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Record, Table, TableColumn

SHEET_ROWS = 1_048_576  # of Excel
BLOCK = 1 << 20
PIECE_ROWS = 8_192  # bounds the memory
SEEN_ROWS = 200  # from which the widths are taken
LARGE_CELLS = 20_000_000  # from which a sheet may be longer than 2 GiB before it is packed
LEVEL = 3  # two thirds of the time of the usual 6, for a tenth more bytes
TITLE_LETTERS = 24  # of the 31 that a sheet's name may have
ROW_KIND = TableColumn(key="row_kind", label="Row kind", kind=Kind.TEXT, help="Row, Rounding or Total.")
CURRENCY = TableColumn(
    key="currency", label="Currency", kind=Kind.TEXT, help="The currency of every amount in the row."
)
SUBTOTAL_OF = TableColumn(key="row_kind", label="Subtotal by", kind=Kind.TEXT, help="Which dimension is added up.")
OF_ROUNDING = "rounding_"  # before a measure's key in a subtotal
UNKNOWN = "unknown"


class Part(NamedTuple):
    """The rows of one sheet: from which on, and how many."""

    name: str
    first: int
    rows: int


def render_xlsx(table: Table, out: BinaryIO) -> str:
    """Write the file, which is read again for its sha256 in hex: open it for both."""
    stream = table.stream()
    begun = next(stream, None)
    writer = _Writer(table, begun)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=LEVEL) as packed:
        writer.rows(packed, chain([begun] if begun is not None else [], stream))
        writer.subtotals(packed)
        writer.rest(packed)
    digest = sha256()
    out.seek(0)
    while data := out.read(BLOCK):
        digest.update(data)
    return digest.hexdigest()


def parts_of(title: str, rows: int, tail: int) -> tuple[Part, ...]:
    """How many sheets the rows need; each leaves room for what stands under the rows."""
    most = SHEET_ROWS - 1 - tail
    count = max(1, -(-rows // most))
    names = [title[:TITLE_LETTERS]] + [f"{title[:TITLE_LETTERS]} {n}" for n in range(2, count + 1)]
    return tuple(Part(name, i * most, min(most, rows - i * most)) for i, name in enumerate(names))


class _Writer:
    """One file in the making."""

    def __init__(self, table: Table, begun: pa.RecordBatch | None) -> None:
        self.table, self.counted = table, Counted()
        self.columns = file_columns(table)
        tail = len(table.rounding) + len(table.totals) + 4
        self.parts = parts_of(table.report.title, table.meta.row_count, tail)
        self.sheets = (*(self._sheet(part, begun) for part in self.parts), *self._subtotal_sheet())
        self.shell = make_shell(table, self.sheets, Told())

    def rows(self, packed: ZipFile, batches: Iterator[pa.RecordBatch]) -> None:
        """Every sheet of rows. Raises ValueError where the Table has other rows than it says."""
        pieces = _Pieces(batches)
        for i, part in enumerate(self.parts):
            before, after = split_sheet(self.shell.members[member(i)])
            with self._open(packed, member(i), part.rows) as sheet:
                sheet.write(before)
                row = 2
                for piece in pieces.take(part.rows):
                    sheet.write(rows_xml(row, self._row_cells(piece), self.shell.rows, self.counted))
                    row += piece.num_rows
                self._end(sheet, i, row)
                sheet.write(after)
        if pieces.taken != self.table.meta.row_count or next(pieces.take(1), None) is not None:
            msg = f"the table has other rows than the {self.table.meta.row_count} that it says"
            raise ValueError(msg)

    def subtotals(self, packed: ZipFile) -> None:
        """The sheet of subtotals, each set of one dimension after the other."""
        for index, sheet in enumerate(self.sheets[len(self.parts) :], start=len(self.parts)):
            before, after = split_sheet(self.shell.members[member(index)])
            with self._open(packed, member(index), len(self.table.subtotals)) as file:
                file.write(before)
                row = 2
                for dimension in self.table.question.by:
                    records = self.table.subtotals_by(dimension.key)
                    for start in range(0, len(records), PIECE_ROWS):
                        some = records[start : start + PIECE_ROWS]
                        file.write(self._sums(row, dimension.label, some, sheet.heads[1:], self.shell.rows))
                        row += len(some)
                file.write(after)

    def rest(self, packed: ZipFile) -> None:
        """All other members, which say what is known only now."""
        table = self.table
        named = (("Result", table.id), ("Result hash", f"sha256:{table.digest}"), ("Report", table.report.key))
        told = Told(facts=tuple(self._facts()), properties=tuple((f"Crossfoot {key}", value) for key, value in named))
        done = set(packed.namelist())
        for name, data in make_shell(table, self.sheets, told).members.items():
            if name not in done:
                with packed.open(name, "w") as file:  # not `writestr`, which would date it by the clock
                    file.write(data)

    def _sheet(self, part: Part, begun: pa.RecordBatch | None) -> Sheet:
        heads = (ROW_KIND, CURRENCY, *self.columns)
        seen = begun.slice(0, SEEN_ROWS) if begun is not None else None
        widths = (10, 10, *(_width(column, seen) for column in self.columns))
        return Sheet(part.name, heads, widths, 1 + part.rows + len(self.table.rounding))

    def _subtotal_sheet(self) -> Iterator[Sheet]:
        found = {key for record in self.table.subtotals for key in record}
        if not found:
            return
        shown = [c for c in self.columns if c.key in found]
        missed = [
            TableColumn(key=OF_ROUNDING + c.key, label=f"Rounding of {c.label}", kind=c.kind, help=c.help)
            for c in shown
            if OF_ROUNDING + c.key in found
        ]
        heads = (SUBTOTAL_OF, CURRENCY, *shown, *missed)
        widths = (20, 10, *(WIDTHS.get(c.kind, 30) for c in heads[2:]))
        yield Sheet("Subtotals", heads, widths, 1 + len(self.table.subtotals))

    def _row_cells(self, piece: pa.RecordBatch) -> list[Filled]:
        currency = text_column(piece, "currency")
        found = [Filled(kind=Kind.TEXT, values=v) for v in (constant("Row", piece.num_rows), currency)]
        return found + [_filled(column, text_column(piece, column.key)) for column in self.columns]

    def _end(self, sheet: IO[bytes], index: int, row: int) -> None:
        """Under the rows: where they go on, or rounding, totals and what is to be known of them."""
        sums = self.shell.sums
        if index + 1 < len(self.parts):
            sheet.write(_note(row + 1, f"The rows go on on the sheet {self.parts[index + 1].name!r}.", sums))
            return
        heads = (CURRENCY, *self.columns)
        total = self.table.report.sum_label or "Total"
        for name, records, gap in (("Rounding", self.table.rounding, 0), (total, self.table.totals, 1)):
            styles = sums if name == total else self.shell.rows
            row += gap
            for record in records:
                sheet.write(self._sums(row, name, [record], heads, styles))
                row += 1
        for note in self._notes():
            row += 1
            sheet.write(_note(row, note, sums))

    def _sums(
        self, row: int, name: str, records: Sequence[Record], columns: Sequence[TableColumn], styles: Styles
    ) -> memoryview:
        """Records of sums by the same dimension: nothing stands where there is nothing to add up."""
        cells = [Filled(kind=Kind.TEXT, values=constant(name, len(records)))]
        for column in columns:
            values = pa.array([record.get(column.key) for record in records], pa.string())
            is_there = column.key in records[0] and not column.key.startswith(OF_ROUNDING)
            cells.append(_filled(column, values) if is_there else Filled(kind=column.kind, values=values))
        return rows_xml(row, cells, styles, self.counted)

    def _notes(self) -> Iterator[str]:
        if self.counted.long:
            yield (
                f"Figures with more than the 15 digits that an Excel number holds: {self.counted.long}. They stand here as "
                "texts with all their digits, so a sum made in Excel leaves them out; the totals of this file do not."
            )

    def _facts(self) -> Iterator[Fact]:
        yield from about(self.table)
        if len(self.parts) > 1:
            for part in self.parts:
                yield Fact(f"Sheet {part.name}", f"rows {part.first + 1} to {part.first + part.rows}")
        yield from (Fact("Figures as texts", note) for note in self._notes())

    def _open(self, packed: ZipFile, name: str, rows: int) -> IO[bytes]:
        return packed.open(name, "w", force_zip64=rows * len(self.table.columns) > LARGE_CELLS)


class _Pieces:
    """Batches in pieces of bounded size, cut where a sheet ends."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._rest: pa.RecordBatch | None = None
        self.taken = 0

    def take(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The next rows, no more than so many."""
        while rows > 0:
            if self._rest is None or not self._rest.num_rows:
                self._rest = next(self._batches, None)
                if self._rest is None:
                    return
                continue
            piece = self._rest.slice(0, min(rows, PIECE_ROWS))
            self._rest = self._rest.slice(piece.num_rows)
            rows -= piece.num_rows
            self.taken += piece.num_rows
            yield piece


def _filled(column: TableColumn, values: pa.StringArray) -> Filled:
    """A column with its words for what is not there: unknown is not zero, and an empty cell would count as zero."""
    if column.kind is Kind.MONEY:
        return Filled(kind=column.kind, values=values, nothing=column.empty or UNKNOWN)
    if column.kind is not Kind.DIMENSION:
        return Filled(kind=column.kind, values=values)
    named = pc.if_else(pc.equal(values, ""), EMPTY_WORD, values)
    return Filled(kind=column.kind, values=named, nothing=word_for_nothing(column))


def _width(column: TableColumn, seen: pa.RecordBatch | None) -> int:
    """Of the kind, else of the label and the first values."""
    if column.kind in WIDTHS:
        return WIDTHS[column.kind]
    values = text_column(seen, column.key).to_pylist() if seen is not None else []
    return width_of([column.label, *(value for value in values if value)])


def _note(row: int, text: str, styles: Styles) -> bytes:
    cell = f'<c r="A{row}" s="{styles.text}" t="inlineStr"><is><t>{xml_text(text)}</t></is></c>'
    return f'<row r="{row}">{cell}</row>'.encode()
