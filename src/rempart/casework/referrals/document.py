"""The referral as a document (`pages.documents` sets it): the exact text of everything is in case.json."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rempart.pages.documents import typeset

_FOLDER = files("rempart.casework.referrals")


@cache
def words() -> dict[str, dict[str, Any]]:
    """The document's own words, by language."""
    return dict(yaml.safe_load(_FOLDER.joinpath("words.yaml").read_text(encoding="utf-8")))


def render(dossier: Mapping[str, Any]) -> bytes:
    """The PDF of a dossier (`dossier.py` says what one holds). The same dossier gives the same bytes."""
    said = {"dossier": _marked(dossier), "words": words()[dossier["referral"]["language"]]}
    made_at = int(datetime.fromisoformat(dossier["referral"]["made_at"]["utc"]).timestamp())
    return typeset(_FOLDER.joinpath("referral.typ"), said, made_at=made_at)


def _marked(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """The dossier with each testimony's text cut into pieces, those that something was read from marked."""
    return {**dossier, "testimonies": [{**one, "pieces": pieces(one)} for one in dossier["testimonies"]]}


def pieces(testimony: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A testimony's text in pieces `{"text", "read"}`: `read` where a span covers it."""
    text = testimony["text"] or ""
    covered = [False] * len(text)
    for ranges in (testimony.get("spans") or {}).values():
        for start, end in ranges:
            covered[start:end] = [True] * len(covered[start:end])
    found: list[dict[str, Any]] = []
    for char, read in zip(text, covered, strict=True):
        if found and found[-1]["read"] == read:
            found[-1]["text"] += char
        else:
            found.append({"text": char, "read": read})
    return found
