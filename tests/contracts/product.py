"""What there is: models, flows, tasks and routes, found by looking and not by a list that somebody must keep."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module

from django.apps import apps
from django.urls import URLPattern, get_resolver

# The arrows of DESIGN.md, from the bottom up: an app may know those before it.
APPS = ["core", "providers", "intake", "consultations"]
_SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "app_label": "intake"}


def models():
    """Return the tables of the product, in a steady order; a proxy is another view of one."""
    found = [model for model in apps.get_models() if model._meta.app_label in APPS and not model._meta.proxy]
    return sorted(found, key=lambda model: model._meta.label)


def flow_modules():
    """Return the modules of every `flows` package."""
    packages = [import_module(f"{app}.flows") for app in APPS[1:]]
    return [
        import_module(f"{package.__name__}.{found.name}")
        for package in packages
        for found in pkgutil.iter_modules(package.__path__)
    ]


def functions(module):
    """Return the functions that a module defines, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }


def flows():
    """Return every flow as (module, function)."""
    return [
        (module, step)
        for module in flow_modules()
        for step in functions(module).values()
        if getattr(step, "__flow__", False)
    ]


def name_of(thing):
    """Return a name for a test's id."""
    module, step = thing
    return f"{module.__name__}.{step.__name__}"


def tree_of(module):
    """Return the functions of a module as syntax trees, by name."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def routes():
    """Return every address of the product as (route, pattern, view)."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns, prefix):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern, pattern.callback
        else:
            yield from _walk(pattern.url_patterns, route)


def address(route):
    """Return an address that a route matches and behind which there is nothing."""
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda group: _SAMPLES.get(group[1], "x"), route)
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda part: _SAMPLES.get(part[1], "x"), path)
    # A dollar sign ends a pattern, or begins the name of a FHIR operation.
    return "/" + re.sub(r"\^|\$(?!\w)|(?<=[.])[*]", "", path)
