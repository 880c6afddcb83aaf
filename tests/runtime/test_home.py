"""The home folder: where it is, that it is private, and its secrets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.home import open_home


def test_a_home_is_made_once_and_is_private(tmp_path: Path) -> None:
    home = open_home({"CROSSFOOT_HOME": str(tmp_path / "a" / "home")})
    for folder in (
        home.root,
        home.landed,
        home.accepted,
        home.exports,
        home.keys,
        home.logs,
        home.tmp,
        Path(home.lake),
    ):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert home.lake == str(home.root / "lake")
    assert len(home.id) == 32
    assert open_home({"CROSSFOOT_HOME": str(home.root)}).id == home.id


def test_the_lake_may_be_elsewhere(tmp_path: Path) -> None:
    home = open_home({"CROSSFOOT_HOME": str(tmp_path / "home"), "CROSSFOOT_LAKE": str(tmp_path / "disk" / "lake")})
    assert Path(home.lake).is_dir()
    assert not (home.root / "lake").exists()


def test_a_lake_that_is_no_folder_is_refused_and_its_address_not_shown(tmp_path: Path) -> None:
    where = {"CROSSFOOT_HOME": str(tmp_path / "home"), "CROSSFOOT_LAKE": "s3://key:secret@bucket/lake"}
    with pytest.raises(CrossfootError, match="CROSSFOOT_LAKE must name a folder of this machine") as refused:
        open_home(where)
    assert "secret" not in refused.value.sentence
    assert not (tmp_path / "home").exists()


def test_keys_that_stood_open_are_closed(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    assert open_home({"CROSSFOOT_HOME": str(tmp_path)}).keys.stat().st_mode & 0o777 == 0o700


def test_all_who_ask_at_once_get_one_secret(tmp_path: Path) -> None:
    home = open_home({"CROSSFOOT_HOME": str(tmp_path)})
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(home.secret, ["session"] * 64))
    assert len(answers) == 1
    assert len(answers.pop()) == 64
    assert home.secret("session") != home.secret("other")
    assert sorted(each.name for each in home.keys.iterdir()) == ["other", "session"]
    assert (home.keys / "session").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CrossfootError, match=r"file/home cannot be used .* name another folder in CROSSFOOT_HOME"):
        open_home({"CROSSFOOT_HOME": str(tmp_path / "file" / "home")})
