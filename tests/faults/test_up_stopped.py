"""Stopping under load (F9) and clients that hang (F5): nothing outlives the stop, nobody waits for another's slowness."""

import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.faults.running import Answer, Up

pytestmark = pytest.mark.xdist_group("portal")  # one stocked home for all
FILE = "/c/C0001/charges.csv?period=2026-09"  # 12,000 lines
MULTIPART = "multipart/form-data; boundary=b"
FILE_PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
URLENCODED = "application/x-www-form-urlencoded"
PROMPT = 3.0  # seconds for a page while others are slow; alone it takes a tenth of one


class Load:
    """Several people who fetch files and pages for as long as they get any."""

    def __init__(self, portal: Up) -> None:
        self.portal, self.whole = portal, portal.ask(FILE, "alice")
        self.answers: list[tuple[str, Answer]] = []
        self.ends: Counter[str] = Counter()
        paths = [FILE] * 4 + ["/c/C0001/usage-to-cost?period=2026-10"] * 2
        self._threads = [threading.Thread(target=self._ask, args=(path,)) for path in paths]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def _ask(self, path: str) -> None:
        while True:
            try:
                self.answers.append((path, self.portal.ask(path, "alice")))
            except ConnectionRefusedError:
                self.ends["refused"] += 1
                return
            except OSError:
                self.ends["cut"] += 1

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_under_load_gives_whole_answers_or_cuts_that_the_client_sees(
    running: Up, number: signal.Signals
) -> None:
    load = Load(running)
    load.start()
    while len(load.answers) < 12:
        time.sleep(0.01)
    took = running.stop(number)
    load.join()
    assert took < 5
    assert {answer.status for _, answer in load.answers} == {200}
    for path, answer in load.answers:
        assert answer.length, "without a length a cut could not be seen"
        if path == FILE and answer.is_whole:
            assert answer.body == load.whole.body
    assert load.ends["refused"] == 6
    assert running.process.returncode == 0


def test_a_stop_does_not_wait_for_a_client_that_hangs(running: Up) -> None:
    with hanging(running, _reader(running), 3):
        assert running.stop() < 5


def test_a_page_comes_at_once_while_many_clients_hang(running: Up) -> None:
    kinds = {
        "readers": _reader(running),
        "heads": b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        "bodies": _form(running, 1000, b"cycle="),
        "long bodies": _form(running, 10**9, FILE_PART + b"x" * 300_000, kind=MULTIPART),
    }
    with ExitStack() as stack:
        for kind, data in kinds.items():
            stack.enter_context(hanging(running, data, 12))
            time.sleep(0.2)
            for _ in range(3):
                began = time.monotonic()
                assert running.ask("/c/C0001/usage-to-cost?period=2026-10", "alice").status == 200
                assert time.monotonic() - began < PROMPT, kind


@pytest.mark.deep
def test_a_client_that_sends_nothing_more_is_cut_off_within_thirty_seconds(running: Up) -> None:
    long_body = _form(running, 10**9, FILE_PART + b"x" * 300_000, kind=MULTIPART)
    half_head = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    with (
        hanging(running, half_head, 1) as [head],
        hanging(running, _form(running, 1000, b"cycle="), 1) as [body],
        hanging(running, long_body, 1) as [long],
    ):
        for client in (head, body, long):
            _drain(client)  # TimeoutError after 30 seconds


def test_a_client_that_resets_in_mid_download_disturbs_nobody(running: Up) -> None:
    for _ in range(20):
        client = _connect(running, _reader(running))
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close by RST
        client.close()
    assert running.ask(FILE, "alice").is_whole


def test_half_a_form_is_no_form(running: Up) -> None:
    """Cut behind `cycle=2026-10`, which read alone would be a whole order."""
    token = dict(p.split("=", 1) for p in running.cookies["dana"].split("; "))["csrftoken"]
    form = f"csrfmiddlewaretoken={token}&cycle=2026-10".encode()
    order = _form(running, len(form) + 4, form)
    with hanging(running, order, 1) as [client]:
        client.shutdown(socket.SHUT_WR)
        assert not _drain(client).startswith(b"HTTP/1.1 302")
    assert b"is being published" not in running.ask("/close?cycle=2026-10", "dana").body


def _reader(portal: Up) -> bytes:
    return f"GET {FILE} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {portal.cookies['alice']}\r\n\r\n".encode()


def _form(portal: Up, length: int, body: bytes, kind: str = URLENCODED) -> bytes:
    head = (
        f"POST /close/publish HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {portal.cookies['dana']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + body


def _connect(portal: Up, data: bytes) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that what is not read stays with the server
    client.settimeout(30)
    client.connect(("127.0.0.1", portal.port))
    client.sendall(data)
    return client


@contextmanager
def hanging(portal: Up, data: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Clients that send this and then neither send nor read."""
    clients = [_connect(portal, data) for _ in range(count)]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


def _drain(client: socket.socket) -> bytes:
    data = b""
    try:
        while piece := client.recv(1 << 16):
            data += piece
    except ConnectionError:
        pass
    return data
