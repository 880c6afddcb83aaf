"""The supervisor: what it starts again, and that nothing outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.supervisor import Child, Supervisor, check_port_free, wait_until_served
from tests.runtime.conftest import SOURCE, eventually, is_gone

NOTES_ITS_PID = "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True); time.sleep(60)"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, file=open(sys.argv[1], "a"), flush=True)
time.sleep(60)
"""
SUPERVISES = """
import sys
from crossfoot.runtime.supervisor import Child, Supervisor
children = [Child(name=name, argv=(sys.executable, "-c", sys.argv[1], sys.argv[2])) for name in ("one", "two")]
with Supervisor(children) as supervisor:
    print("all started", flush=True)
    supervisor.run()
print("all stopped", flush=True)
"""


def child(code: str, *more: str, name: str = "child", log: Path | None = None) -> Child:
    return Child(name=name, argv=(sys.executable, "-c", code, *more), log=log)


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def supervising(code: str, note: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SUPERVISES, code, str(note)]
    process = subprocess.Popen(command, env={"PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, text=True)
    eventually(lambda: len(pids(note)) == 2)
    return process


def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    note, log = tmp_path / "note", tmp_path / "log"
    with Supervisor([child(NOTES_ITS_PID, str(note), log=log)]) as supervisor:
        eventually(lambda: len(pids(note)) == 1)
        os.kill(pids(note)[0], signal.SIGKILL)

        def is_back() -> bool:
            supervisor.look_after()
            return len(pids(note)) == 2

        eventually(is_back)
    assert all(is_gone(pid) for pid in pids(note))


def test_a_child_that_always_ends_is_started_less_and_less_often(capfd: pytest.CaptureFixture[str]) -> None:
    with Supervisor([child("print('no'); raise SystemExit(3)", name="web")]) as supervisor:
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            supervisor.look_after()
            time.sleep(0.02)
    lines = capfd.readouterr().err.splitlines()
    assert lines.count("web | no") in {2, 3}
    assert "web ended with code 3; it starts again in 0.5 s" in lines
    assert "web ended with code 3; it starts again in 1 s" in lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_quietly(tmp_path: Path, number: signal.Signals) -> None:
    process = supervising(NOTES_ITS_PID, tmp_path / "note")
    started = time.monotonic()
    process.send_signal(number)
    said, _ = process.communicate(timeout=10)
    assert time.monotonic() - started < 2
    assert said == "all started\nall stopped\n"
    assert process.returncode == 0
    assert all(is_gone(pid) for pid in pids(tmp_path / "note"))


def test_who_does_not_listen_is_killed_with_all_it_started_within_five_seconds(tmp_path: Path) -> None:
    process = supervising(STUBBORN, tmp_path / "note")
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert time.monotonic() - started < 5
    eventually(lambda: all(is_gone(pid) for pid in pids(tmp_path / "note")), 1)


def test_a_killed_supervisor_leaves_no_children(tmp_path: Path) -> None:
    process = supervising(NOTES_ITS_PID, tmp_path / "note")
    process.kill()
    process.communicate()
    eventually(lambda: all(is_gone(pid) for pid in pids(tmp_path / "note")), 3)


def test_an_error_in_the_block_ends_the_children_and_is_told(tmp_path: Path) -> None:
    note = tmp_path / "note"

    def go_wrong() -> None:
        with Supervisor([child(NOTES_ITS_PID, str(note))]):
            eventually(lambda: len(pids(note)) == 1)
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        go_wrong()
    assert is_gone(pids(note)[0])


def test_a_program_that_is_not_there_is_named_and_the_others_end(tmp_path: Path) -> None:
    children = [child(NOTES_ITS_PID, str(tmp_path / "note")), Child(name="worker", argv=("/nowhere/worker",))]
    with pytest.raises(CrossfootError, match=r"worker cannot be started: No such file or directory"):
        Supervisor(children).__enter__()
    assert all(is_gone(pid) for pid in pids(tmp_path / "note"))


def test_a_port_in_use_is_refused_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CrossfootError, match=f"^Port {port} is in use: choose another with --port\\.$"):
            check_port_free(port)
    check_port_free(port)


def test_it_waits_until_a_page_is_served() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = (
        "import sys, time, http.server as h; time.sleep(0.3); h.test(h.SimpleHTTPRequestHandler, port=int(sys.argv[1]))"
    )
    with Supervisor([child(serve, str(port), name="web")]) as supervisor:
        wait_until_served(f"http://127.0.0.1:{port}/", 10, supervisor.look_after)
    with pytest.raises(CrossfootError, match=r"was not served within 0.2 seconds"):
        wait_until_served(f"http://127.0.0.1:{port}/", 0.2)
