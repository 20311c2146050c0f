"""strongroom.run and `python -m strongroom run`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Optional, Union

import pytest
from conftest import MARKER, Programs, Server, everything_about, write
from pydantic import BaseModel

from strongroom import InputError, MissingSecretError, SecretValue, UnusableSecretError, run

TOKEN = f"{MARKER}-token"


class InputData(BaseModel):
    endpoint: str


def test_a_secret_comes_from_its_variable_and_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(data: InputData, api_token: SecretValue, ibmToken: SecretValue) -> list[str]:  # noqa: N803
        assert "SECRET_API_TOKEN" not in os.environ
        assert "SECRET_IBM_TOKEN" not in os.environ
        return [data.endpoint, api_token.unwrap(), ibmToken.unwrap()]

    monkeypatch.setenv("SECRET_API_TOKEN", TOKEN)
    monkeypatch.setenv("SECRET_IBM_TOKEN", "")
    assert run(program, {"data": {"endpoint": "e"}}) == ["e", TOKEN, ""]


def test_a_missing_secret_stops_everything_with_the_originals_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def program(api_token: SecretValue, other: Optional[SecretValue]) -> None:  # noqa: ARG001
        raise AssertionError("called")

    environ = {"SECRET_OTHER": TOKEN}
    with pytest.raises(ValueError, match="Required secret") as error:
        run(program, {}, environ=environ)
    assert isinstance(error.value, MissingSecretError)
    sentence = "Required secret parameter 'api_token' not found. Expected environment variable: SECRET_API_TOKEN"
    assert str(error.value) == sentence
    assert isinstance(error.value.__cause__, KeyError)
    assert "'SECRET_API_TOKEN' not found for parameter 'api_token'" in str(error.value.__cause__)
    assert "Environment variable not found for secret parameter 'api_token'" in caplog.text
    assert environ == {"SECRET_OTHER": TOKEN}


def test_an_optional_secret_is_none_whatever_its_default() -> None:
    def program(
        a: Optional[SecretValue],
        b: Optional[SecretValue] = SecretValue("dflt"),  # noqa: B008
    ) -> tuple[object, object]:
        return a, b

    assert run(program, {}, environ={}) == (None, None)


def test_a_default_of_none_does_not_make_a_secret_optional() -> None:
    def program(a: SecretValue = None) -> None:  # type: ignore[assignment]
        pass

    def either(a: Union[SecretValue, str]) -> None:
        pass

    for function in (program, either):
        with pytest.raises(MissingSecretError):
            run(function, {}, environ={})


def test_an_input_named_like_a_secret_is_not_its_value() -> None:
    def program(api_token: Optional[SecretValue]) -> object:
        return api_token

    assert run(program, {"api_token": "from the input"}, environ={}) is None


def test_inputs_are_read_from_a_directory_by_name(tmp_path: Path) -> None:
    write(tmp_path, "data.json", '{"endpoint": "e"}')
    write(tmp_path, "more.json", "[1, 2]")

    def program(data: InputData, more: object, /, rest: int = 7, *, last: Optional[str]) -> list[object]:
        return [data.endpoint, more, rest, last]

    assert run(program, environ={"INPUT_DIRECTORY": str(tmp_path)}) == ["e", [1, 2], 7, None]


def test_an_input_that_is_missing_or_wrong_is_told_without_its_content(tmp_path: Path) -> None:
    def program(data: InputData) -> None:  # noqa: ARG001
        raise AssertionError("called")

    with pytest.raises(InputError, match="Required input parameter 'data' not found"):
        run(program, {}, environ={})
    with pytest.raises(InputError, match="the input 'data' does not fit: endpoint: ") as error:
        run(program, {"data": {"endpoint": [MARKER]}}, environ={})
    assert MARKER not in everything_about(error.value)
    write(tmp_path, "data.json", f'{{"endpoint": "{MARKER}"')
    with pytest.raises(InputError, match=r"data\.json is not JSON: line 1, column \d+") as error:
        run(program, environ={"INPUT_DIRECTORY": str(tmp_path)})
    assert MARKER not in everything_about(error.value)


def test_an_asynchronous_function_is_awaited() -> None:
    async def program(key: SecretValue) -> str:
        return key.unwrap()

    assert run(program, {}, environ={"SECRET_KEY": TOKEN}) == TOKEN


def of_the_server(server: Server, **more: str) -> object:
    def program(api_token: SecretValue) -> str:
        return api_token.unwrap()

    return run(program, {}, environ={**server.settings("lab/probe"), **more})


PROBE = "projects/lab/services/probe"


def test_a_secret_comes_from_the_server_by_its_variables_name(server: Server) -> None:
    with pytest.raises(MissingSecretError):
        of_the_server(server)
    server.put("projects/lab", "secret-api.token", f"{TOKEN} by name")
    assert of_the_server(server) == f"{TOKEN} by name"
    assert of_the_server(server, SECRET_API_TOKEN="environment first") == "environment first"


def test_two_secrets_for_one_variable_are_refused(server: Server) -> None:
    server.put(PROBE, "SECRET_API_TOKEN", f"{TOKEN} second")
    with pytest.raises(UnusableSecretError, match=r"SECRET_API_TOKEN and secret-api\.token would both become"):
        of_the_server(server)
    server.api("DELETE", f"{PROBE}/secrets/SECRET_API_TOKEN")


def test_a_binding_comes_first_and_may_pin_its_scope(server: Server) -> None:
    server.put("projects/lab", "TARGET", f"{TOKEN} project")
    server.put(PROBE, "TARGET", f"{TOKEN} service")
    binding = {"target": {"env": "SECRET_API_TOKEN"}, "secret": "TARGET"}
    server.api("PUT", f"{PROBE}/bindings", [binding])
    assert of_the_server(server) == f"{TOKEN} service"
    server.api("PUT", f"{PROBE}/bindings", [{**binding, "scope": {"level": "project", "project": "lab"}}])
    assert of_the_server(server) == f"{TOKEN} project"
    server.api("PATCH", f"{PROBE}/delivery", {"mode": "bound"})
    assert of_the_server(server) == f"{TOKEN} project"
    server.api("PUT", f"{PROBE}/bindings", [])
    with pytest.raises(MissingSecretError):
        of_the_server(server)
    server.api("PATCH", f"{PROBE}/delivery", {"mode": "all"})


def test_bytes_that_are_no_text_are_refused(server: Server) -> None:
    server.put(PROBE, "RAW", "//8=", "file")
    server.api("PUT", f"{PROBE}/bindings", [{"target": {"env": "SECRET_API_TOKEN"}, "secret": "RAW"}])
    with pytest.raises(UnusableSecretError, match="the secret RAW is not UTF-8"):
        of_the_server(server)
    server.api("PUT", f"{PROBE}/bindings", [])


PROGRAM = """
from __future__ import annotations
import os
from pydantic import BaseModel
from strongroom import SecretValue

