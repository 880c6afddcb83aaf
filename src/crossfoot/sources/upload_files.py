"""Files that people upload, CSV or XLSX, with the column map that reads them. Both land as one tar, and are one bill.

So the hash of a bill says what was received and how it was read; the same file under another map is another bill.
"""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding
from crossfoot.sources.bill import CHUNK, BadBill, BillFile, Part, Source, refusal
from crossfoot.sources.column_map import DELIMITERS, JOIN, ColumnMap, read_map
from crossfoot.sources.columns import ALL, BY_KEY, Holds
from crossfoot.sources.decimals import changed_sql, decimal_sql
from crossfoot.sources.encoding import read_first_line
from crossfoot.sources.layout import Layout, column

KINDS = (".csv", ".csv.gz", ".xlsx")
MAP_NAME = "column-map.json"
MAX_BYTES = 2**32
MAX_COLUMNS = 500
MAX_RATIO, RATIO_GRACE = 200, 64 * 2**20
DECIMALS = {Holds.MONEY: 8, Holds.QUANTITY: 10, Holds.PRICE: 10}
FORMATS = {
    "iso": ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"),
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y"),
}
AGAIN = "Save the file anew and upload it again."


def find_upload(path: Path, columns: ColumnMap, today: date) -> BillFile:
    """The file as a bill."""
    kind = kind_of(path.name)
    if not kind:
        raise BadRequest(f"{path.name} is not a .csv, .csv.gz or .xlsx file: save it as one of these.")
    return BillFile(
        path=path, name=path.name, source=Source.UPLOAD, as_of=today, is_final=columns.is_final, columns=columns
    )


def kind_of(name: str) -> str:
    """`.csv`, `.csv.gz` or `.xlsx`; '' for anything else."""
    return next((kind for kind in KINDS if name.lower().endswith(kind)), "")


def pack_upload(bill: BillFile, target: Path) -> None:
    """Write file and map as one: the same two give the same bytes."""
    body = json.dumps(bill.columns.as_json() if bill.columns else {}, sort_keys=True, ensure_ascii=False).encode()
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(MAP_NAME)
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
        info = tarfile.TarInfo(f"upload{kind_of(bill.name)}")
        info.size = bill.path.stat().st_size
        with bill.path.open("rb") as data:
            tar.addfile(info, data)


def unpack_upload(landed: Path, into: Path) -> tuple[Path, ColumnMap]:
    """The file and the map out of what landed, which we wrote ourselves."""
    with tarfile.open(landed, "r:") as tar:
        packed = tar.extractfile(MAP_NAME)
        columns = read_map(json.load(packed) if packed else None)
        info = next(info for info in tar if info.name != MAP_NAME)
        stream = tar.extractfile(info)
        target = into / info.name
        with target.open("wb") as out:
            while stream and (chunk := stream.read(CHUNK)):
                out.write(chunk)
    return target, columns


def open_upload(landed: Path, name: str, into: Path) -> tuple[list[Part], list[Finding]]:
    """The one part of an upload.

    Raises:
        BadBill: it cannot be read, or has not the columns that its map names.
    """
    file, columns = unpack_upload(landed, into)
    headers, text, delimiter, findings = read_headers(file, name, columns, into)
    try:
        layout = upload_layout(headers, columns, delimiter)
    except BadRequest as bad:
        raise BadBill(
            refusal(name, bad.sentence, "Change the column map, or upload the file that it is for.")
        ) from None
    return [Part(name, text, layout)], findings


def read_headers(file: Path, name: str, columns: ColumnMap, into: Path) -> tuple[list[str], Path, str, list[Finding]]:
    """The headers, and the file as CSV in UTF-8 whose first line they are, with its delimiter."""
    text = into / "upload.text.csv"
    findings: list[Finding] = []
    kind = kind_of(file.name)
    delimiter = columns.delimiter
    if kind == ".xlsx":
        # Loaded here: it costs a third of the start of every child that reads a bill.
        from crossfoot.sources.sheet import write_csv  # noqa: PLC0415

        findings += write_csv(file, name, columns.sheet, columns.header_row, text)
        delimiter = ","
    else:
        _copy(file, name, text, skip=columns.header_row - 1, is_packed=kind == ".csv.gz")
    headers, said = read_first_line(text, name, lambda cells: _knows(cells, columns), delimiter)
    if len(headers) > MAX_COLUMNS:
        raise BadBill(
            refusal(name, f"It has {len(headers)} columns.", "Remove columns until there are fewer than 500.")
        )
    return headers, text, delimiter, findings + said


def guess_delimiter(file: Path) -> str:
    """The sign that parts the first line into most cells."""
    with gzip.open(file) if kind_of(file.name) == ".csv.gz" else file.open("rb") as data:
        first = data.readline(CHUNK)
    return max(DELIMITERS, key=lambda sign: first.count(sign.encode()))


def _knows(cells: Sequence[str], columns: ColumnMap) -> bool:
    names = [name for names in columns.columns.values() for name in names]
    return all(name in [cell.strip() for cell in cells] for name in names)


