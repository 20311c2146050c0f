"""Secrets asked for in Flyte's words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Optional, Union

import pytest
from conftest import CLIENT, MARKER, Programs, Server

from strongroom import InvalidNameError, Secret, run_line, secrets_of


@pytest.mark.parametrize(
    ("key", "group", "variable"),
    [
        ("my-secret", None, "MY_SECRET"),
        ("my-api-key", None, "MY_API_KEY"),
        ("api-key", "openai", "OPENAI_API_KEY"),
        ("my_secret", "", "MY_SECRET"),
    ],
)
def test_the_variable_is_derived_from_group_and_key(key: str, group: Optional[str], variable: str) -> None:
    assert Secret(key, group).as_env_var == variable
    assert Secret(key, group, as_env_var="").as_env_var == variable


def test_a_variable_that_is_given_is_kept() -> None:
    for variable in ("OPENAI_API_KEY", "A1_B", "_X"):
        assert Secret("my-secret", as_env_var=variable).as_env_var == variable


@pytest.mark.parametrize("variable", ["invalid-name", "lowercase", "1A", "A-B", "A ", "A\n", "Ä"])
def test_a_wrong_variable_is_refused(variable: str) -> None:
    with pytest.raises(ValueError, match="Invalid environment variable name: ") as error:
        Secret("my-secret", as_env_var=variable)
    assert str(error.value) == f"Invalid environment variable name: {variable}, must match ^[A-Z_][A-Z0-9_]*$"


@pytest.mark.parametrize(
    ("key", "group"), [("my.secret", None), ("1secret", None), ("my secret", None), ("k", "arn:aws:sm")]
)
def test_a_derived_variable_obeys_the_same_rule_unless_mounted(key: str, group: Optional[str]) -> None:
    with pytest.raises(ValueError, match="must match"):
        Secret(key, group)
    assert Secret(key, group, mount="/etc/flyte/secrets").as_env_var is None


def test_only_one_mount_is_supported() -> None:
    good: list[Union[str, Path]] = ["/etc/flyte/secrets", Path("/etc/flyte/secrets"), Path("/etc/flyte/secrets/")]
    for mount in good:
        assert Secret("k", mount=mount).path == "/etc/flyte/secrets/k"
    for wrong in ("/other/secrets", "/etc/flyte/secrets/"):
        with pytest.raises(ValueError, match=r"^Only /etc/flyte/secrets is supported as secret mount path today\.$"):
            Secret("k", mount=wrong, as_env_var="lowercase")


def test_a_request_is_one_or_several() -> None:
    assert secrets_of("a") == [Secret("a")]
    assert secrets_of(["a", Secret("b")]) == [Secret("a"), Secret("b")]
    with pytest.raises(TypeError, match=r"^Expected secrets to be of type SecretRequest, got <class 'int'>$"):
        secrets_of(123)


def test_the_stable_hash_is_the_originals() -> None:
    assert Secret("k").stable_hash() == "eb07b32daef5ab2b2da41e8d5cd4be47e63ba1afbc781852edfc10918c9927a9"
    assert hash(Secret("k")) == hash(Secret("k"))


def test_flags_and_bindings_say_the_same() -> None:
    variable = Secret(key="my_secret", as_env_var="MY_SECRET_ENV_VAR")
    assert variable.run_flags() == ["--secret", "MY_SECRET_ENV_VAR=my_secret"]
    assert variable.binding() == {"target": {"env": "MY_SECRET_ENV_VAR"}, "secret": "my_secret"}
    file = Secret(key="my_secret", mount="/etc/flyte/secrets")
    assert file.run_flags() == ["--file", "/etc/flyte/secrets/my_secret=my_secret"]
    assert file.binding() == {"target": {"file": "/etc/flyte/secrets/my_secret"}, "secret": "my_secret"}
    both = Secret(key="k", mount="/etc/flyte/secrets", as_env_var="K_PATH")
    assert both.run_flags() == ["--file", "/etc/flyte/secrets/k=k", "--env", "K_PATH=/etc/flyte/secrets/k"]


def test_a_name_that_strongroom_cannot_hold_is_refused_when_it_is_needed() -> None:
    with pytest.raises(InvalidNameError):
        Secret("arn:aws", mount="/etc/flyte/secrets").run_flags()


def test_a_line_is_quoted_for_a_shell() -> None:
    line = run_line([Secret("my-secret"), "b"], ["echo", "a b"])
    assert line == "strongroom run --secret MY_SECRET=my-secret --secret B=b -- echo 'a b'"


def test_the_real_command_line_delivers_what_a_secret_asks_for(server: Server, programs: Programs, tmp_path: Path) -> None:
    server.put("projects/lab/services/probe", "openai_api-key", f"{MARKER} of flyte")
    secret = Secret("api-key", group="openai", as_env_var="MY_SECRET_ENV_VAR")
    check = f"import os; print(os.environ['MY_SECRET_ENV_VAR'] == '{MARKER}' + ' of flyte')"
    command = [str(CLIENT), "run", *secret.run_flags(), "--", sys.executable, "-c", check]
    done = programs.start(tmp_path, command, server.settings("lab/probe"))
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_the_real_server_takes_the_bindings(server: Server) -> None:
    wanted = [Secret("my_secret", as_env_var="MY_SECRET_ENV_VAR"), Secret("my_secret", mount="/etc/flyte/secrets")]
    server.put("projects/shop/services/web", "my_secret", f"{MARKER} bound")
    server.api("PUT", "projects/shop/services/web/bindings", [secret.binding() for secret in wanted])
    kept = server.api("GET", "projects/shop/services/web/bindings")
    kept = kept["items"] if isinstance(kept, dict) else kept
    targets = [binding["target"] for binding in kept]
    assert sorted(targets, key=str) == [{"env": "MY_SECRET_ENV_VAR"}, {"file": "/etc/flyte/secrets/my_secret"}]
    server.api("PUT", "projects/shop/services/web/bindings", [])
