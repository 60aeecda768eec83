"""From a connector's settings struct to the fields of a form and back: one for each value, however deep it stands.

A field is called as the value is reached: `ozone.address`, `abilities.no_live.how.fr`.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import EnumType
from importlib import import_module
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import MEASURE, SUPPORT, words_for
from rempart.platforms.registry import CONNECTORS, LISTENERS

NOTHING = (None, "", [])

# Words for what connectors ask for, by the last part of the name: a label and what it is for.
WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "age": (
        _("Where it says how old somebody is"),
        _("user_type, account_data:TYPE or profile:FIELD. Empty: nowhere, and everybody is protected like a minor."),
    ),
    "small_room": (_("People in a private conversation"), _("A room of up to so many people counts as one.")),
    "unreachable": (
        _("When it cannot reach us"),
        _("What it answers to invitations meanwhile: refuse them all, or allow them all."),
    ),
    "staff_lists": (_("Policy lists of its own moderators"), _("Rooms, one a line.")),
    "rooms": (_("Rooms that are listened to"), _("Regular expressions of ids or aliases, one a line.")),
    "directory": (_("Directory of identities"), _("Where the DIDs of its accounts are registered.")),
    "jetstream": (_("Jetstream"), _("Listened to instead of its own firehose: wss://… Empty: its own.")),
    "labels": (_("Publish lighter measures as labels"), _("Everybody can read a label.")),
    "ozone": (_("Ozone, where there is one"), ""),
    "address": (_("Address"), ""),
    "did": (_("DID"), ""),
    "username": (_("Who signs in"), _("As Special:BotPasswords shows it: Rempart@measures.")),
    "preserved_messages": (_("Messages kept before a measure"), _("The newest ones, at most so many.")),
    "preserved_records": (_("Posts kept before a measure"), _("The newest ones, at most so many.")),
    "preserved_posts": (_("Posts kept before a measure"), _("The newest ones, at most so many.")),
    "preserved_bytes": (_("Bytes kept before a measure"), _("A larger repository is not kept whole.")),
    "preserved_revisions": (_("Edits kept before a measure"), _("The newest ones, at most so many.")),
    "preserved_log_entries": (_("Log entries kept before a measure"), _("The newest ones, at most so many.")),
    "stream": (_("Stream"), _("The JetStream stream that it publishes to.")),
    "subjects": (_("Subjects"), _("What they begin with.")),
    "durable": (_("Consumer"), _("All our workers share it.")),
    "rejects": (_("Subject for what cannot be read"), ""),
    "user": (_("Who signs in"), _("Where it asks for a name and a password.")),
    "batch": (_("Messages at once"), ""),
    "tries": (_("How often a message is tried"), ""),
    "wait": (_("Seconds until another worker gets a message"), ""),
    "support": (_("How it does it"), ""),
    "fr": (_("What it does instead, in French"), _("One sentence, which the person concerned reads.")),
    "en": (_("The same in English"), ""),
    "as": (_("What that amounts to"), ""),
    "ends_by_itself": (_("The platform takes it off by itself at its end"), ""),
    "no_strangers_messages": (_("No messages from strangers"), ""),
    "comment_filter": (_("Filter insults"), ""),
    "hide_follower_counts": (_("Hide the numbers of followers and likes"), ""),
    "no_duets": (_("No duets or remixes"), ""),
    "hide": (_("Hide comments"), ""),
    "report": (_("Report comments"), ""),
}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A value of a settings struct: how it is reached, its type, whether it may be left out, and its default."""

    path: tuple[str, ...]
    kind: Any
    optional: bool
    default: Any

    @property
    def name(self) -> str:
        """What its field is called."""
        return ".".join(self.path)


class Group(NamedTuple):
    """Fields that belong together, under a title; the first group of a form has none."""

    title: str
    fields: list[forms.BoundField]

    @property
    def wrong(self) -> bool:
        """Whether something in it has to be put right."""
        return any(field.errors for field in self.fields)


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """What is stored, as somebody would have typed it."""
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> list[str]:
        """The lines that hold something."""
        return [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]