class InputData(BaseModel):
    endpoint: str

def run(data: InputData, api_token: SecretValue, more: SecretValue | None = None) -> dict:
    assert not [name for name in os.environ if name.startswith("SECRET_")]
    if data.endpoint == "raise":
        raise OSError(f"cannot connect with {api_token.unwrap()}")
    if data.endpoint == "leak":
        return {"echo": "Bearer " + api_token.unwrap()}
    if data.endpoint == "object":
        return {"secret": api_token}
    print("a line of the program")
    return {"endpoint": data.endpoint, "length": len(api_token.unwrap()), "more": more}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "user_code/src/program.py", PROGRAM)
    return tmp_path


ENVIRON = {"SECRET_API_TOKEN": TOKEN}
WORDS = ("-m", "strongroom", "run", "user_code.src.program:run", "--input", "-")


def test_the_command_runs_a_program(folder: Path, programs: Programs) -> None:
    done = programs.run(folder, *WORDS, environ=ENVIRON, stdin='{"endpoint": "e"}')
    line, result = done.stdout.splitlines()
    assert (done.returncode, line) == (0, "a line of the program"), done.stderr
    assert json.loads(result) == {"endpoint": "e", "length": len(TOKEN), "more": None}
    write(folder, "in/data.json", '{"endpoint": "file"}')
    for words in (WORDS[:3], (*WORDS[:4], "--input", "in/data.json")):
        done = programs.run(folder, *words, environ={**ENVIRON, "INPUT_DIRECTORY": "in"})
        assert '"endpoint": "file"' in done.stdout, done.stderr


