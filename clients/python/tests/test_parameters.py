"""Which variable a parameter comes from, and which parameters are secrets."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest
from conftest import write

from strongroom import ConfigurationError, SecretValue, variable_of_parameter
from strongroom.parameters import load, parameters_of


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("api_token", "SECRET_API_TOKEN"),
        ("ibmToken", "SECRET_IBM_TOKEN"),
        ("iqm_token", "SECRET_IQM_TOKEN"),
        ("database_password", "SECRET_DATABASE_PASSWORD"),
        ("API_KEY", "SECRET_API_KEY"),
        ("APIKEY", "SECRET_APIKEY"),
        ("ID", "SECRET_ID"),
        ("T", "SECRET_T"),
        ("A1", "SECRET_A1"),
        ("APIToken", "SECRET_A_P_I_TOKEN"),
        ("myAPIKey", "SECRET_MY_A_P_I_KEY"),
        ("HTTPServerToken", "SECRET_H_T_T_P_SERVER_TOKEN"),
        ("userID", "SECRET_USER_I_D"),
        ("apiKEY", "SECRET_API_K_E_Y"),
        ("Token", "SECRET_TOKEN"),
        ("ApiKey", "SECRET_API_KEY"),
        ("aB", "SECRET_A_B"),
        ("AB", "SECRET_AB"),
        ("kEy", "SECRET_K_EY"),
        ("über", "SECRET_ÜBER"),
        ("straße", "SECRET_STRASSE"),
        ("naïveKey", "SECRET_NAÏVE_KEY"),
    ],
)
def test_a_name_becomes_a_variable_by_the_originals_rule(name: str, variable: str) -> None:
    assert variable_of_parameter(name) == variable


def secrets_in(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str, source: str) -> dict[str, tuple[bool, bool]]:
    write(folder, f"{module}.py", source)
    monkeypatch.syspath_prepend(str(folder))
    return {p.name: (p.is_secret, p.is_optional) for p in parameters_of(load(f"{module}:run"))}


FORMS = """
from typing import Any, Dict, List, Literal, Optional, Union
from strongroom import SecretValue
import strongroom as vault

def run(
    plain: SecretValue,
    optional: Optional[SecretValue],
    either: Union[SecretValue, str],
    three: Union[SecretValue, str, None],
    several: List[SecretValue],
    dotted: vault.SecretValue = None,
    quoted: "SecretValue" = None,
    inside: Optional["SecretValue"] = None,
    data: Dict[str, Any] = {},
    word: Literal["a|b"] = "a|b",
    untyped=1,
    *args: SecretValue,
    **more: SecretValue,
) -> dict:
    return {}
"""
EXPECTED = {
    "plain": (True, False),
    "optional": (True, True),
    "either": (True, False),
    "three": (True, False),
    "several": (False, False),
    "dotted": (True, False),
    "quoted": (True, False),
    "inside": (True, True),
    "data": (False, False),
    "word": (False, False),
    "untyped": (False, False),
}


def test_annotations_say_which_parameters_are_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets_in(tmp_path, monkeypatch, "forms_as_objects", FORMS) == EXPECTED


def test_annotations_that_are_texts_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from __future__ import annotations\n" + FORMS
    assert secrets_in(tmp_path, monkeypatch, "forms_as_texts", source) == EXPECTED


def test_a_bar_with_none_is_optional_on_every_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
from __future__ import annotations
from strongroom import SecretValue
def run(a: SecretValue | None, b: None | SecretValue, c: dict[str, int] | None, d: SecretValue | str | None): ...
"""
    found = secrets_in(tmp_path, monkeypatch, "bars", source)
    assert found == {"a": (True, True), "b": (True, True), "c": (False, True), "d": (True, False)}


def test_a_decorated_or_inner_function_is_understood() -> None:
    Alias = typing.Optional[SecretValue]  # noqa: N806

    def inner(token: Alias) -> object:
        return Alias if token is None else None

    assert [(p.is_secret, p.is_optional) for p in parameters_of(inner)] == [(True, True)]


def test_two_parameters_that_meet_in_one_variable_are_refused() -> None:
    def run(apiToken: SecretValue, api_token: SecretValue) -> None:  # noqa: N803
        pass

    with pytest.raises(ConfigurationError, match="'apiToken' and 'api_token' would both come from SECRET_API_TOKEN"):
        parameters_of(run)


def test_an_annotation_that_means_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from __future__ import annotations\ndef run(token: Nowhere): ...\n"
    with pytest.raises(ConfigurationError, match="`Nowhere` of 'token' cannot be evaluated: NameError"):
        secrets_in(tmp_path, monkeypatch, "nowhere", source)


@pytest.mark.parametrize(
    ("entrypoint", "sentence"),
    [
        ("program", "not of the form package.module:function"),
        ("a b:run", "not of the form package.module:function"),
        (":run", "not of the form package.module:function"),
        ("no_such_module_here:run", "there is no module no_such_module_here"),
        ("json.no_such_part:run", "there is no module json.no_such_part"),
        ("json:no_such_function", "the module json has no function no_such_function"),
    ],
)
def test_an_entry_point_that_is_not_there_is_named(entrypoint: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load(entrypoint)
