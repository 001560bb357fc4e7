"""Our own source as the guards read it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("autoflow", "accounts", "catalog", "filing", "reporting", "newcar", "usedcar", "reviews")


def python_files(*folders):
    """The Python files of these folders, migrations apart: they are written by a command."""
    files = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in files if "migrations" not in path.parts]


def modules_named(name):
    """`views` of an app, be it a file or a package."""
    return [path for path in python_files(*APPS) if name in (path.stem, path.parent.name)]


@cache
def tree(path):
    return ast.parse(path.read_text(), filename=str(path))


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def dotted(node):
    """`a.b.c` of a name, an attribute or a call, empty for anything else."""
    match node:
        case ast.Call():
            return dotted(node.func)
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case ast.Name():
            return node.id
    return ""


def place(path, node):
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', node)}"
