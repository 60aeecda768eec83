"""What Rempart cannot know and the team fills in: a YAML file, laid out as inputs.example.yaml. No Django."""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from rempart.accountability.report.template import HERE, template

Count = Annotated[int, msgspec.Meta(ge=0)]
Number = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Words = Annotated[str, msgspec.Meta(max_length=5000)]
EXAMPLE = HERE / "inputs.example.yaml"


class InputsRefused(ValueError):
    """The file of inputs says something that it cannot; the message names the field."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Disputes(_Part):
    """Disputes put to certified out-of-court bodies (DSA Art. 21) in the period; what is left out is not known."""

    total: Count | None = None
    upheld: Count | None = None
    partially_reversed: Count | None = None
    reversed: Count | None = None
    median_hours: Number | None = None
    omitted: Count | None = None
    implemented_share: Share | None = None


class Classifier(_Part):
    """Automated means of the platform's own, as it measured them."""

    name: str
    accuracy: Share | None = None
    precision: Share | None = None
    recall: Share | None = None
    context: str = ""


class People(_Part):
    """People who moderate, in full-time equivalents; by_language: those who understand it at level B2 at least."""

    internal: Number | None = None
    external: Number | None = None
    by_language: dict[str, Number] = {}
    context: str = ""


class Recipients(_Part):
    """Average monthly active recipients, in all and by Member State (Eurostat's codes: EL for Greece)."""

    total: Count | None = None
    by_state: dict[str, Count] = {}


class Inputs(_Part):
    """What the team fills in; everything may be left out, is blank then, and said to be."""

    provider: str = ""
    service: str = ""
    very_large: bool = False
    published_on: date | None = None
    previous_on: date | None = None
    illegal_content_suspensions: Count | None = None
    unfounded_complaint_suspensions: Count | None = None
    out_of_court: Disputes = Disputes()
    classifiers: tuple[Classifier, ...] = ()
    people: People = People()
    recipients: Recipients = Recipients()
    qualitative: dict[str, Words] = {}


def read_inputs(text: str | bytes) -> Inputs:
    """Inputs from YAML. Raises InputsRefused, naming the field."""
    try:
        found = msgspec.convert(yaml.safe_load(text) or {}, Inputs)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputsRefused(f"it is no YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise InputsRefused(str(error)) from error
    known = template()
    for field, given, allowed in (
        ("people.by_language", found.people.by_language, known.languages),
        ("recipients.by_state", found.recipients.by_state, known.states),
        ("qualitative", found.qualitative, [one.key for one in known.qualitative]),
    ):
        if wrong := sorted(set(given) - set(allowed)):
            raise InputsRefused(f"{field}: {wrong[0]!r} is none of {', '.join(allowed)}")
    return found


def read_file(path: Path) -> Inputs:
    """Inputs from a file. Raises InputsRefused, naming the file and the field; OSError when it cannot be read."""
    try:
        return read_inputs(path.read_bytes())
    except InputsRefused as refused:
        raise InputsRefused(f"{path}: {refused}") from refused
