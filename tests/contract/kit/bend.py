"""Requests bent at one place each: at a limit, past it, of another type, null, empty, absent, repeated.

Places and limits come from the API document. What may happen comes from it too: a value that the schema forbids has
to be refused, a limit that it names has to be taken.
"""

from kit import document

ABSENT = object()
TWICE = object()
LONG = 70_000
# Of every type there is, one; what the schema forbids is kept apart from what it allows.
TYPES = [0, -1, 1.5, 2**31, 2**63, 2**64, True, False, "", "x", "7", "\x00", "é\n", "a" * LONG, [], [None], {}, {"a": 1}]


class Again(str):
    """The name of a member that is there already: written down once more, it is another key of the same object."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class Bend:
    """One value for one place. `legal`: True must succeed, False must be refused, None may do either."""

    def __init__(self, place, value, legal, what):
        self.place = place
        self.value = value
        self.legal = legal
        self.what = what

    def apply(self, request):
        """Bends a request."""
        part, *names = self.place
        node = {"query": request.query, "path": request.values, "json": request.json}[part]
        for name in names[:-1]:
            node = node[name]
        if self.value is ABSENT:
            node.pop(names[-1], None)
        elif self.value is TWICE:
            node[Again(names[-1])] = node.get(names[-1])
        else:
            node[names[-1]] = self.value


def places(operation, request):
    """Every place of the request with its schema, whether it is required, and whether the base has it."""
    for parameter in operation["parameters"]:
        if parameter["in"] in ("query", "path"):
            node = request.query if parameter["in"] == "query" else request.values
            yield (parameter["in"], parameter["name"]), parameter["schema"], parameter.get("required", False), node
    schema = document.request_schema(operation)
    if schema:
        yield from _members(("json",), schema, request.json)


def _members(place, schema, node):
    schema = document.resolved(schema)
    for name, member in schema.get("properties", {}).items():
        yield (*place, name), member, name in schema.get("required", []), node
        if name not in node:
            continue
        inner = _alternative(member, node[name])
        if inner.get("properties"):
            yield from _members((*place, name), inner, node[name])
        elif inner.get("items") and node[name] and isinstance(node[name][0], dict):
            yield from _members((*place, name, 0), inner["items"], node[name][0])


def _alternative(schema, value):
    """The schema, or that of its alternatives that the value has the type of."""
    for each in map(document.resolved, document.resolved(schema).get("oneOf", [schema])):
        if each.get("type") == {dict: "object", list: "array"}.get(type(value), each.get("type")):
            return each
    return document.resolved(schema)


def described(operation):
    """Every place of the body that the document describes, in each of its alternatives."""
    schema = document.request_schema(operation)
    return set(_described(("json",), schema)) if schema else set()


def _described(place, schema):
    for each in map(document.resolved, document.resolved(schema).get("oneOf", [schema])):
        if "items" in each:
            yield from _described((*place, 0), each["items"])
        for name, member in each.get("properties", {}).items():
            yield (*place, name)
            yield from _described((*place, name), member)


def bends(place, schema, required, node):
    """Everything that is tried at one place; `node` is what the base has around it."""
    if place[0] == "json":
        yield Bend(place, ABSENT, False if required else None, "absent")
        yield Bend(place, None, _verdict(schema, None, required), "null")
        if place[-1] in node:
            yield Bend(place, TWICE, None, "twice")
        for value in _values(schema) + _lengths(schema, node.get(place[-1])):
            yield Bend(place, value, _verdict(schema, value, required), repr(value)[:30])
    elif place[0] == "query":
        yield Bend(place, ABSENT, False if required else None, "absent")
        yield Bend(place, "", False if required else None, "empty")
        for value in _texts(schema):
            yield Bend(place, value, _text_verdict(schema, value), repr(value)[:30])
        yield Bend(place, ["x", "x"], _text_verdict(schema, "x"), "repeated")
        for value in [node[place[-1]]] if place[-1] in node else _limits(schema)[:1]:
            yield Bend(place, [value, value], None, "repeated, each good")
    else:
        for value in ("%", "a/b", "x" * 5000, "é", "\x00", "-1"):
            yield Bend(place, value, None, repr(value)[:30])


def _values(schema):
    return TYPES + _limits(schema)


def _texts(schema):
    texts = ["x", "-1", "0", "1.5", "7", str(2**63), "a" * 600, "é", "%00", "null", "[]", "{}"]
    return texts + [str(value) for value in _limits(schema)]


def _limits(schema):
    """At each limit of the schema and one past it."""
    schema = document.resolved(schema)
    found = []
    for each in schema.get("oneOf", [schema]):
        for limit, past in (("minimum", -1), ("maximum", 1)):
            if limit in each:
                found += [each[limit], each[limit] + past]
        if "maxLength" in each:
            found += ["a" * each["maxLength"], "a" * (each["maxLength"] + 1)]
        found += each.get("enum", [])
    return found


def _lengths(schema, base):
    """Lists of the length that the schema allows, and one longer, of the base's entries."""
    most = document.resolved(schema).get("maxItems")
    return [base[:1] * most, base[:1] * (most + 1)] if most and base else []


def _verdict(schema, value, required):
    """A forbidden value is refused. Null and empty stand for absent where the member may be absent."""
    if document.validator(schema).is_valid(value):
        return True if _is_limit(schema, value) else None
    if value in (None, "") and not required:
        return None
    return False


def _text_verdict(schema, text):
    """The same for a text that may stand for a number."""
    schema = document.resolved(schema)
    if schema.get("type") != "integer":
        return _verdict(schema, text, True)
    try:
        return _verdict(schema, int(text), True)
    except ValueError:
        return False


def _is_limit(schema, value):
    schema = document.resolved(schema)
    if type(value) is int:
        return value in (schema.get("minimum"), schema.get("maximum"))
    if isinstance(value, str):
        return bool(value) and value == "a" * schema.get("maxLength", 0)
    return isinstance(value, list) and bool(value) and len(value) == schema.get("maxItems")
