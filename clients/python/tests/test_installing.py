"""The package as pip installs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import ENVIRON

PACKAGE = Path(__file__).parents[1]


def test_pip_builds_and_installs_it_typed_and_without_dependencies(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Without an index: whatever it needed beyond its build backend, which is here, would be missing.
    words = ["--no-index", "--no-build-isolation", "--target", str(tmp_path / "site"), str(PACKAGE)]
    done = subprocess.run([*pip, *words], env=ENVIRON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/strongroom/py.typed").is_file()
    code = "import strongroom; print(strongroom.__file__, strongroom.context)"
    environ = {**ENVIRON, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(str(tmp_path / "site/strongroom/__init__.py")), done.stderr
