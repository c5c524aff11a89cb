"""The house stays one house: who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

WEB = {"fastapi", "starlette", "uvicorn", "jinja2", "typer", "rich", "pydantic", "pydantic_settings"}
EDGES = ("service.api", "service.pages", "service.cli")
COMPOSERS = {"service.app"}
WHOOSH_ROOMS = ("indexer.index", "service.search.engines.columnar")
PRINTERS = ("service.cli", "service.terminal")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MOST_LINES = 500


class Module(NamedTuple):
    """A module of the project: its dotted name, its file, its tree."""

    name: str
    path: Path
    tree: ast.Module


class Import(NamedTuple):
    """A module that another one imports, and the line where it does."""

    target: str
    line: int


def _modules() -> Iterator[Module]:
    for package in ("indexer", "service"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, path, ast.parse(path.read_text("utf-8"), str(path)))


MODULES = tuple(_modules())
NAMES = {module.name for module in MODULES}


def imports(module: Module) -> Iterator[Import]:
    """Every import of a module, in functions too; ``from a import b`` gives ``a.b`` where that is a module."""
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parts = package.split(".")
                above = ".".join(parts[: len(parts) - node.level + 1])
                origin = f"{above}.{origin}".rstrip(".")
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield Import(inner if inner in NAMES else origin, node.lineno)


def within(name: str, room: str) -> bool:
    """Whether a module is a room or lies in it."""
    return name == room or name.startswith(f"{room}.")


def _wrong(rule: str, found: list[str]) -> str:
    return f"{rule}:\n  " + "\n  ".join(found)


def _where(module: Module, line: int) -> str:
    return f"{module.path.relative_to(ROOT)}:{line}"


def test_there_is_a_house() -> None:
    assert {"indexer.article", "indexer.errors", "service.search.request", "service.cli", "service.app"} <= NAMES


def test_imports_are_seen(tmp_path: Path) -> None:
    source = "from indexer import article\nfrom . import api\ndef f():\n    import whoosh.index\n"
    module = Module("service.probe", tmp_path / "probe.py", ast.parse(source))
    assert set(imports(module)) == {Import("indexer.article", 1), Import("service.api", 2), Import("whoosh.index", 4)}


def test_indexer_knows_nothing_of_service() -> None:
    found = [
        f"{_where(module, line)} imports {target}"
        for module in MODULES
        if within(module.name, "indexer")
        for target, line in imports(module)
        if within(target, "service") or target.partition(".")[0] in WEB
    ]
    assert not found, _wrong("indexer knows nothing of service, nor of the web", found)


def test_search_knows_nothing_of_the_web() -> None:
    found = [
        f"{_where(module, line)} imports {target}"
        for module in MODULES
        if within(module.name, "service.search")
        for target, line in imports(module)
        if target.partition(".")[0] in WEB
        or (within(target, "service") and not within(target, "service.search") and target != "service")
    ]
    assert not found, _wrong("service.search imports no web framework and nothing of the rest of service", found)


def test_edges_do_not_know_one_another() -> None:
    found = [
        f"{_where(module, line)} imports {target}"
        for module in MODULES
        if within(module.name, "service") and module.name not in COMPOSERS
        for target, line in imports(module)
        for edge in EDGES
        if within(target, edge) and not within(module.name, edge)
    ]
    assert not found, _wrong(f"only {', '.join(sorted(COMPOSERS))} may import {', '.join(EDGES)}", found)


def test_whoosh_lives_in_its_rooms() -> None:
    found = [
        f"{_where(module, line)} imports {target}"
        for module in MODULES
        if not any(within(module.name, room) for room in WHOOSH_ROOMS)
        for target, line in imports(module)
        if within(target, "whoosh")
    ]
    assert not found, _wrong(f"whoosh is imported in {' and '.join(WHOOSH_ROOMS)} only", found)


def test_the_client_of_a_cluster_lives_in_one_module() -> None:
    found = [
        f"{_where(module, line)} imports {target}"
        for module in MODULES
        if module.name != "indexer.opensearch.cluster"
        for target, line in imports(module)
        if within(target, "opensearchpy")
    ]
    assert not found, _wrong("opensearchpy is imported in indexer.opensearch.cluster only", found)


def test_results_are_printed_at_the_edge() -> None:
    found = [
        _where(module, node.lineno)
        for module in MODULES
        if not any(within(module.name, room) for room in PRINTERS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not found, _wrong(f"print() belongs to {' and '.join(PRINTERS)}", found)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_module_has_one_noun(module: Module) -> None:
    parts = {part.lstrip("_") for part in module.name.split(".")}
    assert not parts & NAMELESS, f"{module.name} says nothing about what is in it"
    lines = len(module.path.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES, f"{_where(module, lines)}: split it before {MOST_LINES} lines"
