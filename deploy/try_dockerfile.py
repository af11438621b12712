"""Runs the steps of the Dockerfile's build stage one by one, without a container engine: `make try-dockerfile`.

COPY copies from a clean checkout of what git knows or would add, less what .dockerignore keeps out; RUN runs in a
shell; absolute paths of the image are moved below a temporary folder. Ends with one cycle of the demo in what was
built, outside the checkout, so that forgotten package data shows. Not tried: base images, the user, the last stage.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
MOVED = ("/opt/leadsync", "/var/lib/leadsync", "/src")


class Step(NamedTuple):
    word: str
    rest: str


def steps_of(dockerfile: str) -> list[list[Step]]:
    """The instructions of each stage, continued lines joined and comments gone."""
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    stages: list[list[Step]] = []
    for line in re.sub(r"\\\n", " ", lines).splitlines():
        if not line.strip():
            continue
        step = Step(*line.strip().split(maxsplit=1))
        if step.word == "FROM":
            stages.append([])
        stages[-1].append(step)
    return stages


def try_stage(stage: list[Step], context: Path, root: Path) -> None:
    """Does what a container engine would; raises CalledProcessError at the first step that fails."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LEADSYNC_")}
    workdir = root
    for word, rest in stage:
        print(f"{word} {rest[:100]}", flush=True)
        if word == "ENV":
            environ |= dict(re.findall(r"(\w+)=(\S+)", moved(rest, root)))
        elif word == "WORKDIR":
            workdir = Path(moved(rest, root))
            workdir.mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            copy(rest.split(), context, workdir)
        elif word == "RUN":
            began = time.monotonic()
            subprocess.run(moved(rest, root), shell=True, check=True, cwd=workdir, env=environ, stdout=sys.stderr)
            print(f"    {time.monotonic() - began:.0f} s", flush=True)
        elif word != "FROM":
            raise SystemExit(f"this script does not know how to try {word}")


def moved(text: str, root: Path) -> str:
    """Absolute paths of the image, below `root`; `python` is the one that runs this script."""
    for path in MOVED:
        text = re.sub(rf"(?<![\w/]){path}(?![\w-])", f"{root}{path}", text)
    return re.sub(r"(?<![\w/.-])python(?= )", sys.executable, text)


def copy(words: list[str], context: Path, workdir: Path) -> None:
    *sources, target = words
    for source in sources:
        place = workdir / target / source if target.endswith("/") else workdir / target
        if (context / source).is_dir():
            shutil.copytree(context / source, place)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(context / source, place)


def make_context(target: Path) -> None:
    """What git knows or would add, less what .dockerignore keeps out."""
    allowed = tuple(kept_by(CHECKOUT / ".dockerignore"))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if name.split("/")[0] in allowed and (CHECKOUT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, target / name)


def kept_by(dockerignore: Path) -> Iterator[str]:
    """The file starts from nothing (`*`) and lets single names back in (`!name`)."""
    lines = dockerignore.read_text().split()
    assert "*" in lines
    return (line.removeprefix("!") for line in lines if line.startswith("!"))


def main() -> None:
    build, _ = steps_of((CHECKOUT / "Dockerfile").read_text())
    with tempfile.TemporaryDirectory(prefix="leadsync-dockerfile-") as folder:
        context, root, elsewhere = (Path(folder, name) for name in ("context", "root", "elsewhere"))
        for place in (context, root, elsewhere):
            place.mkdir()
        make_context(context)
        try_stage(build, context, root)
        demo = [str(root / "opt/leadsync/bin/leadsync"), "demo", "--once"]
        print("then: leadsync demo --once", flush=True)
        subprocess.run(demo, check=True, cwd=elsewhere, env={"PATH": os.environ["PATH"], "HOME": str(elsewhere)})


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"exit code {failed.returncode}: {failed.cmd}")
