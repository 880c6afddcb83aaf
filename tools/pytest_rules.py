"""What every test run obeys: nothing is skipped silently, what a machine cannot run is counted, golden files compare.

In: the environment variable BROWSER (0 leaves out the tests marked `browser`), what the machine has (NEEDS) and
`--write-golden`. Out: a skip is a failure, and the last lines of a run name what was not run; the very last one is
`NOT RUN: n browser tests`. With xdist the workers collect, so each reports its numbers to the controller, which prints
them once.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

NOT_RUN = pytest.StashKey[dict[str, int]]()
FORBIDDEN = "A skip is a failure here: run the test, delete it, or mark it xfail with its reason."


def _wants_browser() -> bool:
    return os.environ.get("BROWSER", "1") != "0"


@cache
def _may_mount() -> bool:
    """Root may, unless its container was given fewer rights."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True)
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return done.returncode == 0


def _keeps_ports() -> bool:
    """Whether low ports are root's; a container may give them to everybody."""
    return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) > 81  # noqa: PLR2004


@dataclass(frozen=True)
class Need:
    """What the tests of a marker need, and how a run without them says so."""

    marker: str
    is_met: Callable[[], bool]
    words: str


NEEDS = (
    Need("mounts", _may_mount, "tests on a small disk of their own, which only root may mount"),
    Need("root", lambda: os.geteuid() == 0, "tests of what root does"),
    Need("privileged", _keeps_ports, "tests of ports for root only, which this machine does not have"),
    Need("browser", _wants_browser, "browser tests"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden files instead of comparing them")
    parser.addoption("--write-pictures", action="store_true", help="write docs/pictures anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[NOT_RUN] = {}
    for need in NEEDS:
        left_out = [item for item in items if item.get_closest_marker(need.marker)]
        # That browser tests are left out was asked for, so it is said even where there are none.
        if (left_out or need.marker == "browser") and not need.is_met():
            config.stash[NOT_RUN][need.marker] = len(left_out)
            items[:] = [item for item in items if not item.get_closest_marker(need.marker)]
            if left_out:
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
        output["not_run"] = session.config.stash.get(NOT_RUN, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker has ended; every worker collects the whole suite, so one number is the number."""
    output: dict[str, dict[str, int]] = getattr(node, "workeroutput", {})
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist ships no types for its nodes
    config.stash[NOT_RUN] = output.get("not_run", {}) or config.stash.get(NOT_RUN, {})


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not reporter or hasattr(config, "workerinput"):
        return
    not_run = config.stash.get(NOT_RUN, {})
    for need in NEEDS:
        if need.marker in not_run:
            reporter.write_line(f"NOT RUN: {not_run[need.marker]} {need.words}")


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
