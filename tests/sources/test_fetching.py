"""One object through a proxy that breaks: what passes is tried again, what stays is said, and half an object is never kept."""

from pathlib import Path

import pytest
import stamina

from crossfoot.core.errors import CrossfootError
from crossfoot.sources.objects import Unfetched, connect
from crossfoot.sources.remote import read_place, read_store
from tests.sources.store import Bucket, Fault, Proxy
from tests.time.facts import FINAL

HEALS = (
    Fault("reset", times=4, where=FINAL),
    Fault("cut", 100, times=4, where=FINAL),
    Fault("short", 0, times=1, where=FINAL),
    Fault("flip", times=2, where=FINAL),
    Fault("answer", 503, "SlowDown", times=4, where=FINAL),
    Fault("answer", 500, "InternalError", times=1, where=FINAL),
    Fault("answer", 429, "TooManyRequests", times=1, where=FINAL),
    Fault("slow", 400, times=1, where=FINAL),
    Fault("answer", 503, "SlowDown", times=2, where="list-type"),
    Fault("reset", times=2, where="list-type"),
)


@pytest.mark.parametrize("fault", HEALS, ids=lambda f: f"{f.kind} {f.value} {f.times} {f.where}")
def test_what_passes_is_tried_again_and_arrives_whole(
    bucket: Bucket, proxy: Proxy, tmp_path: Path, fault: Fault
) -> None:
    bucket.put(f"b/{FINAL}", bytes(range(200)) * 5)
    proxy.fault = fault
    with connect(read_store("s3", tmp_path, bucket.environ(proxy.endpoint))) as connection:
        [there] = connection.list_objects(read_place("s3://bills/b"))
        connection.fetch(there, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == bytes(range(200)) * 5
    assert proxy.fault.times == 0


KEY = "check CROSSFOOT_S3_KEY, CROSSFOOT_S3_SECRET and what they may list and read."
NET = "check CROSSFOOT_S3_ENDPOINT and the network, and ingest again."
WHAT = f"s3://bills/b/{FINAL}"
FAILS = (
    (Fault("reset"), 5, f"cannot be reached, or broke off, for {WHAT} (EndpointConnectionError): {NET}"),
    (Fault("cut", 100), 5, f"cannot be reached, or broke off, for {WHAT} (ClientPayloadError): {NET}"),
    (Fault("flip"), 5, f"{WHAT} arrived cut or altered 5 times: check the network, and ingest it again."),
    (Fault("answer", 503, "SlowDown"), 5, f"could not serve {WHAT} (503 SlowDown, 5 times): wait a little and ingest"),
    (Fault("answer", 403, "AccessDenied"), 1, f"{WHAT} may not be read with this key (403 AccessDenied): {KEY}"),
    (Fault("answer", 404, "NoSuchKey"), 1, f"{WHAT} is not there (404 NoSuchKey): check the bucket and the folder."),
    (
        Fault("answer", 400, "&lt;b"),
        1,
        f"refuses to serve {WHAT} (400): check CROSSFOOT_S3_ENDPOINT and CROSSFOOT_S3_REGION.",
    ),
)


@pytest.mark.parametrize("broken", FAILS, ids=lambda broken: f"{broken[0].kind} {broken[0].value}")
def test_what_stays_broken_is_said_in_one_sentence(
    bucket: Bucket, proxy: Proxy, tmp_path: Path, broken: tuple[Fault, int, str]
) -> None:
    fault, attempts, says = broken
    bucket.put(f"b/{FINAL}", bytes(1000))
    with connect(read_store("s3", tmp_path, bucket.environ(proxy.endpoint))) as connection:
        [there] = connection.list_objects(read_place("s3://bills/b"))
        proxy.fault = fault
        proxy.asked.clear()
        with pytest.raises(Unfetched) as refused:
            connection.fetch(there, tmp_path / "fetched")
    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert len(proxy.asked) in {attempts, 2 * attempts}  # the client may ask once more on a new connection


def test_attempts_are_spaced_further_and_further_apart(bucket: Bucket, proxy: Proxy, tmp_path: Path) -> None:
    proxy.fault = Fault("reset")
    waits: list[float] = []
    store = read_store("s3", tmp_path, bucket.environ(proxy.endpoint))
    with stamina.set_testing(False), connect(store) as connection:
        stamina.instrumentation.set_on_retry_hooks([lambda details: waits.append(details.wait_for)])
        with pytest.raises(Unfetched):
            connection.list_objects(read_place("s3://bills/b"))
    stamina.instrumentation.set_on_retry_hooks([])
    assert len(waits) == 4
    assert 0 < waits[0] <= 1.1 < waits[3] + 1
    assert len(set(waits)) == 4  # jitter


def test_an_object_that_is_replaced_while_it_is_read_is_said(bucket: Bucket, proxy: Proxy, tmp_path: Path) -> None:
    bucket.put("b/x.csv", b"one")
    with connect(read_store("s3", tmp_path, bucket.environ(proxy.endpoint))) as connection:
        [there] = connection.list_objects(read_place("s3://bills/b/x.csv"))
        bucket.put("b/x.csv", b"two")
        with pytest.raises(
            Unfetched, match=r"^s3://bills/b/x.csv was changed while it was being read: ingest it again.$"
        ):
            connection.fetch(there, tmp_path / "x")


def test_settings_may_stand_in_a_file_that_nobody_else_can_read(bucket: Bucket, tmp_path: Path) -> None:
    path = tmp_path / "remote.toml"
    path.write_text(
        '[obs]\nendpoint = "https://obs.ap-southeast-3.myhuaweicloud.com"\nkey = "k"\nsecret = "from the file"\n'
    )
    path.chmod(0o644)
    with pytest.raises(CrossfootError, match="can be read by others: run chmod 600 on it"):
        read_store("obs", tmp_path, {})
    path.chmod(0o600)
    store = read_store("obs", tmp_path, {"CROSSFOOT_OBS_KEY": "of the environment"})
    assert (store.region, store.key, store.secret) == ("ap-southeast-3", "of the environment", "from the file")
    assert "from the file" not in repr(store)
    for text in ("[obs", "[obs]\nkey = 1\n", '[obs]\npassword = "x"\n', '[gs]\nkey = "x"\n', 'key = "x"\n', "\xff"):
        path.write_text(text, "latin-1")
        with pytest.raises(CrossfootError, match=r"as docs/sources\.md shows"):
            read_store("obs", tmp_path, {})
