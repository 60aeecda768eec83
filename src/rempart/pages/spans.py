"""A text with the passages that were read from it marked, whatever way the passages overlap."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rempart.pages.labels import FIELD

# The fields that a passage shows, the one that a reader looks for first coming first.
_ORDER = (
    "accused",
    "concerns",
    "conduct",
    "met_on",
    "conduct_services",
    "complainant_age",
    "complainant_minor",
    "evidence",
)


def segments(text: str, spans: Mapping[str, Sequence[Sequence[int]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Cut `text` wherever the set of fields read from it changes.

    spans: for each field, ranges [start, end) in code points; what lies outside the text is cut off.
    Returns pairs (piece of text, fields in order of display); the pieces joined give the text back.
    """
    ranges = [
        (max(0, start), min(len(text), end), field)
        for field in _ORDER
        for start, end in spans.get(field, ())
        if start < end and start < len(text)
    ]
    cuts = sorted({0, len(text), *(cut for start, end, _field in ranges for cut in (start, end))})
    pieces: list[tuple[str, tuple[str, ...]]] = []
    for start, end in pairwise(cuts):
        fields = tuple(dict.fromkeys(field for first, last, field in ranges if first <= start and end <= last))
        if pieces and pieces[-1][1] == fields:
            pieces[-1] = (pieces[-1][0] + text[start:end], fields)
        else:
            pieces.append((text[start:end], fields))
    return pieces


def marked(text: str, spans: Mapping[str, Sequence[Sequence[int]]]) -> SafeString:
    """`text` as HTML, with a `<mark>` around each passage that says what was read there."""
    return format_html_join("", "{}", ((_piece(part, fields),) for part, fields in segments(text, spans)))


def _piece(part: str, fields: tuple[str, ...]) -> SafeString:
    if not fields:
        return format_html("{}", part)
    names = ", ".join(dict.fromkeys(str(FIELD[field]) for field in fields))
    return format_html(
        '<mark class="read {}" title="{}">{}</mark>',
        f"read-{fields[0]}",
        _("Read as: %(fields)s") % {"fields": names},
        part,
    )


def fields_read(spans: Mapping[str, Sequence[Sequence[int]]]) -> list[str]:
    """The fields that have at least one passage, in order of display: what the key under a text must explain."""
    return [field for field in _ORDER if spans.get(field)]
