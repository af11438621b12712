"""What a user installs: everything the service needs, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("sync", "connectors", "config")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in the wheel, built from a copy without network: nothing is left behind in the checkout."""
    copy = tmp_path_factory.mktemp("copy")
    for name in (*PACKAGES, "tests", "bench"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "."]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (built,) = copy.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_every_file_of_the_packages_is_in_the_wheel(wheel: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - wheel == set()


@pytest.mark.parametrize(
    "pattern",
    [
        r"config/models/basic\.yaml",
        r".*schema.*\.json",
        r"sync/store/migrations/env\.py",
        r"sync/store/migrations/script\.py\.mako",
        r"sync/store/migrations/versions/\w+\.py",
    ],
)
def test_what_is_read_at_run_time_is_in_the_wheel(pattern: str, wheel: set[str]) -> None:
    assert [name for name in wheel if re.fullmatch(pattern, name)]


def test_nothing_but_the_three_packages_is_installed(wheel: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == set(PACKAGES)


def test_the_command_is_called_leadsync() -> None:
    assert PYPROJECT["project"]["scripts"] == {"leadsync": "sync.cli:main"}


def test_every_installed_library_is_pinned_to_the_version_it_is_tested_with() -> None:
    pinned = dict(line.split("==") for line in pins())
    installed = {canonicalize_name(found.metadata["Name"]): found.version for found in distributions()}
    wanted = {name: installed[name] for name in needed()}
    assert wanted.items() - {canonicalize_name(name): version for name, version in pinned.items()}.items() == set()


def test_the_pins_name_no_place_and_no_range() -> None:
    assert [line for line in pins() if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def needed() -> set[str]:
    """Everything that leadsync with its development extra asks for on this machine, directly or not."""
    requirements = {canonicalize_name(found.metadata["Name"]): found.requires or [] for found in distributions()}
    project = PYPROJECT["project"]
    waiting = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        asked = waiting.pop()
        name, extras = canonicalize_name(asked.name), frozenset(asked.extras)
        if (name, extras) in done:
            continue
        done.add((name, extras))
        for text in requirements[name]:
            requirement = Requirement(text)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in (extras or {""})
            ):
                waiting.append(requirement)
    return {name for name, _ in done}
