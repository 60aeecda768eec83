"""Builders for posts and their reading."""

import pytest

from rempart.reading import PostReader
from rempart.records.post import Post


@pytest.fixture(scope="session")
def readers():
    """A reader by default service, kept because compiling the vocabulary takes a moment."""
    return {service: PostReader(default_service=service) for service in (None, "tiktok")}


@pytest.fixture
def post():
    """Builds a post on Twitter."""

    def build(text, **fields):
        given = {"id": "1", "service": "twitter", "author": "quelquun", "created_at": "2020-06-18T12:00:00Z"}
        return Post(**{**given, "text": text, **fields})

    return build


@pytest.fixture
def read(readers, post):
    """Reads a text as a post on Twitter in a wave about TikTok."""

    def read_text(text, *, default_service="tiktok", **fields):
        return readers[default_service].read(post(text, **fields))

    return read_text
