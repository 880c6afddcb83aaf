"""How the second opinion speaks: amounts without exponents, and a residual of the last digit is not zero."""

from decimal import Decimal

from crossfoot.reconcile.outcome import NotCompared, Outcome, Residual


def pair(published: str, derived: str) -> Residual:
    return Residual(
        customer="C1",
        cycle="2026-10",
        currency="USD",
        ledger="sell",
        published=Decimal(published),
        derived=Decimal(derived),
    )


def test_the_last_digit_counts():
    outcome = Outcome(residuals=(pair("1.00000001", "1"), pair("2", "2.00")), faults=(), not_compared=())
    assert not outcome.is_clean
    assert [one["residual"] for one in outcome.as_json()["residuals"]] == ["0.00000001", "0.00000000"]
    assert list(outcome.lines())[-1] == "2 figures compared, 1 differ; 0 faults; 0 months not compared"


def test_a_fault_is_not_clean_and_a_month_that_waits_is():
    waiting = NotCompared(customer="C1", cycle="2026-10", reason="it was blocked")
    assert Outcome(residuals=(pair("2", "2"),), faults=(), not_compared=(waiting,)).is_clean
    assert not Outcome(residuals=(), faults=("A file was altered.",), not_compared=()).is_clean
    assert waiting.as_json() == {"customer": "C1", "cycle": "2026-10", "reason": "it was blocked"}