def test_the_command_takes_the_secret_from_the_server(folder: Path, programs: Programs, server: Server) -> None:
    environ = server.settings("lab/probe", server.service_token("lab", "probe"))
    done = programs.run(folder, *WORDS, environ=environ, stdin='{"endpoint": "e"}')
    assert json.loads(done.stdout.splitlines()[1])["length"] == len(f"{TOKEN} by name"), done.stderr


@pytest.mark.parametrize("endpoint", ["raise", "leak", "object"])
def test_no_value_leaves_through_result_or_traceback(endpoint: str, folder: Path, programs: Programs) -> None:
    done = programs.run(folder, *WORDS, environ=ENVIRON, stdin=json.dumps({"endpoint": endpoint}))
    assert MARKER not in done.stdout + done.stderr
    if endpoint == "leak":
        assert json.loads(done.stdout) == {"echo": "Bearer [redacted]"}
    else:
        assert done.returncode == 1
        expected = (
            "OSError: cannot connect with [redacted]" if endpoint == "raise" else "SecretValue is not JSON serializable"
        )
        assert expected in done.stderr


def test_a_failure_is_one_sentence_and_exit_code_1(folder: Path, programs: Programs) -> None:
    done = programs.run(folder, *WORDS, stdin='{"endpoint": "e"}')
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == (
        "strongroom: Required secret parameter 'api_token' not found. Expected environment variable: SECRET_API_TOKEN"
    )
    for words, stdin, sentence in (
        (WORDS, '{"endpoint": ', "stdin is not JSON: line 1, column"),
        ((*WORDS[:5], "none.json"), "", "No such file or directory: 'none.json'"),
        ((*WORDS[:3], "nowhere:run"), "", "there is no module nowhere"),
    ):
        done = programs.run(folder, *words, environ=ENVIRON, stdin=stdin)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
        assert sentence in done.stderr
    assert programs.run(folder, "-m", "strongroom").returncode == 2


QHUB = '''from qhub.commons.secret import SecretValue
from pydantic import BaseModel
import requests

class InputData(BaseModel):
    fetch_weather: bool
    fetch_stocks: bool

def run(data: InputData, weather_api_key: SecretValue, stock_api_key: SecretValue) -> dict:
    """
    Fetches data from multiple APIs using different credentials.
    """
    results = {}

    if data.fetch_weather:
        weather_token = weather_api_key.unwrap()
        # Use weather_token for weather API...
        results["weather"] = {"status": "success"}

    if data.fetch_stocks:
        stock_token = stock_api_key.unwrap()
        # Use stock_token for stock API...
        results["stocks"] = {"status": "success"}

    return results
'''


def test_qhubs_program_runs_word_for_word(programs: Programs, tmp_path: Path) -> None:
    write(tmp_path, "qhub/commons/secret.py", "from strongroom import SecretValue\n")
    write(tmp_path, "requests.py", "")
    write(tmp_path, "user_code/src/program.py", QHUB)
    environ = {"SECRET_WEATHER_API_KEY": "weather-token", "SECRET_STOCK_API_KEY": "stock-token"}
    stdin = '{"fetch_weather": true, "fetch_stocks": true}'
    done = programs.run(tmp_path, *WORDS, environ=environ, stdin=stdin)
    assert json.loads(done.stdout) == {"weather": {"status": "success"}, "stocks": {"status": "success"}}, done.stderr
    done = programs.run(tmp_path, *WORDS, environ={"SECRET_STOCK_API_KEY": "stock-token"}, stdin=stdin)
    assert "Expected environment variable: SECRET_WEATHER_API_KEY" in done.stderr
