"""The originals' Python, as their pages have it; docs/originals.md lists every example with what is different."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import CLIENT, Programs, Server, write

API = "projects/shop/services/api"
FX_EF = "from strongroom import context\n"
# What the programs of the pages import: one line each, as the package's README has it.
QHUB = "from strongroom import SecretValue\n"


@pytest.fixture
def clean(server: Server) -> Iterator[Server]:
    yield server
    for scope in (API, "projects/shop", "platform"):
        for query in ("", "?environment=development"):
            for row in server.api("GET", f"{scope}/secrets{query}")["items"]:
                server.api("DELETE", f"{scope}/secrets/{row['name']}{query}")


# StreamZero

GET = """from fx_ef import context
context.secrets.get('secret_name')
"""

SET = """from fx_ef import context

context.secrets.set(name="platform_secret", value={"somekey":"someval"}, context="platform")
"""

SET_IN_TEXT = (
    """context.secrets.set("secret_name", {"somekey":"someval"}, "project")""",
    """context.secrets.set("secret_name", {"somekey":"someval"}, "platform")""",
)


def test_streamzeros_get_and_set_run_word_for_word(clean: Server, programs: Programs, tmp_path: Path) -> None:
    write(tmp_path, "fx_ef.py", FX_EF)

    def run(script: str) -> str:
        done = programs.run(tmp_path, str(write(tmp_path, "script.py", script)), environ=clean.settings())
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def show(name: str) -> str:
        return run(f"from fx_ef import context\nprint(repr(context.secrets.get('{name}')))\n")

    assert (run(GET), show("secret_name")) == ("", "None\n")
    run(SET)
    assert show("platform_secret") == "{'somekey': 'someval'}\n"
    for line in SET_IN_TEXT:
        run(f"from fx_ef import context\n{line}\n")
        assert show("secret_name") == "{'somekey': 'someval'}\n"
    rows = [clean.api("GET", f"{scope}/secrets?environment=development")["items"] for scope in ("projects/shop", "platform")]
    assert [sorted(row["name"] for row in found) for found in rows] == [["secret_name"], ["platform_secret", "secret_name"]]
    # "If secret with the same name already exist it will be updated"
    run(SET.replace("someval", "another"))
    assert show("platform_secret") == "{'somekey': 'another'}\n"


# qhub

PROGRAM = '''# user_code/src/program.py

from qhub.commons.secret import SecretValue
from pydantic import BaseModel
import requests

class InputData(BaseModel):
    endpoint: str

def run(data: InputData, api_token: SecretValue) -> dict:
    """
    Makes an authenticated API request using a secret token.
    """

    # Use the token for authentication
    headers = {
        "Authorization": f"Bearer {api_token.unwrap()}"  # Unwrap the secret value (can only be done once)
    }

    try:
        response = requests.get(data.endpoint, headers=headers)
        response.raise_for_status()
        return {
            "status": "success",
            "data": response.json()
        }
    except requests.RequestException as e:
        return {
            "status": "error",
            "message": str(e)
        }
'''

MANY = '''from qhub.commons.secret import SecretValue
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

POOL = '''from typing import Dict, Any
from qhub.commons.secret import SecretValue
from qhub.commons.datapool import DataPool
from pydantic import BaseModel

class InputData(BaseModel):
    model_name: str
    endpoint: str

def run(
    data: InputData,
    api_token: SecretValue,
    models: DataPool
) -> dict:
    """
    Loads a model from a Data Pool and uploads it to an API using secret credentials.
    """
    # Unwrap the secret
    token = api_token.unwrap()

    # Load the model from the Data Pool
    model_path = models.list_files()[data.model_name]
    with open(model_path, "rb") as f:
        model_data = f.read()

    # Upload the model using the authenticated API
    headers = {"Authorization": f"Bearer {token}"}
    # ... upload logic ...

    return {"status": "success", "model": data.model_name}
'''

EXPORT = """# Set the secret environment variable
export SECRET_API_TOKEN="your-test-token-here"

# Run your service
python -m src
"""

DOTENV = "SECRET_API_TOKEN=your-test-token-here\n"

EXPORT_DOTENV = """# Load environment variables from .env file
export $(cat .env | xargs)

