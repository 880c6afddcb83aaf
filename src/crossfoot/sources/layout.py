"""How the columns of a received file become our raw keys: for each key an SQL expression over the file's columns.

The columns of a file are called c0, c1, … in their order. Every raw value is text; nothing is summed or priced here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """One file's way from its columns to ours. Files with equal layouts are read together.

    `read` gives, for Parquet, the expression that makes text of each column that is used; all of a CSV is text.
    `changed` are the keys of which `received_KEY` holds the cell as it came, where `cells` writes it otherwise.
    `in_utc` is true of a line whose days are cut in UTC; Huawei cuts them in GMT+08:00.
    """

    width: int
    cells: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...] = ()
    wanted: tuple[tuple[str, str], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    read: tuple[tuple[str, str], ...] = ()
    nulls: tuple[str, ...] = ("",)
    currency: str = ""
    unknown: tuple[str, ...] = ()
    maker: str = "Huawei"
    delimiter: str = ","
    in_utc: str = "false"

    @property
    def keys(self) -> frozenset[str]:
        """The keys that the file has."""
        return frozenset(key for key, _ in self.cells)

    def expression(self, key: str) -> str | None:
        """The SQL of a key; None where the file has no such thing."""
        return dict(self.cells).get(key)

    def name_of(self, key: str, otherwise: str) -> str:
        """What the file calls a key."""
        return dict(self.names).get(key, otherwise)

    def wants(self, key: str, otherwise: str) -> str:
        """What a cell of the key must hold, in words."""
        return dict(self.wanted).get(key, otherwise)


def column(place: int) -> str:
    """What the column at a place is called in SQL."""
    return f"c{place}"
