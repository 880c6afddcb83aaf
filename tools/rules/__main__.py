"""`python -m tools.rules`: print every breach and, once for each rule that was broken, why the rule exists."""

import sys
from pathlib import Path

from tools.rules import RULES, check


def main() -> int:
    breaches = check(Path.cwd())
    broken = {breach.rule for breach in breaches}
    for breach in breaches:
        print(breach)
    for rule in RULES:
        if rule.name in broken:
            print(f"\n{rule.name}: {rule.why}\nIf this place is the exception: # allow {rule.name}: the reason")
    return 1 if breaches else 0


sys.exit(main())
