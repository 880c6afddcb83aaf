"""The second opinion: every published figure derived again from the bytes that Huawei sent, by a path of its own.

It shares the reading of header names, the price of one line (`pricing.rate`) and nothing else with the path that
published: no DuckDB, no lake, no charges kept by ingest, no price book in SQL.
"""

from crossfoot.reconcile.run import reconcile

__all__ = ["reconcile"]