def settings_struct(kind: str) -> type[msgspec.Struct]:
    """The struct by which a kind of connector reads its settings: the last one of its `settings.py` called so.

    Raises KeyError for an unknown kind.
    """
    room, _module, _class = (CONNECTORS | LISTENERS)[kind].rsplit(".", 2)
    module = import_module(f"{room}.settings")
    *_others, found = (
        one
        for name, one in vars(module).items()
        if name.endswith("Settings") and isinstance(one, type) and issubclass(one, msgspec.Struct)
    )
    return found


def leaves(struct: type[msgspec.Struct], path: tuple[str, ...] = (), *, optional: bool = False) -> Iterable[Leaf]:
    """Every value of a struct and of those inside it, in order."""
    for field in msgspec.structs.fields(struct):
        kind, may_lack = _inside(field.type)
        here, lacking = (*path, field.encode_name), optional or may_lack or not field.required
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            yield from leaves(kind, here, optional=lacking)
        else:
            yield Leaf(path=here, kind=kind, optional=lacking, default=_default(field))


def _inside(annotation: Any) -> tuple[Any, bool]:
    """The type of what may be None, and whether it may."""
    if get_origin(annotation) in (Union, types.UnionType):
        inside = [one for one in get_args(annotation) if one is not type(None)]
        return (inside[0], True) if len(inside) == 1 else (annotation, True)
    return annotation, False


def _default(field: Any) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default


def field_for(leaf: Leaf) -> forms.Field:
    """The field of a value, by its type. Raises TypeError for a type that has none."""
    label, help_text = WORDS.get(leaf.path[-1], (leaf.path[-1], ""))
    common: dict[str, Any] = {
        "label": label,
        "help_text": help_text,
        "required": not leaf.optional,
        "initial": leaf.default,
    }
    made: forms.Field
    if leaf.kind is bool:
        made = forms.BooleanField(**common | {"required": False})
    elif leaf.kind in (int, float):
        made = forms.IntegerField(**common) if leaf.kind is int else forms.FloatField(**common)
    elif leaf.kind is str:
        made = forms.CharField(**common, max_length=2000)
    elif choices := _choices(leaf.kind):
        nothing = [("", "–")] if leaf.optional and leaf.default is None else []
        made = forms.ChoiceField(**common, choices=[*nothing, *((one, _word(one)) for one in choices)])
    elif leaf.kind == list[str]:
        made = Lines(**common)
    else:
        raise TypeError(f"no field for `{leaf.name}`: {leaf.kind}")
    return made


def _choices(kind: Any) -> list[str]:
    if isinstance(kind, EnumType):
        return [str(one.value) for one in kind]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _word(value: str) -> str:
    vocabulary = next((name for name, words in (("support", SUPPORT), ("measure", MEASURE)) if value in words), None)
    return words_for(vocabulary, value, capital=True) if vocabulary else value


def groups_of(found: Iterable[Leaf], form: forms.Form) -> list[Group]:
    """The fields of a form for these values: first those of the struct itself, then what stands inside it."""
    groups: dict[tuple[str, ...], list[forms.BoundField]] = {(): []}
    for leaf in found:
        groups.setdefault(leaf.path[:-1][:2], []).append(form[leaf.name])
    return [Group(_title(path), fields) for path, fields in groups.items() if fields]


def _title(path: tuple[str, ...]) -> str:
    if not path:
        return ""
    return _word(path[-1]) if path[-1] in MEASURE else str(WORDS.get(path[-1], (path[-1], ""))[0])


def flat(settings: Mapping[str, Any], found: Iterable[Leaf]) -> dict[str, Any]:
    """What is stored, by the names of the fields."""
    values = {}
    for leaf in found:
        at: Any = settings
        for part in leaf.path:
            at = at.get(part) if isinstance(at, Mapping) else None
        if at is not None:
            values[leaf.name] = at
    return values


def nested(values: Mapping[str, Any], found: Iterable[Leaf]) -> dict[str, Any]:
    """What was filled in, as it is stored; what was left empty or at its default is left out."""
    settings: dict[str, Any] = {}
    for leaf in found:
        value = values.get(leaf.name)
        if value in NOTHING or value == leaf.default:
            continue
        at = settings
        for part in leaf.path[:-1]:
            at = at.setdefault(part, {})
        at[leaf.path[-1]] = value
    return settings
