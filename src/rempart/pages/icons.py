"""The icons: small drawings of our own on a grid of 16, one stroke, the colour of the text beside them."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# ruff: noqa: E501
_DRAWINGS = {
    "wall": "M1.5 14.5v-11h3v2.5h2v-2.5h3v2.5h2v-2.5h3v11zM6 14.5v-3a2 2 0 0 1 4 0v3",
    "shield": "M8 1.5 13.5 3.5v4c0 3.4-2.2 5.8-5.5 7-3.3-1.2-5.5-3.6-5.5-7v-4z",
    "clock": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 4.5V8l2.5 1.75",
    "check": "M2.5 8.5 6.25 12.25 13.5 4.25",
    "lift": "M8 13.5v-10M3.75 7.25 8 3l4.25 4.25",
    "eye": "M1 8c1.8-3 4.2-4.5 7-4.5S13.2 5 15 8c-1.8 3-4.2 4.5-7 4.5S2.8 11 1 8M8 6.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5",
    "info": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 7.25v4M8 4.6v.3",
    "warning": "M8 2 14.75 13.75H1.25zM8 6.5v3.5M8 11.6v.3",
    "people": "M5.5 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8M1.25 13.5c0-2.5 1.8-4.2 4.25-4.2s4.25 1.7 4.25 4.2M10.5 3a2.25 2.25 0 0 1 0 4.3M11.5 9.6c2 .4 3.25 1.9 3.25 3.9",
    "book": "M8 3.5C6.5 2.5 4.25 2.25 2 2.5v10.25c2.25-.25 4.5 0 6 1 1.5-1 3.75-1.25 6-1V2.5c-2.25-.25-4.5 0-6 1v10.25",
    "wave": "M1 9.5c1.5 0 2-3 3.5-3s2 5 3.5 5 2-7 3.5-7 2 3 3.5 3",
    "link": "M6.5 9.5l3-3M7 4.5l1.25-1.25a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.25 1.25a3 3 0 0 1-4.5-4.5L4.5 7",
    "empty": "M2 9.5 4 3h8l2 6.5v3.5H2zM2 9.5h3.5c0 1.5 1 2.25 2.5 2.25s2.5-.75 2.5-2.25H14",
    "keyboard": "M1.5 4h13v8.5h-13zM4 6.75h.3M6.5 6.75h.3M9 6.75h.3M11.6 6.75h.3M4.5 9.75h7",
    "out": "M6 2.5H3v11h3M7 8h7M11 5l3 3-3 3",
    "previous": "M10 3 5 8l5 5",
    "next": "M6 3l5 5-5 5",
    "search": "M7 2.25a4.75 4.75 0 1 0 0 9.5 4.75 4.75 0 0 0 0-9.5M10.5 10.5l3.5 3.5",
    "flask": "M6 1.75v4.5l-3.75 7c-.3.6 0 1 .6 1h10.3c.6 0 .9-.4.6-1L10 6.25v-4.5M5 1.75h6M4.5 10h7",
    "chain": "M2 3h12v3.5H2zM2 9.5h12V13H2zM8 6.5v3",
}  # fmt: skip

NAMES = frozenset(_DRAWINGS)


def icon(name: str, size: int = 16) -> SafeString:
    """The drawing called `name` as inline SVG, hidden from screen readers: words always stand beside it.

    Raises KeyError for a name that is not drawn.
    """
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="{1}"/></svg>',
        size,
        mark_safe(_DRAWINGS[name]),  # noqa: S308 - drawn above, by us
    )
