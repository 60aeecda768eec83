"""The guide for policy teams says what the code does."""

import re
from pathlib import Path

import pytest

from rempart.rulebook import parse, shipped
from rempart.rulebook.names import NAMES
from rempart.rulebook.proportion import ANSWERS

GUIDE = (Path(__file__).parents[2] / "docs" / "rulebooks.md").read_text(encoding="utf-8")


def test_the_example_of_the_guide_is_a_good_live_rulebook():
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1]
    assert parse(example).use == "live"


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_explains_every_name(name):
    assert f"| `{name}` | " in GUIDE
    assert NAMES[name].meaning in GUIDE


@pytest.mark.parametrize("measure", ANSWERS)
def test_the_guide_says_which_risks_each_measure_answers(measure):
    row = re.search(rf"\| `{measure}`[^|]*\| ([^|]*) \|", GUIDE)[1]
    words = {"nothing": set(), "every risk": set(ANSWERS["suspend"])}
    assert words.get(row, set(row.split(", "))) == ANSWERS[measure]


def test_the_guide_names_every_shipped_rulebook():
    assert all(f"| `{name}` | " in GUIDE for name in shipped())
