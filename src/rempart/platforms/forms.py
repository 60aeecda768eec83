"""The forms of platforms: setting one up, by what its connector asks for, and doing something for a reason."""

import types
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import SERVICE, words_for
from rempart.platforms.models import Drift, Platform
from rempart.platforms.registry import CONNECTORS, LISTENERS
from rempart.records.references import SERVICES
from rempart.records.vocabulary import MEASURES

SETTING = "setting_"
USUAL_SERVICE = {"matrix": "matrix", "atproto": "bluesky", "mastodon": "mastodon"}


class ReasonForm(forms.Form):
    """Why something is done; it is kept."""

    reason = forms.CharField(
        label=_("Your reason"), help_text=_("It is kept."), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SettleForm(ReasonForm):
    """Why a difference is settled, and whether what was lost is put back."""

    apply_again = forms.BooleanField(label=_("Put it back in force"), required=False, initial=True)
    field_order = ("apply_again", "reason")

    def __init__(self, *args: Any, drift: Drift, **kwargs: Any) -> None:
        """`drift`: what is settled; only what was lost can be put back."""
        super().__init__(*args, **kwargs)
        if drift.kind != Drift.Kind.LOST:
            del self.fields["apply_again"]


class ApproximationForm(forms.Form):
    """What the platform does instead of a measure, and why."""

    measure = forms.ChoiceField(label=_("What the platform does instead"))
    reason = forms.CharField(
        label=_("Your reason"),
        help_text=_("Kept with the case, and read by whoever has to approve it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, measure: str, **kwargs: Any) -> None:
        """`measure`: what was decided. Heavier measures say that they are."""
        super().__init__(*args, **kwargs)
        here = MEASURES.index(measure)
        chosen = self.fields["measure"]
        chosen.choices = [
            (name, _heavier(name) if place > here else words_for("measure", name, capital=True))
            for place, name in enumerate(MEASURES)
            if place and place != here
        ]


def _heavier(name: str) -> str:
    return str(_("%(measure)s (heavier: another person has to approve)")) % {
        "measure": words_for("measure", name, capital=True)
    }


class LookUpForm(forms.Form):
    """An account to ask the platform about, or none."""

    account = forms.CharField(
        label=_("An account there, if you like"),
        help_text=_("You read what the platform says of it. Without one, we ask for a name that nobody has."),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )


class PlatformForm(forms.Form):
    """A platform: where it is, what it covers, its secret, and what its kind of connector asks for."""

    name = forms.SlugField(
        label=_("Name"), max_length=40, help_text=_("Short, without spaces: colleagues read it. It stays.")
    )
    service = forms.ChoiceField(label=_("Service"), help_text=_("What kind of accounts it has."))
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("Where its interface for programs answers: https://matrix.example.org"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    hosts = forms.CharField(
        label=_("Servers that it covers"),
        required=False,
        help_text=_(
            "One a line, where the service is many servers (Matrix, Mastodon): what stands behind the last colon or @ "
            "of an account. Accounts of other servers are not ours."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=4000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, kind: str, platform: Platform | None = None, **kwargs: Any) -> None:
        """`platform`: the one that is changed; its name, kind and service stay."""
        self.kind = kind
        self.struct = settings_struct(kind)
        if platform is not None:
            kwargs["initial"] = {
                "address": platform.address,
                "hosts": "\n".join(platform.hosts),
                **{SETTING + name: _as_typed(value) for name, value in platform.settings.items()},
            }
        super().__init__(*args, **kwargs)
        self.fields["secret"].help_text = (
            _("Leave it empty to keep the one that we have. It is sealed, and never shown.")
            if platform is not None and platform.secret is not None
            else _("What lets us in: a token or a password. It is sealed, and never shown again.")
        )
        if platform is not None:
            del self.fields["name"], self.fields["service"]
        else:
            self.fields["service"].choices = [(one, SERVICE.get(one, one)) for one in SERVICES]
            self.fields["service"].initial = USUAL_SERVICE.get(kind)
        for field in msgspec.structs.fields(self.struct):
            self.fields[SETTING + field.encode_name] = _form_field(field)

    def setting_fields(self) -> Iterator[forms.BoundField]:
        """What the connector asks for."""
        return (self[name] for name in self.fields if name.startswith(SETTING))

    def common_fields(self) -> Iterator[forms.BoundField]:
        """What every platform has."""
        return (self[name] for name in self.fields if not name.startswith(SETTING))

    @property
    def settings(self) -> dict[str, Any]:
        """What was filled in for the connector; what was left empty stays at its default."""
        found = {}
        for field in msgspec.structs.fields(self.struct):
            value = self.cleaned_data.get(SETTING + field.encode_name)
            if value not in (None, "", []):
                found[field.encode_name] = value
        return found

    @property
    def given(self) -> dict[str, Any]:
        """What `services.add_platform` and `change_platform` take, but for the name, kind and service."""
        return {
            "address": self.cleaned_data["address"],
            "hosts": self.cleaned_data["hosts"].split(),
            "settings": self.settings,
        }

    def clean(self) -> dict[str, Any]:
        """What was filled in, once it is what the connector's settings can be."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                msgspec.convert(self.settings, self.struct)
            except msgspec.ValidationError as error:
                self.refuse("settings", str(error))
        return cleaned

    def refuse(self, field: str, message: str) -> None:
        """Show what is wrong with a field (of PlatformRefused), or with the setting that the message names."""
        if field == "settings":
            named = (name for name in self.fields if name.startswith(SETTING))
            found = next((name for name in named if f"`{name.removeprefix(SETTING)}`" in message), None)
            found = found or next((name for name in self.fields if f"$.{name.removeprefix(SETTING)}" in message), None)
            self.add_error(found, message)
        else:
            self.add_error(field if field in self.fields else None, message)


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def clean(self, value: Any) -> list[str]:
        """The lines that hold something."""
        return [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]


def settings_struct(kind: str) -> type[msgspec.Struct]:
    """The struct by which a kind of connector reads its settings: the one of its `settings.py` named so.

    Raises KeyError for an unknown kind.
    """
    room = (LISTENERS | CONNECTORS)[kind].rsplit(".", 2)[0]
    module = import_module(f"{room}.settings")
    found: type[msgspec.Struct] = next(
        one
        for name, one in vars(module).items()
        if name.endswith("Settings") and isinstance(one, type) and issubclass(one, msgspec.Struct)
    )
    return found


def _form_field(field: Any) -> forms.Field:
    """A form field for one field of a settings struct, by its type; anything nested is written as JSON."""
    described, kind = _unwrapped(field.type)
    required = field.required
    common: dict[str, Any] = {
        "label": field.encode_name.replace("_", " ").capitalize(),
        "help_text": described.get("description", ""),
        "required": required,
    }
    initial = None if field.default is msgspec.NODEFAULT else _as_typed(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        initial = _as_typed(msgspec.to_builtins(field.default_factory()))
    common["initial"] = initial
    if kind is bool:
        return forms.BooleanField(**common | {"required": False})
    if kind in (int, float):
        number = forms.IntegerField if kind is int else forms.FloatField
        return number(**common, **_bounds(described))
    if kind is str:
        return forms.CharField(**common, max_length=described.get("max_length", 2000))
    if get_origin(kind) is Literal:
        return forms.ChoiceField(choices=[(one, one) for one in get_args(kind)], **common)
    if get_origin(kind) in (list, tuple, set, frozenset) and get_args(kind)[0] is str:
        return Lines(**common)
    return forms.JSONField(**common, widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}))


def _unwrapped(annotation: Any) -> tuple[dict[str, Any], Any]:
    """What `Annotated[…, msgspec.Meta(…)] | None` says of itself, and the type inside."""
    described: dict[str, Any] = {}
    while True:
        if metadata := getattr(annotation, "__metadata__", None):
            for meta in metadata:
                if isinstance(meta, msgspec.Meta):
                    described |= {name: value for name, value, *_ in meta.__rich_repr__() if value is not None}
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, types.UnionType):
            inside = [one for one in get_args(annotation) if one is not type(None)]
            if len(inside) != 1:
                return described, object
            annotation = inside[0]
        else:
            return described, annotation


def _bounds(described: Mapping[str, Any]) -> dict[str, Any]:
    return {
        ours: described[theirs]
        for ours, theirs in (("min_value", "ge"), ("max_value", "le"))
        if described.get(theirs) is not None
    }


def _as_typed(value: Any) -> Any:
    """A stored setting as somebody would have typed it."""
    return "\n".join(value) if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) else value
