"""Money, period, clock, ids, words, errors: what every room may use. No Django, no DuckDB, no I/O."""
