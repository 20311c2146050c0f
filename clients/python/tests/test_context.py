"""context.secrets and context.params against the real server."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MARKER, Programs, Server, write

from strongroom import Context, InvalidNameError, SecretValue, SetResult
from strongroom.execution import Secrets

API = "projects/shop/services/api"


@pytest.fixture
def secrets(server: Server) -> Iterator[Secrets]:
    """Of shop/api in development, as an admin; what a test has written is removed again."""
    found = Context(server.settings(), []).secrets
    assert isinstance(found, Secrets)
    yield found
    for scope in (API, "projects/shop/services/web", "projects/shop", "platform"):
        for query in ("", "?environment=development"):
            for row in server.api("GET", f"{scope}/secrets{query}")["items"]:
                server.api("DELETE", f"{scope}/secrets/{row['name']}{query}")


def other(server: Server, service: str) -> Secrets:
    found = Context(server.settings(service), []).secrets
    assert isinstance(found, Secrets)
    return found


def test_service_then_project_then_platform(server: Server, secrets: Secrets) -> None:
    assert secrets.get("DB_NAME") is None
    server.put("platform", "DB_NAME", f"{MARKER} platform")
    assert secrets.get("DB_NAME") == f"{MARKER} platform"
    server.put("projects/shop", "DB_NAME", f"{MARKER} project")
    assert secrets.get("DB_NAME") == f"{MARKER} project"
    server.put(API, "DB_NAME", f"{MARKER} service")
    assert secrets.get("DB_NAME") == f"{MARKER} service"
    assert other(server, "shop/web").get("DB_NAME") == f"{MARKER} project"
    assert other(server, "lab/probe").get("DB_NAME") == f"{MARKER} platform"


def test_the_environment_comes_before_all_environments(server: Server, secrets: Secrets) -> None:
    server.put(API, "KEY", "all")
    server.put(API, "KEY", "here", environment="development")
    assert secrets.get("KEY") == "here"
    staging = Context({**server.settings(), "STRONGROOM_ENVIRONMENT": "staging"}, [])
    assert staging.secrets.get("KEY") == "all"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"somekey":"someval"}', {"somekey": "someval"}),
        ('[1, [2.5, null], {"a": true}]', [1, [2.5, None], {"a": True}]),
        ('"text"', "text"),
        ("12345678901234567890", 12345678901234567890),
    ],
)
def test_json_is_the_python_value(text: str, value: object, server: Server, secrets: Secrets) -> None:
    server.put(API, "TREE", text, "json")
    assert secrets.get("TREE") == value


def test_a_file_is_bytes(server: Server, secrets: Secrets) -> None:
    server.put(API, "tls.crt", "AP/+Cg==", "file")
    assert secrets.get("tls.crt") == b"\x00\xff\xfe\n"


@pytest.mark.parametrize(("text", "kind", "value"), [("", "text", ""), ("0", "json", 0), ("false", "json", False)])
def test_an_empty_value_is_a_value(text: str, kind: str, value: object, server: Server, secrets: Secrets) -> None:
    server.put("platform", "FALSY", "of the platform")
    server.put(API, "FALSY", text, kind)
    found = secrets.get("FALSY")
    assert found == value
    assert type(found) is type(value)


def test_a_service_token_suffices_to_read(server: Server, secrets: Secrets) -> None:
    server.put("projects/shop", "SHARED", f"{MARKER} shared")
    token = server.service_token("shop", "api")
    context = Context(server.settings(token=token), [])
    assert context.secrets.get("SHARED") == secrets.get("SHARED") == f"{MARKER} shared"
    assert context.secrets.get("NOPE") is None


def test_every_read_is_in_the_audit(server: Server, secrets: Secrets) -> None:
    server.put(API, "AUDITED", f"{MARKER} audited")
    secrets.get("AUDITED")
    assert "AUDITED" in json.dumps([r for r in server.api("GET", "audit")["items"] if "service.read" in json.dumps(r)])


@pytest.mark.parametrize("level", ["project", "platform"])
def test_what_is_set_is_what_is_got(level: str, secrets: Secrets) -> None:
    for value in ({"somekey": "someval"}, [1, 2], "text", "", b"\x00\xff", 0, None):
        status, body = secrets.set("secret_name", value, level)
        assert status == 200, body
        assert json.loads(body)["name"] == "secret_name"
        assert secrets.get("secret_name") == value


def test_set_answers_with_a_tuple_without_the_value(secrets: Secrets) -> None:
    result = secrets.set(name="platform_secret", value={"somekey": f"{MARKER}"}, context="platform")
    assert isinstance(result, tuple)
    assert isinstance(result, SetResult)
    assert MARKER not in result.body


def test_set_stays_in_its_environment(server: Server, secrets: Secrets) -> None:
    secrets.set("ONLY_HERE", "x", "project")
    staging = Context({**server.settings(), "STRONGROOM_ENVIRONMENT": "staging"}, [])
    assert (secrets.get("ONLY_HERE"), staging.secrets.get("ONLY_HERE")) == ("x", None)


@pytest.mark.parametrize("level", ["service", "Project", "", "platform "])
def test_any_other_context_is_refused_in_the_originals_manner(level: str, server: Server, secrets: Secrets) -> None:
    status, body = secrets.set("REFUSED", f"{MARKER}", level)
    assert status == 400
    assert "`project` or `platform`" in body
    assert MARKER not in body
    assert secrets.get("REFUSED") is None
    with pytest.raises(urllib.error.HTTPError, match="404"):
        server.api("GET", f"{API}/secrets/REFUSED")


def test_a_refusal_of_the_server_is_an_answer_too(server: Server, secrets: Secrets) -> None:
    reader = Context(server.settings(token=server.service_token("shop", "api")), []).secrets
    status, body = reader.set("REFUSED", f"{MARKER}", "project")
    assert status == 404
    assert json.loads(body)["status"] == status
    assert MARKER not in body
    assert secrets.get("REFUSED") is None
    status, _ = secrets.set("TOO_LARGE", "x" * (1024 * 1024 + 1), "project")
    assert status in (413, 422)


def test_set_wants_all_three(secrets: Secrets) -> None:
    with pytest.raises(TypeError, match="context"):
        secrets.set("n", "v")  # type: ignore[call-arg]


@pytest.mark.parametrize("value", [SecretValue("x"), {1, 2}, float("nan"), {"a": object()}, {(1, 2): MARKER}])
def test_what_is_no_json_is_refused_without_showing_it(value: object, secrets: Secrets) -> None:
    with pytest.raises(TypeError, match="a secret is a str, bytes, or what JSON can hold") as error:
        secrets.set("n", value, "project")
    assert MARKER not in repr((error.value, error.value.__context__, error.value.__cause__))


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "-a", ".a", "ä", "x" * 254, "a?b", "a\n"])
def test_a_wrong_name_is_refused_before_anything_is_sent(name: str, secrets: Secrets) -> None:
    with pytest.raises(InvalidNameError, match="is not the name of a secret"):
        secrets.get(name)
    with pytest.raises(InvalidNameError):
        secrets.set(name, "v", "project")


def test_params_are_the_first_argument_without_secrets() -> None:
    given = json.dumps({"package_name": "p", "n": 1, "secrets": {"DB": f"{MARKER}"}})
    assert Context({}, ["program", given]).params == {"package_name": "p", "n": 1}
    assert Context({}, ["program"]).params == {}
    assert Context({"STRONGROOM_SERVICE": "api"}, ["program"]).params == {"package_name": "api"}


SCRIPT = """from fx_ef import context

print(f"DB NAME: {context.secrets.get('DB_NAME')}")
print(f"DB PASS: {context.secrets.get('DB_PASS')}")

print(f"PACKAGE NAME: {context.params.get('package_name')}")
"""


def test_streamzeros_script_runs_word_for_word(server: Server, secrets: Secrets, programs: Programs, tmp_path: Path) -> None:
    assert secrets.get("DB_NAME") is None
    upload = {"DB_NAME": "test_db", "DB_PASS": "supersecretpas$"}
    server.api("POST", f"{API}/import", upload)
    write(tmp_path, "fx_ef.py", "from strongroom import context\n")
    script = write(tmp_path, "test_secrets.py", SCRIPT)
    done = programs.run(tmp_path, str(script), environ=server.settings())
    assert done.stdout == "DB NAME: test_db\nDB PASS: supersecretpas$\nPACKAGE NAME: api\n", done.stderr
