"""Traps no linter knows: what would open a hole, or break the house style, wherever it is written."""

import ast
import re

import pytest

from tests.guards.source import (
    APPS,
    ROOT,
    dotted,
    functions,
    modules_named,
    place,
    python_files,
    tree,
)

FORBIDDEN_CALLS = {"mark_safe", "csrf_exempt", "cache_page", "RawSQL", "eval", "exec", "SafeString"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill"}
OPEN_TABLES = {"Division", "Jurisdiction"}
READ_THROUGH_THEIR_PARENT = {"FilingEvent", "ImportFault"}
TEMPLATE_TRAPS = {
    "|safe": re.compile(r"\|\s*safe(seq)?\b"),
    "autoescape off": re.compile(r"autoescape\s+off"),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"(src|href|action)\s*=\s*[\"'](https?:)?//", re.IGNORECASE),
    "include without only": re.compile(r"{%\s*include\b(?!(?:(?!%}).)*\bonly\s*%})"),
    "post form without token": re.compile(
        r"<form\b[^>]*method=\"post\"[^>]*>(?:(?!csrf_token|</form>|{%\s*crispy).)*</form>",
        re.IGNORECASE | re.DOTALL,
    ),
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX:|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|root|home)/")


def nodes(kind, *, paths=None):
    for path in paths or python_files(*APPS):
        for node in ast.walk(tree(path)):
            if isinstance(node, kind):
                yield path, node


def test_no_call_that_opens_a_hole():
    found = [
        f"{place(path, node)} {node.id if isinstance(node, ast.Name) else node.attr}"
        for path, node in nodes((ast.Name, ast.Attribute))
        if (node.id if isinstance(node, ast.Name) else node.attr) in FORBIDDEN_CALLS
        and not (isinstance(node, ast.Attribute) and node.attr in {"eval", "exec"})
    ]
    assert not found, found


def test_no_unsafe_serialisation():
    found = [
        place(path, node)
        for path, node in nodes((ast.Import, ast.ImportFrom))
        if {*(alias.name for alias in node.names), getattr(node, "module", "")} & FORBIDDEN_MODULES
    ]
    assert not found, found


def test_no_form_takes_every_field():
    found = [
        place(path, node)
        for path, node in nodes(ast.Assign)
        if isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
        and any(getattr(target, "id", "") == "fields" for target in node.targets)
    ]
    assert not found, found


def test_no_extra_on_querysets():
    found = [
        place(path, node)
        for path, node in nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr == "extra"
        and "objects" in dotted(node.func.value)
    ]
    assert not found, found


def test_no_request_data_becomes_keyword_arguments():
    found = [
        place(path, keyword.value)
        for path, node in nodes(ast.Call)
        for keyword in node.keywords
        if keyword.arg is None
        and re.search(r"request\.(GET|POST|headers|COOKIES)", ast.unparse(keyword.value))
    ]
    assert not found, found


def manager_chains(path):
    """(node, model, first method) wherever a module names `Model.objects`."""
    parents = {child: node for node in ast.walk(tree(path)) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name):
            above = parents.get(node)
            yield node, node.value.id, above.attr if isinstance(above, ast.Attribute) else ""


def test_views_read_only_what_the_person_may_see():
    found = [
        f"{place(path, node)} {model}.objects.{method}"
        for path in modules_named("views")
        for node, model, method in manager_chains(path)
        if model not in OPEN_TABLES | READ_THROUGH_THEIR_PARENT and method != "visible_to"
    ]
    assert not found, found


def test_views_never_fetch_from_a_whole_table():
    found = [
        place(path, node)
        for path, node in nodes(ast.Call, paths=modules_named("views"))
        if dotted(node).endswith(("get_object_or_404", "get_list_or_404"))
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id[0].isupper()
    ]
    assert not found, found


def test_views_write_nothing_themselves():
    written = {"create", "save", "delete", "update", "bulk_create", "bulk_update", "get_or_create"}
    found = [
        f"{place(path, node)} {dotted(node)}"
        for path, node in nodes(ast.Call, paths=[*modules_named("views"), *modules_named("forms")])
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in written
        and re.search(r"objects|instance|filing$|enterprise$|user$|batch$|trade$", dotted(node.func.value))
    ]
    assert not found, found


