"""SecretValue: the original's behaviour, and where ours is tighter."""

from __future__ import annotations

import copy
import hmac
import json
import logging
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import MARKER

from strongroom import SecretValue

VALUE = f"{MARKER}-my-secret-password"


def test_every_text_form_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    secret = SecretValue(VALUE)
    assert str(secret) == f"{secret}" == "%s" % secret == "[redacted]"  # noqa: UP031
    assert repr(secret) == f"{secret!r}" == "SecretValue([redacted])"
    assert str([secret]) == "[SecretValue([redacted])]"
    logging.getLogger("test").warning("it is %s", secret)
    assert "it is [redacted]" in caplog.text
    secret.unwrap()
    assert (str(secret), repr(secret)) == ("[redacted]", "SecretValue([redacted])")


def test_it_unwraps_once() -> None:
    secret = SecretValue(VALUE)
    assert not secret.is_locked
    assert secret.unwrap() == VALUE
    assert secret.is_locked
    with pytest.raises(ValueError, match=r"^Secret is locked and cannot be unwrapped$"):
        secret.unwrap()


def test_many_threads_get_it_once() -> None:
    def take(secret: SecretValue) -> bool:
        try:
            return secret.unwrap() == VALUE
        except ValueError:
            return False

    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            secret = SecretValue(VALUE)
            assert sum(pool.map(take, [secret] * 16)) == 1


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\0b", "ü🔑", "\ud800"])
def test_every_text_is_kept_and_the_object_is_true(value: str) -> None:
    secret = SecretValue(value)
    assert secret
    assert secret.unwrap() == value


def test_equality_is_by_value_and_lock() -> None:
    one, same, other = SecretValue(VALUE), SecretValue(VALUE), SecretValue("else")
    assert one == same
    assert one != other
    assert one != VALUE
    one.unwrap()
    assert one != same
    same.unwrap()
    assert one == same


def test_equality_compares_macs_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    original = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other), VALUE.encode() in (one, other)))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert SecretValue(VALUE) != SecretValue("short")
    assert compared == [(32, 32, False)]


def test_it_has_no_length_hash_or_iterator() -> None:
    uses: list[Callable[[Any], object]] = [len, hash, list, dict, vars, json.dumps]
    for use in uses:
        with pytest.raises(TypeError):
            use(SecretValue(VALUE))
    with pytest.raises(TypeError, match=r"unsupported format string passed to SecretValue.__format__"):
        f"{SecretValue(VALUE):>20}"


def test_nothing_can_be_set_or_deleted() -> None:
    secret = SecretValue(VALUE)
    secret.unwrap()
    for name in ("is_locked", "_locked", "value", "_SecretValue__value"):
        with pytest.raises(AttributeError):
            setattr(secret, name, False)
    with pytest.raises(AttributeError):
        del secret._SecretValue__mac  # type: ignore[attr-defined]
    assert not hasattr(secret, "value")
    assert secret.is_locked


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, pickle.dumps, lambda s: pickle.dumps(s, 0)])
def test_it_cannot_be_copied_or_pickled(copying: object) -> None:
    assert callable(copying)
    secret = SecretValue(VALUE)
    with pytest.raises(TypeError, match="SecretValue cannot be") as error:
        copying(secret)
    assert MARKER not in str(error.value)
    with pytest.raises(TypeError):
        copying({"inside": [secret]} if copying is not copy.copy else secret)
    assert secret.unwrap() == VALUE


def test_it_cannot_be_subclassed() -> None:
    with pytest.raises(TypeError, match="SecretValue cannot be subclassed"):
        type("Leak", (SecretValue,), {"__module__": "elsewhere"})


def test_it_forgets_what_was_taken() -> None:
    secret = SecretValue(VALUE)
    secret.unwrap()
    held = [getattr(secret, f"_SecretValue{name}") for name in SecretValue.__slots__]
    assert MARKER not in repr(held)


def test_only_a_text_is_a_value() -> None:
    for wrong in (42, b"bytes", None):
        with pytest.raises(TypeError, match="the value of a SecretValue is a str"):
            SecretValue(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="value"):
        SecretValue()  # type: ignore[call-arg]
    assert SecretValue(value="x").unwrap() == "x"
