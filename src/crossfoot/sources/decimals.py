"""SQL that reads amounts of any number of decimals: half-up to those that are kept, decided by the next digit alone."""


def is_short_sql(cell: str, decimals: int) -> str:
    """True where the amount stands in the file with no more decimals than are kept."""
    return f"regexp_full_match({cell}, '-?[0-9]+([.][0-9]{{1,{decimals}}})?')"


def decimal_sql(cell: str, decimals: int) -> str:
    """An amount with the decimals that are kept, rounded half-up (away from zero); what is no amount as it came.

    The digit after the last one kept decides, whatever follows it; so nothing is rounded twice.
    """
    long = f"regexp_extract({cell}, '^-?[0-9]{{1,27}}[.][0-9]{{{decimals + 1}}}')"
    return f"""CASE WHEN {is_short_sql(cell, decimals)} THEN {cell}
        WHEN regexp_full_match({cell}, '-?[0-9]{{1,27}}[.][0-9]{{{decimals + 1},}}')
        THEN CAST(CAST(CAST({long} AS DECIMAL(38,{decimals + 1})) AS DECIMAL(38,{decimals})) AS VARCHAR)
        WHEN regexp_full_match({cell}, '-?[0-9]{{1,9}}([.][0-9]{{1,15}})?[eE]-?[0-9]{{1,2}}')
        THEN coalesce(CAST(CAST(try_cast({cell} AS DECIMAL(38,25)) AS DECIMAL(38,{decimals})) AS VARCHAR), {cell})
        ELSE {cell} END"""


def changed_sql(cell: str, decimals: int) -> str:
    """The cell as it came where it may have lost something; null elsewhere."""
    return f"CASE WHEN NOT {is_short_sql(cell, decimals)} THEN {cell} END"
