"""From the YAML of a rulebook to its articles, noting every problem with its line and column on the way."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, TypeVar, cast, get_args

import yaml

from rempart.records.references import SERVICES
from rempart.records.vocabulary import MEASURES
from rempart.rulebook.article import APPROVALS, LONGEST_PREVENTIVE, RISKS, Article, Legal, Risk, ScopedService
from rempart.rulebook.dsa import CATEGORIES, GROUNDS, KEYWORDS
from rempart.rulebook.expression import Expression, InvalidExpression
from rempart.rulebook.source import Source

Use = Literal["live", "replay_only"]
USES: tuple[Use, ...] = get_args(Use)
SCOPED: tuple[ScopedService, ...] = ("own", *SERVICES)
LANGUAGES = ("fr", "en")  # every rulebook speaks at least these: decisions give their reasons in both

_ID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"([1-9][0-9]{0,4})(h|d)")
_NUMBER = re.compile(r"[0-9]{1,3}")

_BOOK_KEYS = ("name", "version", "languages", "use", "articles")
_ARTICLE_KEYS = ("id", "title", "text", "when", "answers", "measure", "mode", "approval")
_ARTICLE_OPTIONAL = ("scope", "lasts", "renewable", "review_within", "right_of_reply", "legal")

T = TypeVar("T")


class Entry(NamedTuple):
    """An article as read, with its condition compiled and the node of each of its keys."""

    article: Article
    program: Expression
    nodes: dict[str, yaml.Node]


class Book(NamedTuple):
    """What a rulebook's text says."""

    name: str
    version: str
    languages: tuple[str, ...]
    use: Use
    entries: list[Entry]


def read_book(source: Source) -> Book:
    """The rulebook that a source holds. Problems are noted in the source; with any, the book is incomplete."""
    keys = _mapping(source, source.root, "a rulebook", _BOOK_KEYS)
    name = _text(source, keys.get("name"), "name", pattern=_ID, example="my-rulebook")
    version = _version(source, keys.get("version"))
    languages = _languages(source, keys.get("languages"))
    use = _choice(source, keys.get("use"), "use", USES)
    entries: list[Entry] = []
    seen: dict[str, yaml.Node] = {}
    for node in _items(source, keys.get("articles"), "articles"):
        entry = _article(source, node, languages)
        if entry is None:
            continue
        if entry.article.id in seen:
            line = seen[entry.article.id].start_mark.line + 1
            source.note(entry.nodes["id"], f"the id `{entry.article.id}` is already that of the article on line {line}")
        seen.setdefault(entry.article.id, entry.nodes["id"])
        entries.append(entry)
    return Book(name or "", version or "", languages, use or "replay_only", entries)


def _article(source: Source, node: yaml.Node, languages: Sequence[str]) -> Entry | None:
    before = len(source.problems)
    nodes = _mapping(source, node, "an article", _ARTICLE_KEYS, _ARTICLE_OPTIONAL)
    scope = _mapping(source, nodes["scope"], "`scope`", (), ("conduct_on", "met_on")) if "scope" in nodes else {}
    program = _condition(source, nodes.get("when"))
    lasts = _duration(source, nodes.get("lasts"), "lasts")
    article = {
        "id": _text(source, nodes.get("id"), "id", pattern=_ID, example="contact-first"),
        "title": _words(source, nodes.get("title"), "title", languages),
        "text": _words(source, nodes.get("text"), "text", languages),
        "conduct_on": _services(source, scope.get("conduct_on"), "conduct_on"),
        "met_on": _services(source, scope.get("met_on"), "met_on"),
        "when": program.source if program else "",
        "answers": _risks(source, nodes.get("answers")),
        "measure": _choice(source, nodes.get("measure"), "measure", MEASURES),
        "mode": _choice(source, nodes.get("mode"), "mode", ("preventive", "final")),
        "approval": _choice(source, nodes.get("approval"), "approval", APPROVALS),
        "lasts": lasts,
        "renewals": _renewals(source, nodes.get("renewable"), lasts),
        "review_within": _duration(source, nodes.get("review_within"), "review_within"),
        "right_of_reply": _truth(source, nodes.get("right_of_reply"), "right_of_reply"),
        "legal": _legal(source, nodes.get("legal")),
    }
    if program is None or len(source.problems) > before:
        return None
    return Entry(Article(**cast(Any, article)), program, {"": node, **nodes})


def _condition(source: Source, node: yaml.Node | None) -> Expression | None:
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        source.note(node, "`when` must be an expression")
        return None
    try:
        return Expression(node.value)
    except InvalidExpression as error:
        for fault in error.faults:
            source.note_inside(node, fault.offset, fault.message)
        return None


def _mapping(
    source: Source, node: yaml.Node, what: str, required: Iterable[str], optional: Iterable[str] = ()
) -> dict[str, yaml.Node]:
    """The nodes of a mapping by key; unknown, doubled and missing keys are noted, keys without a value left out."""
    if not isinstance(node, yaml.MappingNode):
        source.note(node, f"{what} must be a mapping of keys to values")
        return {}
    required = tuple(required)
    known = (*required, *optional)
    found: dict[str, yaml.Node] = {}
    seen: set[str] = set()
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name not in known:
            source.note(key, f"unknown key `{name}` in {what}; known are {', '.join(known)}")
        elif name in seen:
            source.note(key, f"`{name}` is given twice")
        elif not _is_null(value):
            found[name] = value
        seen.add(name)
    for name in required:
        if name not in found and name not in seen:
            source.note(node, f"{what} needs `{name}`")
        elif name not in found:
            source.note(next(key for key, _ in node.value if key.value == name), f"`{name}` has no value")
    return found


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in {"", "~", "null"}


