"""Builders for what comes in: lines of posts, and an import that needs no file."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from rempart.records.lines import Rejects

BEGIN = datetime(2026, 6, 17, 16, 4, tzinfo=UTC)


def line(number: int, text: str, *, service: str = "bluesky", author: str | None = None, **fields) -> bytes:
    """A post of the contract as a line."""
    post = {
        "id": f"p{number}",
        "service": service,
        "author": author or f"author{number}.example",
        "created_at": (BEGIN + timedelta(minutes=number)).isoformat(),
        "text": text,
    }
    return json.dumps(post | fields).encode()


ACCUSES = "#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans"


@pytest.fixture
def post():
    """Make a line: `post(1, "text", service="twitter")`."""
    return line


@pytest.fixture
def accuses() -> str:
    """A text that accuses tiktok:leo.vrtx."""
    return ACCUSES


@pytest.fixture
def bring_in(db):
    """Import lines; returns the import and the rejects as a list."""
    from rempart.intake.services import import_wave

    def run(*lines: bytes, **options):
        out = io.BytesIO()
        done = import_wave([lines], hashtag="#BalanceTonTiktokeur", rejects=Rejects(out), **options)
        return done, [json.loads(one) for one in out.getvalue().splitlines()]

    return run