def _copy(file: Path, name: str, target: Path, *, skip: int, is_packed: bool) -> None:
    limit = min(MAX_BYTES, file.stat().st_size * MAX_RATIO + RATIO_GRACE)
    written = 0
    try:
        with gzip.open(file) if is_packed else file.open("rb") as data, target.open("wb") as out:
            for _ in range(skip):
                data.readline(CHUNK)
            while chunk := data.read(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise BadBill(refusal(name, "It unpacks to far more than a file can hold.", AGAIN))
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadBill(refusal(name, f"The file is cut or altered ({error}).", AGAIN)) from error


def upload_layout(headers: Sequence[str], columns: ColumnMap, delimiter: str) -> Layout:
    """The layout of a file with these headers under a map.

    Raises:
        BadRequest: the map names a column that the file has not, or has twice.
    """
    places = _places(headers, columns)
    raw = {key: _joined([column(places[name]) for name in names]) for key, names in columns.columns.items()}
    raw |= {key: "'" + value.replace("'", "''") + "'" for key, value in columns.constants.items()}
    cells = {key: _cell(key, sql, columns) for key, sql in raw.items()}
    cells.setdefault("cycle", f"left({cells['bill_date']}, 7)")
    used = {name for names in columns.columns.values() for name in names}
    return Layout(
        width=len(headers),
        cells=tuple(cells.items()),
        names=tuple((key, JOIN.join(names)) for key, names in columns.columns.items()),
        changed=tuple(
            (key, changed_sql(_number(raw[key], columns), decimals))
            for key in raw
            if (decimals := DECIMALS.get(BY_KEY[key].holds))
        ),
        wanted=tuple(
            (key, f"an amount written as the map says, such as {_example(columns)}")
            for key in raw
            if BY_KEY[key].holds in DECIMALS
        ),
        nulls=("", "--"),
        unknown=tuple(header for header in headers if header not in used),
        maker="whoever made the file",
        delimiter=delimiter,
    )


def _example(columns: ColumnMap) -> str:
    return f"1{columns.thousands}234{columns.decimal}56"


def _places(headers: Sequence[str], columns: ColumnMap) -> Mapping[str, int]:
    plain = [header.strip() for header in headers]
    for key, names in columns.columns.items():
        for name in names:
            if plain.count(name) != 1:
                what = "twice" if name in plain else "not at all"
                raise BadRequest(
                    f"The column map takes {BY_KEY[key].english} from {name!r}, which the file has {what}."
                )
    return {name: plain.index(name) for names in columns.columns.values() for name in names}


def _joined(cells: Sequence[str]) -> str:
    return cells[0] if len(cells) == 1 else f"concat_ws('{JOIN}', {', '.join(f'trim({cell})' for cell in cells)})"


def _cell(key: str, sql: str, columns: ColumnMap) -> str:
    holds = BY_KEY[key].holds
    if words := columns.words.get(key):
        cases = " ".join(f"WHEN {_text(word.strip().casefold())} THEN {_text(code)}" for word, code in words.items())
        return f"CASE lower(trim({sql})) {cases} ELSE {sql} END"
    if holds in DECIMALS:
        return decimal_sql(_number(sql, columns), DECIMALS[holds])
    return _date(sql, columns.dates) if holds is Holds.DATE else sql


def _number(sql: str, columns: ColumnMap) -> str:
    """The digits with a decimal point, where the file writes numbers as the map says; anything else as it came."""
    if not columns.thousands and columns.decimal == ".":
        return sql
    mark, point = (f"[{sign}]" if sign else "" for sign in (columns.thousands, columns.decimal))
    groups = f"-?[0-9]{{1,3}}({mark}[0-9]{{3}})*({point}[0-9]+)?" if mark else "(?!)"
    plain = f"-?[0-9]+({point}[0-9]+)?"
    without = f"replace({sql}, {_text(columns.thousands)}, '')" if columns.thousands else sql
    test = f"regexp_full_match({sql}, {_text(plain)})" + (
        f" OR regexp_full_match({sql}, {_text(groups)})" if mark else ""
    )
    return f"CASE WHEN {test} THEN replace({without}, {_text(columns.decimal)}, '.') ELSE {sql} END"


def _date(sql: str, order: str) -> str:
    """The date at the head of the cell, whatever clock follows it; anything else as it came."""
    formats = ", ".join(_text(form) for form in FORMATS[order])
    head = f"regexp_extract(trim({sql}), '^[0-9]{{1,4}}[-/.]?[0-9]{{1,2}}[-/.]?[0-9]{{1,4}}')"
    rest = f"regexp_full_match(trim({sql}), '[0-9]{{1,4}}[-/.]?[0-9]{{1,2}}[-/.]?[0-9]{{1,4}}([T ].*)?')"
    return f"coalesce(CASE WHEN {rest} THEN strftime(try_strptime({head}, [{formats}]), '%Y-%m-%d') END, {sql})"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def keys_to_choose() -> tuple[tuple[str, str, bool], ...]:
    """What a map may fill: key, name in a bill, and whether a line cannot do without."""
    return tuple((c.key, c.english, (c.required and c.key != "cycle") or c.key == "currency") for c in ALL)
