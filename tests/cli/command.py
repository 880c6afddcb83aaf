"""Runs `crossfoot` as a shell would: in this process for its answers, in one of its own where that is what matters."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import crossfoot
from crossfoot.cli.main import main

SOURCE = Path(crossfoot.__file__).parent.parent


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def document(self) -> object:
        """The one JSON document that is all of stdout."""
        return json.loads(self.out)


Run = Callable[..., Ran]


def runner(monkeypatch, capfdbinary) -> Run:
    """`run("ingest", path, typed="...")`: the command in this process, from its words to its exit code."""

    def run(*words: object, typed: str = "") -> Ran:
        capfdbinary.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["crossfoot", *(str(word) for word in words)])
            patch.setattr(sys, "stdin", io.StringIO(typed))
            code = 0
            try:
                main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        out, err = capfdbinary.readouterr()
        return Ran(code, out, err.decode())

    return run


def start(home: Path, *words: object, stdout: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    """A command in a process of its own, on its way."""
    environ = {"PATH": os.defpath, "CROSSFOOT_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    argv = [sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
    return subprocess.Popen(
        argv, env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True
    )


def end(process: "subprocess.Popen[str]") -> Ran:
    """How it ended."""
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out.encode(), err)
