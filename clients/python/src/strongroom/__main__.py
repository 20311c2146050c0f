"""``python -m strongroom run`` and ``python -m strongroom openapi``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import traceback
from pathlib import Path

from .errors import StrongroomError
from .inputs import read_directory, read_json
from .openapi import document
from .redaction import Redaction
from .runner import ENTRYPOINT, prepare


def main() -> int:
    """Exit codes: 0 done, 1 failed (one sentence on stderr), 2 wrong usage (from argparse)."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    arguments = _parser().parse_args()
    try:
        if arguments.command == "openapi":
            print(json.dumps(document(arguments.target), indent=2))
            return 0
        return _run(arguments.target, arguments.input)
    except (StrongroomError, OSError) as error:
        print(f"strongroom: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m strongroom")
    commands = parser.add_subparsers(dest="command", required=True)
    entrypoint = os.environ.get("ENTRYPOINT") or ENTRYPOINT
    runs = commands.add_parser("run", help="call a function with its secrets; print what it returns as JSON")
    runs.add_argument("target", nargs="?", default=entrypoint, help=f"package.module:function (default {entrypoint})")
    runs.add_argument(
        "--input", metavar="FILE", help="JSON for the parameter `data`, - for stdin; others come from $INPUT_DIRECTORY"
    )
    describes = commands.add_parser("openapi", help="print the OpenAPI document of a function")
    describes.add_argument("target", nargs="?", default=entrypoint, help=f"package.module:function (default {entrypoint})")
    return parser


def _run(target: str, data: str | None) -> int:
    inputs: dict[str, object] | None = None
    if data is not None:
        text = sys.stdin.buffer.read() if data == "-" else Path(data).read_bytes()
        directory = os.environ.get("INPUT_DIRECTORY")
        inputs = read_directory(Path(directory)) if directory else {}
        inputs["data"] = read_json(text, "stdin" if data == "-" else data)
    redaction = Redaction()
    prepared = prepare(target, inputs, redaction=redaction)
    try:
        result = prepared.call()
    except Exception:  # noqa: BLE001 - whatever the function raises is told, without the values it was given
        print(redaction.text(traceback.format_exc()), end="", file=sys.stderr)
        return 1
    try:
        text_of_result = json.dumps(redaction.result(result))
    except (TypeError, ValueError) as error:
        print(f"strongroom: the result is not JSON: {redaction.text(str(error))}", file=sys.stderr)
        return 1
    print(text_of_result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
