"""Bodies made from the OpenAPI document, so that an endpoint that is added is tried without anybody listing it."""

import json
import re
import uuid
from functools import cache

from drf_spectacular.generators import SchemaGenerator

_FORMATS = {
    "date": "2026-06-01", "date-time": "2026-06-01T13:00:00Z", "email": "nobody@example.org", "uri": "https://x.example",
}  # fmt: skip
_TYPES = {"boolean": True, "number": 1, "string": "x", "null": None}


@cache
def document():
    """Return the OpenAPI document."""
    return SchemaGenerator().get_schema(request=None, public=True)


def body_of(method, route):
    """Return the schema of an operation's body; {} when it takes none."""
    body = _operations()[method, anonymous(route)].get("requestBody", {})
    return _resolved(body.get("content", {}).get("application/json", {}).get("schema", {}))


@cache
def _operations():
    paths = document()["paths"].items()
    return {(method, anonymous(path)): one for path, methods in paths for method, one in methods.items()}


def anonymous(route):
    """Return a route, or a path of the document, without the names of its parts."""
    return re.sub(r"<[^>]*>|{[^}]*}", "{}", route).lstrip("/")


def fields(schema):
    """Return the names of the fields of a body."""
    return list(schema.get("properties", {}))


def plausible(schema, *, ids):
    """Return a value that a schema allows; for each id the next of `ids`."""
    schema = _resolved(schema)
    if "example" in schema:
        return schema["example"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "object":
        return {name: plausible(one, ids=ids) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [plausible(schema["items"], ids=ids)]
    if schema.get("format") == "uuid":
        return str(next(ids))
    if kind == "integer":
        return schema.get("minimum", 1)
    return _FORMATS.get(schema.get("format"), _TYPES[kind])


def written(body):
    """Return a body as it is sent."""
    return json.dumps(body)


def unknown_ids():
    """Yield ids that nothing has."""
    while True:
        yield uuid.uuid4()


def _resolved(schema):
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return _resolved(schema[several][0])
    if "$ref" in schema:
        return _resolved(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema
