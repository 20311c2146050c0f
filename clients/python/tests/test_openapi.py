"""`python -m strongroom openapi`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

from conftest import Programs, write
from pydantic import BaseModel

from strongroom import SecretValue
from strongroom.openapi import document


class Inner(BaseModel):
    depth: int


class InputData(BaseModel):
    endpoint: str
    inner: Optional[Inner] = None


def body_of(function: Callable[..., object]) -> Any:
    found: Any = document(function)
    return found["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def secrets_of(*names: str) -> dict[str, object]:
    return {
        "type": "object",
        "description": "Secret values to be injected as environment variables",
        "properties": {name: {"type": "string", "description": f"Secret value for parameter '{name}'"} for name in names},
        "additionalProperties": False,
    }


def test_a_secret_alone_is_all_there_is() -> None:
    def run(api_token: SecretValue) -> None: ...

    assert body_of(run) == {
        "type": "object",
        "properties": {"$secrets": secrets_of("api_token")},
        "required": ["$secrets"],
    }


def test_required_has_the_readmes_form_and_names_stay() -> None:
    def run(data: str, api_token: SecretValue, ibmToken: Optional[SecretValue]) -> dict: ...  # type: ignore[empty-body, type-arg]  # noqa: N803

    assert body_of(run) == {
        "type": "object",
        "properties": {"data": {"type": "string"}, "$secrets": secrets_of("api_token", "ibmToken")},
        "required": ["data", "$secrets"],
    }


def test_models_become_components() -> None:
    def run(data: InputData, count: int = 1, note: Optional[str] = None) -> list[Inner]: ...  # type: ignore[empty-body]

    found: Any = document(run)
    assert found["openapi"] == "3.1.0"
    assert body_of(run)["required"] == ["data"]
    assert body_of(run)["properties"]["count"] == {"type": "integer"}
    assert body_of(run)["properties"]["data"]["properties"]["endpoint"] == {"title": "Endpoint", "type": "string"}
    assert found["components"]["schemas"]["Inner"]["required"] == ["depth"]
    references = json.dumps(found).count("#/components/schemas/Inner")
    assert references >= 2


def test_without_parameters_there_is_no_body() -> None:
    def run() -> str: ...  # type: ignore[empty-body]

    found: Any = document(run)
    assert "requestBody" not in found["paths"]["/"]["post"]
    assert document(run)["info"] == {"title": "run", "version": "1"}


def test_the_command_prints_the_document(tmp_path: Path, programs: Programs) -> None:
    source = "from strongroom import SecretValue\ndef run(api_token: SecretValue) -> dict:\n    pass\n"
    write(tmp_path, "program.py", source)
    done = programs.run(tmp_path, "-m", "strongroom", "openapi", "program:run")
    found = json.loads(done.stdout)
    schema = found["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"] == {"$secrets": secrets_of("api_token")}


def test_without_pydantic_plain_types_still_work(tmp_path: Path, programs: Programs) -> None:
    write(tmp_path, "pydantic.py", "raise ModuleNotFoundError(name='pydantic')\n")
    write(tmp_path, "plain.py", "def run(n: int, s: str): ...\n")
    write(tmp_path, "generic.py", "from typing import List\ndef run(n: List[int]): ...\n")
    done = programs.run(tmp_path, "-m", "strongroom", "openapi", "plain:run")
    assert (done.returncode, json.loads(done.stdout)["openapi"]) == (0, "3.1.0"), done.stderr
    done = programs.run(tmp_path, "-m", "strongroom", "openapi", "generic:run")
    assert done.returncode == 1
    assert "needs pydantic: pip install 'strongroom[openapi]'" in done.stderr
