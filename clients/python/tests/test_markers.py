"""The end of the suite: no value of it is in a log or was printed."""

from __future__ import annotations

from conftest import MARKER, Programs, Server


def test_no_value_and_no_token_was_logged_or_printed(server: Server, programs: Programs) -> None:
    log = server.log()
    assert log.count("\n") > 1, "there is a log"
    assert len(programs.printed) > 10, "programs have run"
    for what, text in [("the log", log), *(("what a program printed", text) for text in programs.printed)]:
        assert MARKER not in text, f"a value is in {what}"
        assert server.token not in text, f"the token is in {what}"
