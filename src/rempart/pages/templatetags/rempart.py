"""`{% load rempart %}`: icons, meters, badges, fields and the way numbers, dates and stored values are written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import NodeList
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rempart.pages import charts, icons, labels, spans, writing

register = template.Library()

register.simple_tag(icons.icon, name="icon")
register.filter("decimal", writing.decimal)
register.filter("probability", writing.probability)
register.filter("signed", writing.signed)
register.filter("percent", writing.percent)
register.filter("duration", writing.duration)


@register.filter
def words(value: object, vocabulary: str) -> str:
    """`{{ measure|words:"measure" }}`: the words people read for a stored value."""
    return labels.words_for(vocabulary, value)


@register.filter
def all_words(values: Iterable[object], vocabulary: str) -> str:
    """The words for each value, joined by commas."""
    return ", ".join(labels.words_for(vocabulary, value) for value in values)


@register.filter
def count(value: int) -> str:
    """A whole number, its thousands grouped."""
    return writing.decimal(value, 0)


def _time(at: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), text)


@register.filter
def moment(at: datetime) -> SafeString:
    """The day and the hour, as `<time>`."""
    return _time(at, writing.moment(at))


@register.filter
def day(at: datetime) -> SafeString:
    """The day, as `<time>`."""
    return _time(at, writing.day(at))


@register.filter
def clock(at: datetime) -> SafeString:
    """The hour, as `<time>`."""
    return _time(at, writing.clock(at))


@register.filter
def marked(text: str, read: Mapping[str, Sequence[Sequence[int]]]) -> SafeString:
    """A text with the passages that were read marked by field."""
    return spans.marked(text, read)


@register.filter
def account(reference: Any) -> SafeString:
    """An account reference: its handle, then its service in quieter type."""
    service = labels.words_for("service", reference.service)
    return format_html('@{} <span class="service">{}</span>', reference.handle.removeprefix("@"), service)


@register.inclusion_tag("pages/parts/meter.html")
def meter(value: float, wide: bool = False) -> dict[str, Any]:
    """A number in [0, 1] as five blocks and in digits."""
    return {"text": writing.probability(value), "blocks": _blocks(value), "wide": wide}


def _blocks(value: float) -> list[tuple[int, bool]]:
    return [(index * 13, on) for index, on in enumerate(charts.blocks(value))]


@register.inclusion_tag("pages/parts/weight.html")
def weight(value: float, largest: float) -> dict[str, Any]:
    """A weight in log-odds as a bar to the right (for) or to the left (against) of a middle line."""
    return {"bar": charts.weight_bar(value, largest), "value": value}


@register.inclusion_tag("pages/parts/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field with its label, help and errors, joined for screen readers."""
    return {"field": bound, "is_choice": getattr(bound.field.widget, "input_type", "") in {"checkbox", "radio"}}


@register.inclusion_tag("pages/parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    """Links to the pages before and after, keeping the filters of the address."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("pages/parts/empty.html")
def empty(text: str, more: str = "") -> dict[str, Any]:
    """What stands where a list has nothing yet."""
    return {"text": text, "more": more}


@register.simple_block_tag
def notice(content: NodeList, kind: str = "info") -> SafeString:
    """A message that must be seen: `info` or `error`, said by its icon as well as by its colour."""
    drawing = icons.icon("warning" if kind == "error" else "info", 18)
    return format_html('<div class="notice notice-{}">{}<div>{}</div></div>', kind, drawing, content)


@register.simple_tag
def badge(text: str, kind: str = "quiet", drawing: str = "") -> SafeString:
    """A short state in a pill: its words carry the meaning, `kind` only its weight on the page."""
    return format_html('<span class="badge badge-{}">{}{}</span>', kind, icons.icon(drawing) if drawing else "", text)
