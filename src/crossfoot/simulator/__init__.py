"""A Huawei Cloud partner month that never was: bill files, their customers and prices, and the true sums.

In: a plan (how many customers, cycles, rows, which mishaps, which seed). Out: files as Huawei pushes them, and
`truth.json`, summed from what happened and not from the files. It exists so that every figure can be checked from outside.
"""

from crossfoot.simulator.plan import EVENTS, Plan, Summary
from crossfoot.simulator.run import simulate

__all__ = ["EVENTS", "Plan", "Summary", "simulate"]
