"""What every test run obeys: nothing is skipped silently, browser tests may be left out by name, golden files compare.

In: the environment variable BROWSER (0 leaves out the tests marked `browser`) and `--write-golden`. Out: a skip is a
failure, and the last line of a run without browser tests is `NOT RUN: n browser tests`. With xdist the workers collect,
so each reports its number to the controller, which prints it once.
"""

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

NOT_RUN = pytest.StashKey[int]()
FORBIDDEN = "A skip is a failure here: run the test, delete it, or mark it xfail with its reason."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden files instead of comparing them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("BROWSER", "1") != "0":
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    config.stash[NOT_RUN] = len(left_out)
    if left_out:
        items[:] = [item for item in items if not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: {_reason(report.longrepr)}\n{FORBIDDEN}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid}: {_reason(report.longrepr)}\n{FORBIDDEN}"
    return report


def _reason(longrepr: object) -> str:
    """Pytest gives a skip as (file, line, reason)."""
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["browser_tests_not_run"] = session.config.stash.get(NOT_RUN, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker has ended; every worker collects the whole suite, so one number is the number."""
    output: dict[str, int] = getattr(node, "workeroutput", {})
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist ships no types for its nodes
    config.stash[NOT_RUN] = max(config.stash.get(NOT_RUN, 0), output.get("browser_tests_not_run", 0))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("BROWSER", "1") == "0" and reporter and not hasattr(config, "workerinput"):
        reporter.write_line(f"NOT RUN: {config.stash.get(NOT_RUN, 0)} browser tests")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """`golden("usage-to-cost.csv", data)`: the bytes are those of the file in `golden/` beside the test."""

    def compare(name: str, data: bytes) -> None:
        path: Path = request.path.parent / "golden" / name
        if request.config.getoption("--write-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        elif not path.exists():
            pytest.fail(f"{path} does not exist: run make golden, read the file, then commit it.")
        else:
            assert data.decode().splitlines() == path.read_text("utf-8").splitlines(), (
                f"{name} differs; see make golden"
            )
            assert data == path.read_bytes(), f"{name} differs in its line ends or its byte order mark"

    return compare
