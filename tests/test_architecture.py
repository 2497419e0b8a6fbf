"""The shape of the code base, held by reading its imports: who may import whom, and how long."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SETUPTOOLS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]

#: `data` <- `translators`, `aligners`, `projection` <- `flows`; each may import itself as well.
MAY_IMPORT = {
    "data": set[str](),
    "translators": {"data"},
    "aligners": {"data"},
    "projection": {"data"},
    "flows": {"data", "translators", "aligners", "projection"},
}
FOLDERS = sorted(MAY_IMPORT)
LONGEST = 400


def sources(folder: str) -> list[Path]:
    """All Python files below a top-level folder."""
    return sorted((REPOSITORY / folder).rglob("*.py"))


def imports(path: Path, text: str | None = None) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, inside functions too.

    `from spanferry import flows` gives `spanferry.flows`; a relative import is resolved, so
    `from .. import flows` in `data/readers/base.py` gives `spanferry.flows`. Strings that name a
    module (the tables of backends hold "module:Class") count as well: they are imports put off.
    """
    package = ("spanferry", *path.relative_to(REPOSITORY).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8") if text is None else text)):
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield node.lineno, name.name
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) - level + 1] if level else ()
                for name in names:
                    yield node.lineno, ".".join([*base, *filter(None, [module]), name.name])
            case ast.Constant(value=str(value)) if value.startswith("spanferry.") and ":" in value:
                module = value.partition(":")[0]
                if module.replace(".", "").replace("_", "").isalnum():
                    yield node.lineno, module


def forbidden(folder: str, name: str) -> bool:
    """Whether a file of a top-level folder must not import this."""
    top, _, rest = name.partition(".")
    if top == "prefect" or top.startswith("prefect_"):
        return folder != "flows"
    if top in MAY_IMPORT:  # `import data` works in a checkout by accident, and nowhere else
        return True
    if top != "spanferry":
        return False
    return rest.partition(".")[0] not in MAY_IMPORT[folder] | {folder}


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_follow_the_direction(folder: str) -> None:
    found = sources(folder)
    assert found, f"{folder}/ holds no Python file"
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line} imports {name}"
        for path in found
        for line, name in imports(path)
        if forbidden(folder, name)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("place", "text", "is_forbidden"),
    [
        ("data/x.py", "from spanferry.data.records import Record", False),
        ("data/x.py", "from spanferry.flows.config import Config", True),
        ("data/x.py", "from spanferry import flows", True),
        ("data/readers/x.py", "from ..records import Record", False),
        ("data/readers/x.py", "from ... import aligners", True),
        ("data/x.py", "def f():\n    import spanferry.aligners.base", True),
        ("aligners/x.py", "from spanferry.projection.base import Projected", True),
        ("aligners/x.py", 'BUILTIN = {"x": "spanferry.translators.x:X"}', True),
        ("aligners/x.py", 'BUILTIN = {"x": "spanferry.aligners.x:X"}', False),
        ("projection/x.py", "from data.records import Record", True),
        ("translators/x.py", "from prefect import task", True),
        ("translators/x.py", "import prefect_ray", True),
        ("translators/x.py", "import prefecture", False),
        ("flows/x.py", "from prefect import task", False),
        ("flows/x.py", "from spanferry.aligners import base", False),
    ],
)
def test_the_rule_sees_what_it_must(place: str, text: str, is_forbidden: bool) -> None:
    path = REPOSITORY / place
    folder = place.split("/")[0]
    assert any(forbidden(folder, name) for _, name in imports(path, text)) is is_forbidden


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): count
        for folder in (*FOLDERS, "tests")
        for path in sources(folder)
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_every_folder_with_code_is_a_listed_package() -> None:
    folders = {
        path.parent.relative_to(REPOSITORY) for folder in FOLDERS for path in sources(folder)
    }
    names = {"spanferry." + ".".join(folder.parts): str(folder) for folder in folders}
    listed = set(SETUPTOOLS["packages"])
    assert not names.keys() - listed, "missing in [tool.setuptools] packages of pyproject.toml"
    assert not listed - names.keys(), "listed in pyproject.toml, but there is no code"
    # setuptools finds sub-packages below a mapped parent by itself; entries that are there must fit
    mapped: dict[str, str] = SETUPTOOLS["package-dir"]
    assert mapped.items() <= names.items()
    assert {f"spanferry.{folder}" for folder in FOLDERS} <= mapped.keys()


@pytest.mark.parametrize("package", SETUPTOOLS["packages"])
def test_every_listed_package_exists_and_is_typed(package: str) -> None:
    folder = REPOSITORY.joinpath(*package.split(".")[1:])
    assert (folder / "__init__.py").is_file()
    # PEP 561: the marker of a package counts for all below it; none stands above `spanferry.data`,
    # since `spanferry` itself is a namespace
    above = [folder, *folder.parents]
    assert any((place / "py.typed").is_file() for place in above[: above.index(REPOSITORY)])


def test_a_checkout_resolves_every_package() -> None:
    links = {link.name: link for link in (REPOSITORY / ".typing" / "spanferry").iterdir()}
    assert sorted(links) == FOLDERS
    for name, link in links.items():
        assert link.is_symlink()
        assert link.readlink().as_posix() == f"../../{name}", "absolute links break in a clone"
