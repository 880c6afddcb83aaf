"""A network that fails: a proxy on this machine between a client and a server, told what to do to what passes through.

`slow`: every piece waits; `cut`: after so many bytes the connection ends in the middle; `reset`: every connection is
reset and every new one too; `silent`: new connections are taken and nothing ever answers; `fine` again.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 16 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of nothing: close sends RST


class Proxy:
    """`port` stands for the server's."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self._how, self._much, self._live = "fine", 0.0, set[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, how: str, much: float = 0) -> None:
        """From now on; `reset` also ends what is open."""
        self._how, self._much = how, much
        for one in list(self._live) if how == "reset" else ():
            self._reset(one)

    def close(self) -> None:
        self._listener.close()
        self.set("reset")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._live.add(client)
            if self._how == "reset":
                self._reset(client)
            elif self._how != "silent":
                server = socket.create_connection(("127.0.0.1", self.upstream))
                self._live.add(server)
                for source, target, down in ((client, server, False), (server, client, True)):
                    threading.Thread(
                        target=self._pump, args=(source, target), kwargs={"down": down}, daemon=True
                    ).start()

    def _pump(self, source: socket.socket, target: socket.socket, *, down: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(PIECE):
                if self._how == "slow":
                    time.sleep(self._much)
                left = int(self._much) - passed if self._how == "cut" and down else len(data)
                target.sendall(data[: max(0, left)])
                passed += len(data)
                if left < len(data):
                    break
        for one in (source, target):
            self._reset(one)

    def _reset(self, one: socket.socket) -> None:
        self._live.discard(one)
        with suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            one.close()


@contextmanager
def proxy(upstream: int) -> Iterator[Proxy]:
    made = Proxy(upstream)
    try:
        yield made
    finally:
        made.close()
