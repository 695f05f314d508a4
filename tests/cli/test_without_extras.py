"""What is not installed is asked for only where it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_library_alone_imports_neither_typer_nor_rich() -> None:
    loaded = python(
        "import gridpoints, gridpoints.cli, gridpoints.sheets.deeds, sys; print(*sys.modules)"
    ).stdout
    assert {"typer", "rich", "openpyxl"}.isdisjoint(loaded.split())


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_a_missing_package_is_named(package: str) -> None:
    if package == "rich":
        pytest.importorskip("typer", reason="Typer, which is asked for first, is not installed")
    ran = python(
        f"import sys; sys.modules[{package!r}] = None; from gridpoints.cli import main; main(['verify'])"
    )
    assert ran.returncode == 7
    assert ran.stderr.splitlines()[-1].endswith('pip install "gridpoints-platform[cli]".')
    assert package in ran.stderr
    assert "Traceback" not in ran.stderr