def _items(source: Source, node: yaml.Node | None, name: str) -> list[yaml.Node]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        source.note(node, f"`{name}` must be a list")
        return []
    if not node.value:
        source.note(node, f"`{name}` is empty")
    return list(node.value)


def _scalar(source: Source, node: yaml.Node | None, name: str) -> str | None:
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        source.note(node, f"`{name}` must be one value, not a list or a mapping")
        return None
    text: str = node.value
    return text.strip()


def _text(source: Source, node: yaml.Node | None, name: str, *, pattern: re.Pattern[str], example: str) -> str | None:
    text = _scalar(source, node, name)
    if node is not None and text is not None and not pattern.fullmatch(text):
        source.note(node, f"`{name}` must be lower-case letters, digits and hyphens, as in `{example}`")
        return None
    return text


def _version(source: Source, node: yaml.Node | None) -> str | None:
    text = _scalar(source, node, "version")
    if node is None or text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        source.note(node, "`version` must be a date such as 2026-11-22")
        return None
    return text


def _languages(source: Source, node: yaml.Node | None) -> tuple[str, ...]:
    languages = []
    for item in _items(source, node, "languages"):
        language = _scalar(source, item, "languages")
        if language is not None and not _LANGUAGE.fullmatch(language):
            source.note(item, f"`{language}` is no language code such as `fr`")
        elif language is not None:
            languages.append(language)
    if node is not None and (missing := [language for language in LANGUAGES if language not in languages]):
        source.note(node, f"missing language: every rulebook speaks {' and '.join(missing)}")
    return tuple(dict.fromkeys([*languages, *LANGUAGES]))


def _words(source: Source, node: yaml.Node | None, name: str, languages: Sequence[str]) -> dict[str, str]:
    """A text in each language of the rulebook."""
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        source.note(node, f"`{name}` must give a text for each language: {', '.join(languages)}")
        return {}
    words = {}
    for key, value in node.value:
        language = key.value if isinstance(key, yaml.ScalarNode) else ""
        if language not in languages:
            source.note(key, f"`{name}` in a language that `languages` does not list: {language}")
        elif language in words:
            source.note(key, f"`{language}` is given twice")
        else:
            words[language] = " ".join((_scalar(source, value, name) or "").split())
            if isinstance(value, yaml.ScalarNode) and not words[language]:
                source.note(key, f"`{name}` is empty in {language}")
    for language in languages:
        if language not in words:
            source.note(node, f"missing language: `{name}` has no text in {language}")
    return words


def _services(source: Source, node: yaml.Node | None, name: str) -> tuple[ScopedService, ...] | None:
    """The services of a scope; None for any."""
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        if node.value.strip() == "any":
            return None
        items: list[yaml.Node] = [node]
    else:
        items = _items(source, node, name)
    services = [_choice(source, item, name, SCOPED, what="service") for item in items]
    return tuple(dict.fromkeys(service for service in services if service is not None))


def _risks(source: Source, node: yaml.Node | None) -> tuple[Risk, ...]:
    items = [node] if isinstance(node, yaml.ScalarNode) else _items(source, node, "answers")
    risks = [_choice(source, item, "answers", RISKS, what="risk") for item in items]
    return tuple(dict.fromkeys(risk for risk in risks if risk is not None))


def _choice(
    source: Source, node: yaml.Node | None, name: str, choices: Sequence[T], *, what: str | None = None
) -> T | None:
    text = _scalar(source, node, name)
    if node is None or text is None:
        return None
    for choice in choices:
        if choice == text:
            return choice
    listed = ", ".join(str(choice) for choice in choices)
    source.note(node, f"unknown {what or name} `{text}`; `{name}` is one of {listed}")
    return None


def _duration(source: Source, node: yaml.Node | None, name: str) -> timedelta | None:
    text = _scalar(source, node, name)
    if node is None or text is None:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        source.note(node, f"`{name}` must be a duration such as 72h or 14d, not `{text}`")
        return None
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(days=int(found[1]))


def _renewals(source: Source, node: yaml.Node | None, lasts: timedelta | None) -> int:
    """How many times a measure may be renewed; `true` is as often as a preventive measure may at all."""
    text = _scalar(source, node, "renewable")
    if node is None or text is None or text == "false":
        return 0
    if text == "true":
        return max(0, LONGEST_PREVENTIVE // lasts - 1) if lasts else 0
    if _NUMBER.fullmatch(text):
        return int(text)
    source.note(node, "`renewable` is true, false, or how many times the measure may be renewed")
    return 0


def _truth(source: Source, node: yaml.Node | None, name: str) -> bool:
    return _choice(source, node, name, ("true", "false")) == "true"


def _legal(source: Source, node: yaml.Node | None) -> Legal | None:
    if node is None:
        return None
    keys = _mapping(source, node, "`legal`", ("ground", "category"), ("keywords",))
    ground = _listed(source, keys.get("ground"), "ground", GROUNDS)
    category = _listed(source, keys.get("category"), "category", CATEGORIES)
    keywords = [
        _listed(source, item, "keywords", KEYWORDS)
        for item in (_items(source, keys["keywords"], "keywords") if "keywords" in keys else [])
    ]
    return Legal(ground or "", category or "", tuple(keyword for keyword in keywords if keyword))


def _listed(source: Source, node: yaml.Node | None, name: str, values: frozenset[str]) -> str | None:
    text = _scalar(source, node, name)
    if node is not None and text is not None and text not in values:
        source.note(node, f"`{text}` is no {name} of the DSA Transparency Database")
        return None
    return text
