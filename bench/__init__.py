"""Measurements against the limit of the machine, in one run: ratios and CPU-milliseconds, never bare wall times."""
