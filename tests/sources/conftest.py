"""A desk for exports, and the samples beside the project."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import stamina

from tests.core.passwords import cheap_passwords
from tests.sources.store import Bucket, Proxy, start_store

if TYPE_CHECKING:
    from tests.portal import Portal
    from tests.sources.desk import Desk

__all__ = ["cheap_passwords"]


@pytest.fixture
def desk(portal: "Portal") -> "Desk":
    from tests.sources.desk import Desk

    return Desk(portal)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Published billing data, kept beside the project and never copied into it."""
    folder = Path(__file__).parents[3] / "shared" / "samples"
    assert folder.is_dir(), f"{folder} is not there: the samples lie beside the project"
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    process, bucket = start_store(tmp_path_factory.mktemp("store") / "log")
    yield bucket
    bucket.client.close()
    process.terminate()
    process.wait(10)


@pytest.fixture
def bucket(running: Bucket) -> Bucket:
    running.empty()
    return running


@pytest.fixture
def proxy(bucket: Bucket) -> Iterator[Proxy]:
    found = Proxy(bucket.port)
    with stamina.set_testing(True, attempts=5, cap=True):
        yield found
    found.close()
