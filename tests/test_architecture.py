"""The direction of imports, and the purity of the modules that hold rules."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import grimp
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "jiesu"

RULE_MODULES = ["states", "policy", "catalogue", "classes", "deadlines", "explain", "ladder", "rates", "roles"]
#: what a rule may rest on besides the standard library; what `kit` itself uses does not matter
FOUNDATION = ("jiesu.kit", "jiesu.errors", "msgspec")
#: asking what time it is; rules take the time as an argument
CLOCKS = {"now", "utcnow", "today", "time", "monotonic"}


def rule_files() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if is_rule_module(module_name(path)))


def module_name(path: Path) -> str:
    return ".".join(("jiesu", *path.relative_to(SOURCE).with_suffix("").parts))


def is_rule_module(name: str) -> bool:
    """By its name, in a package that holds rules: what staff see (`desk`, `web`) only speaks of them."""
    root, _, rest = name.partition(".")
    return root == "jiesu" and rest.split(".")[0] not in {"kit", "desk", "web"} and rest.split(".")[-1] in RULE_MODULES


def outside_world(graph: grimp.ImportGraph, rule_module: str) -> set[str]:
    """What a rule module reaches, directly or through other modules of ours, that is neither foundation nor stdlib."""
    reached, waiting = {rule_module}, [rule_module]
    while waiting:
        new = graph.find_modules_directly_imported_by(waiting.pop()) - reached
        reached |= new
        waiting += [name for name in new if name.startswith("jiesu.") and not name.startswith(FOUNDATION)]
    foreign = {name for name in reached if not name.startswith(("jiesu", *FOUNDATION))}
    return {name for name in foreign if name.partition(".")[0] not in sys.stdlib_module_names}


def test_imports_point_downward_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, "run `make imports` to see which import breaks the rule"


def test_rule_modules_reach_no_framework_database_or_network():
    graph = grimp.build_graph("jiesu", include_external_packages=True, cache_dir=None)
    found = {name for name in graph.modules if is_rule_module(name)}
    assert found
    assert {name: world for name in found if (world := outside_world(graph, name))} == {}


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_rule_module_is_told_the_time(path: Path):
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
    }
    assert calls.isdisjoint(CLOCKS)


@pytest.mark.parametrize(
    "path", sorted([*SOURCE.rglob("*.py"), *(ROOT / "workers").rglob("*.py")]), ids=lambda path: path.stem
)
def test_a_module_opens_with_what_it_owns(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"


def test_only_the_unit_of_work_commits():
    committing = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        and any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert committing <= {"db/uow.py"}
