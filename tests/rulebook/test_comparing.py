"""What changed between two versions of a rulebook."""

import pytest

from rempart.rulebook import load, parse
from rempart.rulebook.comparing import FIELDS, changes

OURS = load("rempart")


def test_a_version_does_not_differ_from_itself():
    assert changes(OURS, OURS) == []


def test_comments_and_layout_are_no_change():
    assert changes(OURS, parse("# a comment\n" + OURS.source)) == []


def test_every_article_is_new_beside_none_in_common():
    other = load("count-three")
    found = changes(OURS, other)
    assert [one.id for one in found if one.kind == "added"] == [article.id for article in other.articles]
    assert {one.id for one in found if one.kind == "removed"} == {article.id for article in OURS.articles}


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [("lasts: 14d", "lasts: 10d", "lasts"), ("credibility >= 0.", "credibility >= 0.0", "when")],
)
def test_a_change_names_the_field_with_both_wordings(before, after, field):
    changed = parse(OURS.source.replace(before, after, 1))
    (only,) = changes(OURS, changed)
    assert only.kind == "changed"
    assert field in {one.field for one in only.fields}
    assert all(one.before != one.after for one in only.fields)


def test_gone_and_new_mirror_each_other():
    other = load("preventive-2020")
    there, back = changes(OURS, other), changes(other, OURS)
    assert {(one.id, one.kind == "added") for one in there} == {(one.id, one.kind == "removed") for one in back}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_fields_are_told_in_a_known_order(language):
    for one in changes(load("twitch-off-service"), OURS, language):
        order = [FIELDS.index(field.field) for field in one.fields]
        assert order == sorted(order)
