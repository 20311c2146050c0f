"""EF_ENV=local: ef_env.json instead of a server."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from conftest import MARKER, Programs, write

from strongroom import ConfigurationError, Context

LOCAL = {"EF_ENV": "local"}


def test_the_file_is_made_with_the_originals_content(tmp_path: Path, programs: Programs) -> None:
    code = "from strongroom import context; print(context.secrets.get('nope'), context.params)"
    done = programs.run(tmp_path, "-c", code, environ=LOCAL)
    assert done.stdout == "{} {'package_name': 'local_package', 'package_id': '1234456778'}\n", done.stderr
    file = tmp_path / "ef_env.json"
    assert json.loads(file.read_bytes()) == {
        "params": {"package_name": "local_package", "package_id": "1234456778"},
        "config": {},
        "secrets": {},
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_values_are_what_the_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"DB": f"{MARKER}", "EMPTY": "", "ZERO": 0, "NO": False, "TREE": {"a": [1]}}
    write(tmp_path, "ef_env.json", json.dumps({"params": {"x": 1}, "secrets": secrets}))
    monkeypatch.chdir(tmp_path)
    context = Context(LOCAL, [])
    assert {name: context.secrets.get(name) for name in secrets} == secrets
    assert context.secrets.get("nope") == {}
    assert context.params == context.parameters == {"x": 1}


def test_nothing_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AttributeError, match=r"edit ef_env\.json"):
        Context(LOCAL, []).secrets.set("a", "b", "project")


@pytest.mark.parametrize("text", ["", "[]", '{"secrets": 1}', '{"secrets": {"a": "m4rk3r"}', b"\xff\xfe\x00"])
def test_a_file_that_is_wrong_is_named_and_left(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "ef_env.json", text)
    before = file.read_bytes()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"ef_env\.json is not a JSON object of objects") as error:
        _ = Context(LOCAL, []).secrets
    assert MARKER not in str(error.value)
    assert file.read_bytes() == before
