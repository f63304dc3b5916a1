"""What every flow keeps: a transaction of its own, arguments by name, and a docstring that names each refusal."""

import ast
import inspect
import re

import pytest
from django.db import transaction

from config.core.errors import Refusal
from config.core.flow import flow
from tests.contracts.product import flow_modules, flows, functions, name_of, tree_of

WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "update_or_create",
    "get_or_create",
    "record",
}

every_flow = pytest.mark.parametrize("found", flows(), ids=name_of)
every_module = pytest.mark.parametrize("module", flow_modules(), ids=lambda module: module.__name__)


def refusals(module):
    """Return the error classes that a module defines."""
    return [
        kind.__name__
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Refusal) and kind.__module__ == module.__name__
    ]


def declared(step):
    """Return the names under Raises; a dotted one by its last part."""
    _, _, rest = inspect.cleandoc(step.__doc__).partition("\nRaises")
    block = re.split(r"\n(?=\S)", rest, maxsplit=1)[0]
    return {name.rpartition(".")[2] for name in re.findall(r"\b(?:\w+\.)?[A-Z][A-Za-z]+\b", block)}


def raised(module, name):
    """Return the error classes that a function, and the functions of its module that it uses, raise by name."""
    thrown = [node.exc for node in used(module, name) if isinstance(node, ast.Raise) and node.exc is not None]
    return set().union(*[_class_names(one) for one in thrown])


def used(module, name, *, up_to=frozenset()):
    """Yield the syntax of a function and of the functions of its module that it uses, but for those in `up_to`."""
    trees, seen, waiting = tree_of(module), set(up_to), [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for node in ast.walk(trees[current]):
            yield node
            if isinstance(node, ast.Name) and node.id in trees:
                waiting.append(node.id)


def _class_names(node):
    called = node.func if isinstance(node, ast.Call) else node
    name = getattr(called, "attr", getattr(called, "id", ""))
    return {name} if name[:1].isupper() else set()


@pytest.mark.django_db
def test_a_flow_inside_another_transaction_is_refused():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        flow(lambda: None)()


@every_module
def test_what_a_module_offers_beside_its_flows_writes_nothing_by_itself(module):
    flows_here = {name for name, step in functions(module).items() if hasattr(step, "__flow__")}
    others = {name for name in functions(module) if name[0] != "_"} - flows_here

    writers = [name for name in others if _called(used(module, name, up_to=flows_here)) & WRITES]

    assert writers == [], "decorate each with `flow`"


def _called(nodes):
    return {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}


@every_flow
def test_flow_takes_its_arguments_by_name_and_the_clock_from_its_caller(found):
    _, step = found
    parameters = inspect.signature(step).parameters

    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert "now" in parameters


@every_flow
def test_flow_names_each_refusal_that_it_raises(found):
    module, step = found

    assert raised(module, step.__name__) - declared(step) == set(), "under Raises in the docstring"


@every_flow
def test_flow_names_only_refusals_that_exist(found):
    module, step = found
    known = {name for value in vars(module).values() for name in (_names_in(value))}

    assert {name for name in declared(step) if _is_refusal_name(name)} - known == set()


def _names_in(value):
    """Return the refusals that a name of a module leads to: itself, or those of the module that it is."""
    members = vars(value).values() if inspect.ismodule(value) else [value]
    return [one.__name__ for one in members if inspect.isclass(one) and issubclass(one, Refusal)]


def _is_refusal_name(name):
    return sum(letter.isupper() for letter in name) > 1


@every_module
def test_refusals_of_a_module_are_each_raised_by_one_of_its_flows(module):
    named = [declared(step) for _, step in flows() if step.__module__ == module.__name__]

    assert set(refusals(module)) - set().union(*named) == set()


@every_flow
def test_flow_says_what_it_writes(found):
    _, step = found

    assert re.search(r"^Writes ", inspect.cleandoc(step.__doc__), re.MULTILINE)
