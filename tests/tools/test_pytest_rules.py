"""The rules of a run, tried on small runs: a skip fails, browser tests are counted, golden files compare."""

from pathlib import Path

import pytest

BROWSER = """
    import pytest

    @pytest.mark.browser
    def test_page(): raise AssertionError

    @pytest.mark.browser
    def test_other_page(): raise AssertionError

    def test_sum(): pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A run of its own, with the rules and without this repository's settings."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makeini(
        "[pytest]\nmarkers =\n browser: needs Chromium\n mounts: a disk\n root: root\naddopts = -p no:django -p no:cacheprovider"
    )
    pytester.makeconftest("pytest_plugins = ['tools.pytest_rules']")
    return pytester


@pytest.mark.parametrize(
    "body",
    [
        "import pytest\n@pytest.mark.skip(reason='slow')\ndef test_a(): pass",
        "import pytest\n@pytest.mark.skipif(True, reason='slow')\ndef test_a(): pass",
        "import pytest\ndef test_a(): pytest.skip('slow')",
        "import pytest\n@pytest.fixture\ndef database(): pytest.skip('slow')\ndef test_a(database): pass",
        "import pytest\npytest.skip('slow', allow_module_level=True)",
        "import unittest\nclass T(unittest.TestCase):\n    @unittest.skip('slow')\n    def test_a(self): pass",
    ],
)
def test_a_skip_is_a_failure(run: pytest.Pytester, body: str) -> None:
    run.makepyfile(body)
    result = run.runpytest()
    assert result.ret != 0
    assert result.parseoutcomes().get("skipped", 0) == 0
    result.stdout.fnmatch_lines(["*slow*", "*A skip is a failure here*"])


def test_an_expected_failure_with_its_reason_is_not_a_skip(run: pytest.Pytester) -> None:
    run.makepyfile("import pytest\n@pytest.mark.xfail(reason='a known bug')\ndef test_a(): assert False")
    assert run.runpytest().parseoutcomes() == {"xfailed": 1}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_browser_tests_left_out_are_counted_on_the_last_line(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("BROWSER", "0")
    run.makepyfile(BROWSER)
    result = run.runpytest_subprocess("-n", workers)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == 1
    assert result.outlines[-1] == "NOT RUN: 2 browser tests"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_the_machine_cannot_run_is_counted_above_the_browser_tests(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("BROWSER", "0")
    run.makeconftest(
        """
        import os
        os.geteuid = lambda: 1000
        pytest_plugins = ['tools.pytest_rules']
        """
    )
    run.makepyfile(
        """
        import pytest
        @pytest.mark.mounts
        def test_disk(): raise AssertionError
        @pytest.mark.root
        def test_root(): raise AssertionError
        @pytest.mark.root
        @pytest.mark.mounts
        def test_both(): raise AssertionError
        def test_sum(): pass
        """
    )
    result = run.runpytest_subprocess("-n", workers)
    assert (result.ret, result.parseoutcomes()["passed"]) == (0, 1)
    assert result.outlines[-3:] == [
        "NOT RUN: 2 tests on a small disk of their own, which only root may mount",
        "NOT RUN: 1 tests of what root does",
        "NOT RUN: 0 browser tests",
    ]


def test_browser_tests_run_unless_they_are_left_out(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROWSER", raising=False)
    run.makepyfile(BROWSER)
    result = run.runpytest()
    assert result.parseoutcomes() == {"failed": 2, "passed": 1}
    result.stdout.no_fnmatch_line("NOT RUN*")


def test_a_golden_file_is_written_once_and_then_compared(run: pytest.Pytester) -> None:
    run.makepyfile("def test_a(golden): golden('a.csv', b'one')")
    run.runpytest().stdout.fnmatch_lines(["*does not exist: run make golden*"])
    assert run.runpytest("--write-golden").ret == 0
    assert (run.path / "golden/a.csv").read_bytes() == b"one"
    assert run.runpytest().ret == 0
    (run.path / "golden/a.csv").write_bytes(b"one\r\n")
    run.runpytest().stdout.fnmatch_lines(["*a.csv differs*"])
