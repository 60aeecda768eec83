"""What authorities and the people whom orders concern are written (letters.yaml), in French and in English."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from rempart.accountability.models import Request
from rempart.accountability.models.requests import TOLD_BY_US
from rempart.casework.statements.dates import LANGUAGES, Language, moment

WhoTells = Literal["us", "authority", "nobody"]


def who_tells(request: Request) -> WhoTells:
    """Who tells the person concerned: we (DSA, Arts 9(5) and 10(5)), the authority (2023/1543, Art. 13), or nobody.

    Nobody where a request is answered by figures that concern nobody in particular.
    """
    if request.kind in TOLD_BY_US:
        return "us"
    return "authority" if request.under_electronic_evidence else "nobody"


def receipt(request: Request) -> dict[str, str]:
    """The acknowledgement of receipt (DSA, Arts 9(1) and 10(1))."""
    which = "preserved_receipt" if request.kind == Request.Kind.PRESERVATION_ORDER else "receipt"
    return {
        language: _texts()[which][language].format(
            received=moment(request.received_at, language),
            due=moment(request.due_at, language),
            reference=request.reference,
            number=request.number,
            kind=_texts()["kind"][language][request.kind],
            who_tells=_texts()["who_tells"][who_tells(request)][language],
        )
        for language in LANGUAGES
    }


def told(request: Request, *, reasons: Mapping[str, str], redress: Mapping[str, str]) -> dict[str, str]:
    """What the person concerned is told of an order: by whom, on which right, its reasons, its effect, redress.

    For an order to act, where it applies too (DSA, Arts 9(5) and 10(5)).
    """
    return {
        language: _texts()["told"][request.kind][language].format(
            authority=request.authority,
            received=moment(request.received_at, language),
            legal_basis=request.legal_basis,
            territory=request.territory or _texts()["effect"][language]["nowhere"],
            effect=_effect(request, language),
            reasons=reasons[language],
            redress=redress[language],
        )
        for language in LANGUAGES
    }


def usual_redress() -> dict[str, str]:
    """What somebody can do about an order, where the authority said nothing else."""
    return dict(_texts()["redress"])


def _effect(request: Request, language: Language) -> str:
    said = _texts()["effect"][language]
    if request.kind == Request.Kind.ORDER_TO_INFORM:
        return str(said["informs"])
    done = list(request.executions.all())
    if not done:
        return str(said["acts"])
    return " ; ".join(
        said["acted"].format(at=moment(one.effect_at, language))
        if "words" not in one.measures
        else said["acted_otherwise"].format(words=one.measures["words"], at=moment(one.effect_at, language))
        for one in done
    )


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files("rempart.accountability").joinpath("letters.yaml").read_text("utf-8"))
    return found