def test_no_error_is_swallowed():
    found = [
        place(path, node)
        for path, node in nodes(ast.ExceptHandler)
        if node.type is None
        or (
            dotted(node.type) in {"Exception", "BaseException"}
            and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
        )
    ]
    assert not found, found


def test_views_catch_business_errors_and_nothing_wider():
    found = [
        place(path, node)
        for path, node in nodes(ast.ExceptHandler, paths=modules_named("views"))
        if dotted(node.type) in {"Exception", "BaseException"}
    ]
    assert not found, found


def is_task(function):
    return any("shared_task" in dotted(decorator) for decorator in function.decorator_list)


def test_tasks_take_ids_and_nothing_else():
    found = [
        f"{place(path, function)} {argument.arg}"
        for path in python_files(*APPS)
        for function in functions(path)
        if is_task(function)
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.arg != "self" and not re.fullmatch(r"\w*_(id|ids|pk)", argument.arg)
    ]
    assert not found, found


def test_imports_inside_functions_only_in_tasks_and_ready():
    found = [
        place(path, number)
        for path in python_files(*APPS)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "PLC0415" in line and path.stem not in {"tasks", "apps"}
    ]
    assert not found, found


def test_uploads_have_no_public_address():
    settings = "\n".join(path.read_text() for path in python_files("autoflow/settings"))
    assert "MEDIA_URL" not in settings
    assert "MEDIA_ROOT" not in settings


@pytest.mark.parametrize("name", TEMPLATE_TRAPS)
def test_templates_keep_the_content_policy(name):
    found = [
        place(path, text[: match.start()].count("\n") + 1)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for text in [re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text())]
        for match in TEMPLATE_TRAPS[name].finditer(text)
    ]
    assert not found, found


def test_scripts_make_no_code_from_text():
    trap = re.compile(
        r"\beval\(|new Function\(|\.(inner|outer)HTML\s*=|document\.write|https?://"
        r"|insertAdjacentHTML\((?!\"beforeend\", markup\))"
    )
    found = [
        place(path, number)
        for path in sorted((ROOT / "static").rglob("*.js"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if trap.search(line)
    ]
    assert not found, found


def own_text_files():
    for folder in (*APPS, "templates", "static", "tests", "tools", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".js", ".css", ".md"} and "__pycache__" not in path.parts:
                yield path


def test_nothing_is_left_unfinished():
    found = [
        place(path, number)
        for path in own_text_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line) and path.name != "test_lint.py"
    ]
    assert not found, found


def test_nothing_names_a_path_of_one_machine():
    found = [
        place(path, number)
        for path in own_text_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MACHINE_PATH.search(line) and path.name != "test_lint.py"
    ]
    assert not found, found


def test_files_stay_short():
    found = [
        f"{path.relative_to(ROOT)} {lines}"
        for path in python_files(*APPS, "tests", "tools")
        if (lines := len(path.read_text().splitlines())) > 500
    ]
    assert not found, found


def length(function):
    return function.end_lineno - function.lineno + 1


def test_functions_stay_short():
    found = [
        f"{place(path, function)} {function.name} {length(function)}"
        for path in python_files(*APPS, "tools")
        for function in functions(path)
        if length(function) > 40
    ]
    assert not found, found


def test_views_stay_thin():
    found = [
        f"{place(path, function)} {function.name} {length(function)}"
        for path in modules_named("views")
        for function in functions(path)
        if length(function) > 25
    ]
    assert not found, found


def test_services_name_their_arguments():
    found = [
        f"{place(path, function)} {function.name}"
        for path in modules_named("services")
        for function in tree(path).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if any("atomic" in dotted(decorator) for decorator in function.decorator_list)
        if function.args.args or function.args.vararg
    ]
    assert not found, found


def test_locks_pin_hashes_and_name_no_host():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert "://" not in text, path.name
        assert "--hash=sha256:" in text, path.name
    assert "://" not in re.sub(
        r'"(url|license|funding)": "[^"]*"', "", (ROOT / "package-lock.json").read_text()
    )
