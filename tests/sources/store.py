"""An object store for a test: a real S3 server in a process of its own, and a proxy before it that breaks what it is told to.

The server checks every signature and right. The proxy takes one request a connection, as the server does.
"""

import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.config import Config

BUCKET = "bills"
READS = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
PAGE = 3  # objects, so that nothing is listed in one answer


@dataclass(frozen=True)
class Fault:
    """What happens to the next `times` requests whose path holds `where`."""

    kind: str  # reset | cut | short | flip | answer | slow | silence
    value: int = 0  # bytes that still pass, or the status answered, or bytes a second
    code: str = ""
    times: int = 1000
    where: str = ""


@dataclass
class Proxy:
    """Between us and the store."""

    upstream: int
    fault: Fault | None = None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while not self.ended.is_set():
            try:
                there, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(there,), daemon=True).start()

    def _next(self, path: str) -> Fault | None:
        fault = self.fault
        if fault is None or fault.where not in path or not fault.times:
            return None
        self.fault = Fault(fault.kind, fault.value, fault.code, fault.times - 1, fault.where)
        return fault

    def _pass(self, there: socket.socket) -> None:
        request = b""
        with there:
            while b"\r\n\r\n" not in request:
                if not (chunk := there.recv(65536)):
                    return
                request += chunk
            path = request.split(b" ", 2)[1].decode()
            self.asked.append(path)
            fault = self._next(path)
            with suppress(OSError):
                self._answer(there, request, fault)

    def _answer(self, there: socket.socket, request: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if kind == "reset":
            return _reset(there)
        if kind == "silence":
            self.ended.wait(20)
            return None
        if fault and kind == "answer":
            body = f"<Error><Code>{fault.code}</Code><Message>no</Message></Error>".encode()
            head = f"HTTP/1.1 {fault.value} No\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            return there.sendall(head.encode() + body)
        data = _all(self.upstream, request)
        if fault and kind == "flip":
            there.sendall(data[:-1] + bytes([data[-1] ^ 1]))
        elif fault and kind == "slow":
            for place in range(0, len(data), fault.value):
                there.sendall(data[place : place + fault.value])
                time.sleep(1)
        elif fault and kind in {"cut", "short"}:
            there.sendall(data[: data.index(b"\r\n\r\n") + 4 + fault.value])
            time.sleep(0.05)
            if kind == "cut":
                _reset(there)
        else:
            there.sendall(data)
        return None


def _all(port: int, request: bytes) -> bytes:
    """The whole answer of a server that closes the connection behind it."""
    data = b""
    with socket.create_connection(("127.0.0.1", port)) as upstream:
        upstream.sendall(request)
        while chunk := upstream.recv(65536):
            data += chunk
    return data


def _reset(there: socket.socket) -> None:
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()


@dataclass
class Bucket:
    """The bills of a reseller in a store, with the key that may read them."""

    port: int
    key: str
    secret: str
    client: object = field(repr=False)

    def put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=name, Body=data)

    def empty(self) -> None:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for entry in page.get("Contents", ()):
                self.client.delete_object(Bucket=BUCKET, Key=entry["Key"])

    def environ(self, endpoint: str, scheme: str = "S3") -> dict[str, str]:
        """The settings with which it is read."""
        return {
            f"CROSSFOOT_{scheme}_ENDPOINT": endpoint,
            f"CROSSFOOT_{scheme}_KEY": self.key,
            f"CROSSFOOT_{scheme}_SECRET": self.secret,
        }


def start_store(log: Path) -> "tuple[subprocess.Popen[bytes], Bucket]":
    """A server with one bucket and one person; from then on every request is checked."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environ = {"PATH": "/usr/bin:/bin", "INITIAL_NO_AUTH_ACTION_COUNT": "3", "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            env=environ,
            stdout=out,
            stderr=out,
        )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    iam = _client("iam", port, "first", "first")
    iam.create_user(UserName="reseller")
    key = iam.create_access_key(UserName="reseller")["AccessKey"]
    iam.put_user_policy(UserName="reseller", PolicyName="bills", PolicyDocument=READS)
    s3 = _client("s3", port, key["AccessKeyId"], key["SecretAccessKey"])
    s3.create_bucket(Bucket=BUCKET)
    return process, Bucket(port, key["AccessKeyId"], key["SecretAccessKey"], s3)


def _client(service: str, port: int, key: str, secret: str) -> object:
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )
