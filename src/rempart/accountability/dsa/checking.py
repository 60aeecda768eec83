"""Whether the DSA Transparency Database would take a statement of reasons, field by field, before anything is sent.

`prepare` does to a statement what the API does before it looks: texts are trimmed, empty ones become null, and what
belongs to a branch that was not chosen is dropped. `validate` then holds it to every rule of `statement.yaml`. Where
the API is lax about types (a number where a text belongs is stored as one), we are not. No Django, no network.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from rempart.accountability.dsa.shape import Field, shape

Rule = Literal["required", "at_least_one", "type", "value", "length", "format", "day", "unique", "personal"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PRODUCT = re.compile(r"[0-9]{13}", re.ASCII)
_NULL = "null"
END_OF = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_account": "end_date_account_restriction",
}
"""The field in which each kind of restriction has its end."""


class Problem(NamedTuple):
    """What is wrong with one field: the rule that it breaks, and a sentence. Values are not repeated in it."""

    field: str
    rule: Rule
    message: str


def validate(statement: Any) -> list[Problem]:
    """What the database would refuse in a statement, in the order of its fields; empty when it would take it.

    statement: decoded JSON, as one would send it. Fields that the API does not know are ignored, as it ignores them.
    """
    if not isinstance(statement, Mapping):
        return [Problem("statement", "type", "must be an object")]
    prepared = prepare(statement)
    found = [
        problem for name, field in shape().fields.items() if (problem := _problem(name, field, prepared)) is not None
    ]
    restricting = shape().at_least_one_of
    if all(prepared.get(name) in (None, [], _NULL) for name in restricting):
        found.insert(0, Problem(restricting[0], "at_least_one", f"one of {', '.join(restricting)} is required"))
    return found


def doubts(statement: Mapping[str, Any]) -> list[Problem]:
    """What the API takes though its documentation says otherwise: an end before the beginning, no territory."""
    prepared = prepare(statement)
    begins, found = prepared.get("application_date"), []
    if not prepared.get("territorial_scope"):
        found.append(Problem("territorial_scope", "required", "the documentation asks for the countries concerned"))
    for name in END_OF.values():
        ends = prepared.get(name)
        if isinstance(ends, str) and isinstance(begins, str) and ends < begins:
            found.append(Problem(name, "day", "is before application_date"))
    return found


def repeated(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    """The `puid`s that more than one of these statements has: none of a batch is taken with one of them."""
    seen: set[str] = set()
    twice: set[str] = set()
    for statement in statements:
        puid = statement.get("puid")
        if isinstance(puid, str):
            (twice if puid in seen else seen).add(puid)
    return twice


def prepare(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The statement as the API looks at it: known fields, trimmed, null for empty, without what it drops."""
    fields = shape().fields
    cleaned = {name: _cleaned(value) for name, value in statement.items() if name in fields}
    return {name: value for name, value in cleaned.items() if _is_kept(fields[name], cleaned)}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _cleaned(one) for key, one in value.items()}
    return value


def _is_kept(field: Field, statement: Mapping[str, Any]) -> bool:
    if field.kept is None:
        return True
    name, value, wanted = field.kept
    found = statement.get(name)
    holds = isinstance(found, list) and value in found
    return (holds if shape().fields[name].kind == "choices" else value == found) is wanted


def _problem(name: str, field: Field, statement: Mapping[str, Any]) -> Problem | None:
    """The first rule that a field breaks, if any."""
    value = statement.get(name)
    nothing = value is None or (value == [] and (field.kind == "choices" or bool(field.required)))
    if nothing or (value == _NULL and field.of and field.blank):
        if field.required == "always" or (field.required == "kept" and _is_kept(field, statement)):
            return Problem(name, "required", _why_required(field))
        if value is None and name in statement and not field.blank:
            return Problem(name, "type", "must not be null: leave it out")
        return None
    found = _CHECKS[field.kind](field, value)
    return Problem(name, *found) if found else None


def _why_required(field: Field) -> str:
    if field.kept is None:
        return "is required"
    name, value, _wanted = field.kept
    return f"is required, since {name} says {value}"


_Found = tuple[Rule, str] | None


def _text(field: Field, value: Any) -> _Found:
    if not isinstance(value, str):
        return "type", "must be a text"
    if field.most is not None and len(value) > field.most:
        return "length", f"has {len(value)} characters, of {field.most} at most"
    if field.pattern is not None and not field.pattern.fullmatch(value):
        return "format", f"must match ^{field.like}$"
    return None


def _url(field: Field, value: Any) -> _Found:
    if found := _text(field, value):
        return found
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        good = False
    return None if good else ("format", "must be an address of the web")


def _date(field: Field, value: Any) -> _Found:
    if not isinstance(value, str):
        return "type", "must be a text"
    try:
        good = _DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        good = False
    if not good:
        return "format", "must be a day, written YYYY-MM-DD"
    if not field.first <= value <= field.last:
        return "day", f"must lie between {field.first} and {field.last}"
    return None


def _choice(field: Field, value: Any) -> _Found:
    if not isinstance(value, str):
        return "type", "must be a text"
    return None if value in shape().values[field.of] else ("value", f"is no {field.of}")


def _choices(field: Field, value: Any) -> _Found:
    if not isinstance(value, list):
        return "type", "must be a list"
    allowed = shape().values[field.of]
    for place, one in enumerate(value):
        if not isinstance(one, str) or (one not in allowed and not (field.blank and one == _NULL)):
            return "value", f"holds something at place {place} that is no {field.of}"
    return None


def _product(_field: Field, value: Any) -> _Found:
    if not isinstance(value, Mapping):
        return "type", "must be an object"
    number = value.get("EAN-13")
    if number is not None and not (isinstance(number, str) and _PRODUCT.fullmatch(number)):
        return "format", "EAN-13 must be 13 digits"
    return None


_CHECKS = {"text": _text, "url": _url, "date": _date, "choice": _choice, "choices": _choices, "product": _product}


def in_words(found: Sequence[Problem]) -> str:
    """Problems in a line."""
    return "; ".join(f"{one.field} {one.message}" for one in found)
