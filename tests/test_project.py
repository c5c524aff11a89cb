"""The project as a whole: it speaks of itself alone, and what its documents promise is there."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from typer.main import get_command

from service.cli import app
from tests.conftest import ROOT

LOCKS = ("build.txt", "opensearch.txt", "runtime.txt", "test.txt", "whoosh3.txt")

MACHINE = re.compile(r"(?<![\w./~$}-])/(?:home|root|Users|work|workspace|private/var)/[\w.-]+")
"""An absolute path of somebody's machine."""

REGISTRIES = re.compile("|".join(re.escape("".join(parts)) for parts in (("py", "pi.org"), ("python", "hosted.org"))))
"""Addresses of package registries: which one is used is the business of whoever installs."""

SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bghp_[A-Za-z0-9]{36}\b|\bAKIA[A-Z0-9]{16}\b")


@cache
def _tracked() -> tuple[Path, ...]:
    """What belongs to the project: what git knows or would add; skips where this is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True
    )
    if listed.returncode:
        pytest.skip("this is not a git clone")
    names = listed.stdout.decode("utf-8").split("\0")
    return tuple(path for name in sorted(set(names)) if name and (path := ROOT / name).is_file())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:  # articles in other encodings, packed data
        return []


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRIES, SECRETS], ids=["machine paths", "registries", "secrets"])
def test_nothing_of_elsewhere(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in _tracked()
        if path != Path(__file__)
        for number, line in enumerate(_lines(path), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_patterns_would_find_something() -> None:
    assert MACHINE.search("see /home/someone/notes.txt")
    assert REGISTRIES.search("https://" + "py" + "pi.org/simple")
    assert not MACHINE.search("https://example.org/home/page and ./place/it and $HOME/root/x")


def test_nothing_big_is_tracked() -> None:
    found = [f"{path.relative_to(ROOT)}: {size:,} bytes" for path in _tracked() if (size := path.stat().st_size) > 5e6]
    assert not found


def _code_lines(document: Path) -> list[str]:
    blocks = re.findall(r"^```(?:sh|bash|console|shell)\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.M)
    return [line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]


DOCUMENTS = [path for name in ("README.md", "README.zh-CN.md", "ARCHITECTURE.md") if (path := ROOT / name).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_of_the_documents_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    commands = set(getattr(get_command(app), "commands"))  # noqa: B009 — typed as a bare command
    for line in _code_lines(document):
        for target in re.findall(r"\bmake ([a-z][\w-]*)", line):
            assert target in targets, f"{document.name}: make {target}"
        for command in re.findall(r"(?:^|[\s/])fupin ([a-z]+)\b", line):
            assert command in commands, f"{document.name}: fupin {command}"


def test_readme_names_the_two_commands() -> None:
    lines = _code_lines(ROOT / "README.md")
    assert any(line.startswith("make run") for line in lines)
    assert any(line.startswith("make test") for line in lines)


def _pins(lock: str) -> dict[str, Version]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M)
    return {re.sub(r"[-_.]+", "-", name).lower(): Version(version) for name, version in pins}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = re.sub(r"\\\n", " ", (ROOT / "requirements" / lock).read_text("utf-8")).splitlines()
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+( *; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", entry), entry


def test_locks_satisfy_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    runtime, test, opensearch = _pins("runtime.txt"), _pins("test.txt"), _pins("opensearch.txt")
    extras = project["optional-dependencies"]
    for pins, declared in (
        (runtime, project["dependencies"]),
        (test, extras["test"]),
        (opensearch, extras["opensearch"]),
    ):
        for text in declared:
            requirement = Requirement(text)
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            assert name in pins, f"{text}: not in the lock file; run `make lock`"
            assert pins[name] in requirement.specifier, f"{text}: {pins[name]} is locked; run `make lock`"
    assert runtime.items() <= opensearch.items(), "the image is to have the versions that are installed for use"
    assert runtime.items() <= test.items(), "the tests are to run with the versions that are installed for use"
