"""The catalogues of translations: gathered from the code and the templates, updated, compiled; all by Babel.

`python -m rempart.pages.translations` compiles them (set-up, start and the build of the package do it);
`python -m rempart.pages.translations update` first brings `locale/*/LC_MESSAGES/django.po` up to date with the sources.
The sources are in English; an entry that nobody has translated yet makes a test fail. No Django settings are needed.
A variant, such as `fr_Child` (to children: "tu" and simple words), holds by hand what differs from its language alone;
what is compiled is the whole.
"""

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = PACKAGE / "pages" / "locale"
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}
# Dates and names of a header: the history says them better, and they would change with every update.
_UNSAID = ('"Report-', '"POT-', '"PO-Rev', '"Last-', '"Language-Team', '"Generated')
_METHODS = [
    ("**/templates/**.html", "rempart.pages.translations:extract_template"),
    ("**/templates/**.txt", "rempart.pages.translations:extract_template"),
    ("**.py", "python"),
]


def extract_template(
    source: BinaryIO, keywords: Mapping[str, Any], comment_tags: list[str], options: Mapping[str, str]
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Babel's extractor for Django templates: Django turns tags into calls of gettext, which Babel then reads."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    # Inside brackets, the indentation of what is left of the page means nothing to Python's tokeniser.
    text = "(" + templatize(source.read().decode()) + ")"
    yield from extract_python(BytesIO(text.encode()), keywords, comment_tags, options)


def extracted() -> Catalog:
    """Every sentence of the sources, in the order of files and lines, as an empty catalogue."""
    catalogue = Catalog(project="Rempart", charset="utf-8")
    found = extract_from_dir(
        PACKAGE, _METHODS, keywords=_KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for path, _line, message, comments, context in found:
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def catalogue_paths() -> list[Path]:
    """The catalogue of each language other than English."""
    return [path for path in _all_paths() if "_" not in path.parents[1].name]


def variant_paths() -> list[Path]:
    """The catalogue of each variant of a language."""
    return [path for path in _all_paths() if "_" in path.parents[1].name]


def _all_paths() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def read_catalogue(path: Path) -> Catalog:
    """A catalogue as it is on disk."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parents[1].name.partition("_")[0])


def update_catalogues() -> None:
    """Bring every catalogue up to date: new sentences come in empty, those gone from the sources go."""
    template = extracted()
    for path in catalogue_paths():
        catalogue = read_catalogue(path)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = (
            f"# {path.parents[1].name}: update with `python -m rempart.pages.translations update`"
        )
        written = BytesIO()
        write_po(written, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
        lines = written.getvalue().decode().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(_UNSAID)), encoding="utf-8")


def compile_catalogues() -> list[Path]:
    """Write a `.mo` beside each `.po` that is newer than it; a folder that may not be written to is left as it is.

    Returns the files written.
    """
    written = []
    for path in _all_paths():
        compiled, made_of = path.with_suffix(".mo"), _made_of(path)
        if compiled.exists() and compiled.stat().st_mtime_ns >= max(one.stat().st_mtime_ns for one in made_of):
            continue
        new = compiled.with_suffix(".mo.new")
        try:
            with new.open("wb") as stream:
                write_mo(stream, _whole(made_of))
            new.replace(compiled)
        except PermissionError:
            continue
        written.append(compiled)
    return written


def _made_of(path: Path) -> list[Path]:
    """The catalogue, after that of its language where it is a variant."""
    language, _, variant = path.parents[1].name.partition("_")
    return [LOCALE / language / "LC_MESSAGES" / "django.po", path] if variant else [path]


def _whole(made_of: list[Path]) -> Catalog:
    """One catalogue of several, in which the later have the last word."""
    catalogue = read_catalogue(made_of[0])
    for path in made_of[1:]:
        for message in read_catalogue(path):
            if message.id and (known := catalogue.get(message.id, message.context)) is not None:
                known.string = message.string
    return catalogue


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update_catalogues()
    compile_catalogues()