# Run your service
python -m src
"""

EXPORT_MANY = """export SECRET_WEATHER_API_KEY="weather-token"
export SECRET_STOCK_API_KEY="stock-token"

python -m src
"""

EXPORT_POOL = """# Set the secret
export SECRET_API_TOKEN="your-token"

# Run with both secret and data pool (assuming a datapool directory and files at './input/models'
python -m src
"""

OPENAPI = """from qhub.commons.secret import SecretValue

def run(api_token: SecretValue) -> dict:
    pass
"""

# `requests.get` of one address, by the standard library: the tests install no HTTP client for a program of a page.
REQUESTS = """import json, urllib.error, urllib.request

class RequestException(OSError):
    pass

class Response:
    def __init__(self, status, text):
        self.status_code, self.text = status, text

    def raise_for_status(self):
        if self.status_code >= 400:
            raise RequestException(f"{self.status_code} Client Error")

    def json(self):
        return json.loads(self.text)

def get(url, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return Response(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, "")
    except OSError as error:
        raise RequestException(str(error)) from None
"""

# What the page's template brings as `src/__main__.py`.
MAIN = """import json
import strongroom

print(json.dumps(strongroom.run("src.program:run")))
"""

MAIN_POOL = """import json
import os
import strongroom
from src.program import DataPool

with open("input/data.json") as file:
    data = json.load(file)
print(json.dumps(strongroom.run("src.program:run", {"data": data, "models": DataPool("input/models")})))
"""

DATAPOOL = """import os

class DataPool:
    def __init__(self, path):
        self.path = path

    def list_files(self):
        return {name: os.path.join(self.path, name) for name in os.listdir(self.path)}
"""


@pytest.fixture
def user_code(tmp_path: Path) -> Path:
    """The directory of the page, as its template makes it."""
    write(tmp_path, "qhub/commons/secret.py", QHUB)
    write(tmp_path, "qhub/commons/datapool.py", DATAPOOL)
    write(tmp_path, "requests.py", REQUESTS)
    write(tmp_path, "src/__main__.py", MAIN)
    return tmp_path


def shell(folder: Path, script: str, programs: Programs, environ: dict[str, str]) -> object:
    """Runs a block of the page; what the program printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = programs.start(folder, ["sh", "-ec", script], {"INPUT_DIRECTORY": "input", "PATH": path, **environ})
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


class Guarded(BaseHTTPRequestHandler):
    """An API that answers who has the page's token."""

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == "Bearer your-test-token-here"
        self.send_response(200 if is_known else 401)
        self.end_headers()
        self.wfile.write(b'{"answer": 42}' if is_known else b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    listening = HTTPServer(("127.0.0.1", 0), Guarded)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}/"
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize("script", [EXPORT, EXPORT_DOTENV])
def test_qhubs_tutorial_runs_word_for_word(script: str, endpoint: str, user_code: Path, programs: Programs) -> None:
    write(user_code, "src/program.py", PROGRAM)
    write(user_code, ".env", DOTENV)
    write(user_code, "input/data.json", json.dumps({"endpoint": endpoint}))
    assert shell(user_code, script, programs, {}) == {"status": "success", "data": {"answer": 42}}
    other = script.replace("your-test-token-here", "another")
    if other != script:
        assert shell(user_code, other, programs, {}) == {"status": "error", "message": "401 Client Error"}


def test_qhubs_tutorial_takes_its_token_from_the_server(
    endpoint: str, user_code: Path, programs: Programs, clean: Server
) -> None:
    write(user_code, "src/program.py", PROGRAM)
    write(user_code, "input/data.json", json.dumps({"endpoint": endpoint}))
    clean.put(API, "SECRET_API_TOKEN", "your-test-token-here")
    environ = clean.settings()
    # Nothing is in the environment but the settings of the client.
    assert shell(user_code, "python -m src", programs, environ) == {"status": "success", "data": {"answer": 42}}
    under_run = f"exec {CLIENT} run -- python -m src"
    assert shell(user_code, under_run, programs, environ) == {"status": "success", "data": {"answer": 42}}


def test_qhubs_several_secrets_run_word_for_word(user_code: Path, programs: Programs) -> None:
    write(user_code, "src/program.py", MANY)
    write(user_code, "input/data.json", '{"fetch_weather": true, "fetch_stocks": true}')
    expected = {"weather": {"status": "success"}, "stocks": {"status": "success"}}
    assert shell(user_code, EXPORT_MANY, programs, {}) == expected


def test_qhubs_data_pool_is_handed_over_by_who_has_one(user_code: Path, programs: Programs) -> None:
    write(user_code, "src/program.py", POOL)
    write(user_code, "src/__main__.py", MAIN_POOL)
    write(user_code, "input/data.json", '{"model_name": "small", "endpoint": "https://example.com"}')
    write(user_code, "input/models/small", b"\0model")
    assert shell(user_code, EXPORT_POOL, programs, {}) == {"status": "success", "model": "small"}


def test_qhubs_openapi_example_has_the_pages_schema(user_code: Path, programs: Programs) -> None:
    write(user_code, "program.py", OPENAPI)
    done = programs.run(user_code, "-m", "strongroom", "openapi", "program:run")
    schema = json.loads(done.stdout)["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    secrets = schema["properties"]["$secrets"]
    # The page's YAML, key by key; ours says more beside it.
    assert (schema["type"], secrets["type"]) == ("object", "object")
    assert list(schema["properties"]) == ["$secrets"]
    assert list(secrets["properties"]) == ["api_token"]
    assert secrets["properties"]["api_token"]["type"] == "string"


# Flyte

TASKS = """import os
import flyte

env_1 = flyte.TaskEnvironment(
    name="env_1",
    secrets=[
        flyte.Secret(key="my_secret", as_env_var="MY_SECRET_ENV_VAR"),
    ]
)

@env_1.task
def task_1():
    my_secret_value = os.getenv("MY_SECRET_ENV_VAR")
    print(f"My secret value is: {my_secret_value}")

env_2 = flyte.TaskEnvironment(
    name="env_2",
    secrets=[
        flyte.Secret(key="my_secret", mount="/etc/flyte/secrets"),
    ]
)

@env_2.task
def task_2():
    with open("/etc/flyte/secrets/my_secret", "r") as f:
        my_secret_file_content = f.read()
    print(f"My secret file content is: {my_secret_file_content}")
"""

# Only what the page's program says about secrets; tasks are Flyte's own.
FLYTE = """from dataclasses import dataclass, field
from strongroom import Secret

@dataclass
class TaskEnvironment:
    name: str
    secrets: list = field(default_factory=list)

    def task(self, function):
        return function
"""

LINE = """import sys
import program
from strongroom import run_line

environment = getattr(program, sys.argv[1])
print(run_line(environment.secrets, ["python", "-c", f"import program; program.{sys.argv[2]}()"]))
"""


@pytest.mark.parametrize(
    ("environment", "task", "printed"),
    [
        ("env_1", "task_1", "My secret value is: a value\n"),
        ("env_2", "task_2", "My secret file content is: a value\n"),
    ],
)
def test_flytes_tasks_run_word_for_word_under_the_line_that_their_secrets_make(
    environment: str, task: str, printed: str, clean: Server, programs: Programs, tmp_path: Path
) -> None:
    if environment == "env_2" and not os.access("/etc", os.W_OK):
        pytest.skip("the page's path is below /etc, where this user may not write")
    write(tmp_path, "flyte.py", FLYTE)
    write(tmp_path, "program.py", TASKS)
    write(tmp_path, "line.py", LINE)
    clean.put(API, "my_secret", "a value")
    line = programs.run(tmp_path, "line.py", environment, task).stdout
    assert line.startswith("strongroom run "), line
    path = os.pathsep.join([str(CLIENT.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = programs.start(tmp_path, ["sh", "-ec", line], {**clean.settings(), "PATH": path})
    assert (done.returncode, done.stdout) == (0, printed), done.stderr
    assert not Path("/etc/flyte/secrets/my_secret").exists()
