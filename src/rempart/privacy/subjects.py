"""What is held about one person, handed to them (GDPR Art. 15) or erased at their request (Art. 17).

A person is an account of a service, as a `respondent`, whom others speak of, or as an `author`, who spoke. Rooms say in
their `subjects.py` what they hold: `EXPORTERS` and `ERASERS` by name, and in `LEFT_OUT` what they do not hand over, and
why. No room imports another for it. What is handed over is data (JSON), the same as plain text, and the person's own
files.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import yaml
from django.apps import apps
from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac

from rempart import ledger
from rempart.ledger import Event
from rempart.records.references import SERVICES

Role = Literal["respondent", "author"]
ROLES: tuple[Role, ...] = ("respondent", "author")
LANGUAGES = ("fr", "en")
_IN_LANGUAGES = {name + kind for name in LANGUAGES for kind in ("", "_child")}
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who asks: an account of a service, as whom others speak of or as who spoke."""

    service: str
    handle: str
    role: Role

    @property
    def reference(self) -> str:
        """How the ledger names them: a keyed digest, from which nobody learns who it is."""
        asked = f"{self.role}:{self.service}:{self.handle}"
        digest = salted_hmac("rempart.privacy.subject", asked, algorithm="sha256").hexdigest()[:32]
        return f"privacy.subject:{digest}"


@dataclass(kw_only=True)
class Export:
    """What one room hands over: `data` that JSON can hold (moments and dates too), and the person's own files.

    words: how people read the values that the data hold as they are stored, in the language of the moment.
    """

    data: Any
    files: dict[str, bytes] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Erased:
    """A kind of thing that is (or would be) erased, how many there are, and why some stay, if they do."""

    what: str
    erased: int
    stays: int = 0
    because: str = ""


Exporter = Callable[[Subject], Export | None]
# (who, whether it is really done, the reason) → what was or would be erased, and what stays.
Eraser = Callable[[Subject, bool, str], list[Erased]]


def _of_rooms(name: str) -> Iterator[tuple[str, Any]]:
    """What each room's `subjects.py` has under this name, rooms on the right first: they know what still holds."""
    for config in reversed(list(apps.get_app_configs())):
        module = f"{config.name}.subjects"
        if config.name.startswith("rempart.") and config.name != "rempart.privacy" and find_spec(module):
            yield config.label, getattr(import_module(module), name, {})


def exporters() -> dict[str, Exporter]:
    """Every room's exporters, by name. Raises ValueError when two rooms claim the same name."""
    return _gathered("EXPORTERS")


def erasers() -> dict[str, Eraser]:
    """Every room's erasers, by name. Raises ValueError when two rooms claim the same name."""
    return _gathered("ERASERS")


def left_out() -> dict[str, str]:
    """Tables that no export holds, and why, by the table's label."""
    return _gathered("LEFT_OUT")


