"""The package as pip installs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import ENVIRON

PACKAGE = Path(__file__).parents[1]


def test_pip_builds_and_installs_it_typed_and_with_one_dependency(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Its build backend and its one dependency are here already.
    words = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(tmp_path / "site"), str(PACKAGE)]
    done = subprocess.run([*pip, *words], env=ENVIRON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/strongroom/py.typed").is_file()
    (metadata,) = (tmp_path / "site").glob("strongroom-*.dist-info/METADATA")
    needed = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist:")]
    assert needed == ["Requires-Dist: cryptography>=47", "Requires-Dist: pydantic>=2; extra == 'openapi'"]
    code = "import strongroom; print(strongroom.__file__, strongroom.context)"
    environ = {**ENVIRON, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(str(tmp_path / "site/strongroom/__init__.py")), done.stderr