def _gathered(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _room, given in _of_rooms(name):
        if twice := found.keys() & given.keys():
            raise ValueError(f"two rooms claim {sorted(twice)[0]}")
        found |= given
    return found


def parse_subject(text: str, role: str) -> Subject:
    """`tiktok:leo.vrtx`, or `tiktok:#6982…` by the platform's number, as a subject. Raises ValueError for the rest."""
    service, colon, handle = text.strip().partition(":")
    number = handle.strip().startswith("#")
    handle = handle.strip() if number else handle.strip().lstrip("@").lower()
    if not colon or service not in SERVICES or not handle.strip("#"):
        raise ValueError(f"{text}: write it as SERVICE:HANDLE, such as tiktok:leo.vrtx")
    if role not in ROLES:
        raise ValueError(f"{role} is none of {', '.join(ROLES)}")
    return Subject(service=service, handle=handle, role=role)


@transaction.atomic
def export_subject(subject: Subject, *, language: str = "fr") -> dict[str, bytes]:
    """Everything that is handed over, by file name: data.json, the same as text, and the person's files.

    One row in the ledger says that it was done, by a digest of who asked.
    """
    with translation.override(language):
        held = {name: made for name, exporter in sorted(exporters().items()) if (made := exporter(subject)) is not None}
    words = _words()[language]
    values = words["values"] | {value: said for made in held.values() for value, said in made.words.items()}
    data = {
        "about": {"service": subject.service, "handle": subject.handle, "as": subject.role},
        "held": {name: _plain(made.data) for name, made in held.items()},
        "left_out": words["left_out"][subject.role],
    }
    found = {
        "data.json": (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(),
        words["file"]: _as_text(data, {**words, "values": values}, language).encode(),
    }
    for name, made in held.items():
        found |= {f"{name}/{path}": content for path, content in made.files.items()}
    ledger.append(Event.SUBJECT_EXPORTED, subject=subject.reference, content={"as": subject.role})
    return found


def write_export(found: Mapping[str, bytes], out: Path) -> None:
    """Write an export into a new or empty folder, or as a zip when the name says so. Raises FileExistsError."""
    if out.suffix == ".zip":
        with out.open("xb") as stream:
            stream.write(as_zip(found))
        return
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(17, "is not empty", str(out))
    for name, content in found.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def as_zip(found: Mapping[str, bytes]) -> bytes:
    """An export as one file; it does not show when it was made."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(found):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), found[name], compress_type=zipfile.ZIP_DEFLATED)
    return held.getvalue()


def erase_subject(subject: Subject, *, because: str, really: bool) -> list[Erased]:
    """Erase what may be erased of somebody; with `really` false nothing is changed and the same is told.

    because: the reason, which must itself hold nothing personal. All or nothing: one transaction, one ledger row.
    """
    with transaction.atomic():
        told = [one for eraser in erasers().values() for one in eraser(subject, really, because)]
        if really:
            content = {"as": subject.role, "reason": because, "erased": sum(one.erased for one in told)}
            ledger.append(Event.SUBJECT_ERASED, subject=subject.reference, content=content)
    return told


def told(lines: Iterable[Erased], form: str, *, really: bool) -> Iterator[str]:
    """What was or would be erased, a line a kind, or as one JSON array."""
    if form == "json":
        yield json.dumps([asdict(one) for one in lines], ensure_ascii=False)
        return
    done = "erased" if really else "would be erased"
    for one in lines:
        stays = f", {one.stays} stays: {one.because}" if one.stays else ""
        yield f"{one.what}: {one.erased} {done}{stays}"
    if not really:
        yield "Nothing was changed. To do it: --yes"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


@cache
def _words() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(files("rempart.privacy").joinpath("subjects.yaml").read_text(encoding="utf-8")))


def _as_text(data: Mapping[str, Any], words: Mapping[str, Any], language: str) -> str:
    about = data["about"]
    lines = [words["title"].format(**about), "", words["intro"][about["as"]].strip(), ""]
    for name, held in data["held"].items():
        lines += [_named(name, words).upper(), *_lines(_in_language(held, language), words, 0), ""]
    lines += [words["left_out_title"].upper(), *(f"- {sentence}" for sentence in data["left_out"]), ""]
    return "\n".join(lines)


def _in_language(value: Any, language: str) -> Any:
    """The same, each text that stands in several languages in one alone, in a child's words where there are such."""
    if isinstance(value, list):
        return [_in_language(one, language) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value and value.keys() <= _IN_LANGUAGES:
        return value.get(f"{language}_child", value.get(language, next(iter(value.values()))))
    return {key: _in_language(one, language) for key, one in value.items()}


def _lines(value: Any, words: Mapping[str, Any], depth: int) -> Iterator[str]:
    """A value as indented lines, its names in the reader's language."""
    space = "  " * depth
    if isinstance(value, Mapping) and value.keys() >= {"title", "paragraphs"}:
        yield f"{space}{value['title']}"
        yield from (f"{space}  {paragraph}" for paragraph in value["paragraphs"])
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if isinstance(one, Mapping | list) and one:
                yield f"{space}{_named(key, words)}:"
                yield from _lines(one, words, depth + 1)
            else:
                said = _said(one, words).replace("\n", f"\n{space}  ")
                yield f"{space}{_named(key, words)}: {said}"
    elif isinstance(value, list) and value:
        yield from _items(value, words, depth)
    else:
        yield f"{space}{_said(value, words)}"


def _items(values: list[Any], words: Mapping[str, Any], depth: int) -> Iterator[str]:
    for place, one in enumerate(values):
        if not isinstance(one, Mapping | list):
            yield f"{'  ' * depth}- {_said(one, words)}"
            continue
        if place:
            yield ""
        yield from _lines(one, words, depth)


def _named(key: str, words: Mapping[str, Any]) -> str:
    return str(words["names"].get(key, key.replace("_", " ")))


def _said(value: Any, words: Mapping[str, Any]) -> str:
    if value is None or value in ([], {}):
        return str(words["nothing"])
    if isinstance(value, bool):
        return str(words["yes"] if value else words["no"])
    return str(words["values"].get(value, value)) if isinstance(value, str) else str(value)
