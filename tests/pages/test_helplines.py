"""Numbers to call: complete, dated, and there for every country."""

from datetime import date
from importlib.resources import files

import pytest
import yaml

from rempart.pages.helplines import helplines_for

LISTS = yaml.safe_load((files("rempart.pages") / "helplines.yaml").read_text(encoding="utf-8"))
ENTRIES = [(country, entry) for country, entries in LISTS.items() for entry in entries]


@pytest.mark.parametrize(("country", "entry"), ENTRIES, ids=[f"{one}-{entry['name']}" for one, entry in ENTRIES])
def test_an_entry_says_whom_to_call_for_what_in_both_languages_and_where_that_comes_from(country, entry):
    assert set(entry) - {"ages"} == {"number", "name", "for", "about", "hours", "url", "source", "checked"}
    assert entry["for"] in {"young", "all", "danger"}
    assert set(entry["about"]) == set(entry["hours"]) == {"fr", "en"}
    assert entry["url"].startswith("https://")
    assert entry["source"]
    assert isinstance(entry["checked"], date)


def test_in_france_the_numbers_stand_in_the_agreed_order():
    assert [line.number for line in helplines_for("FR", language="fr")][:3] == ["3114", "119", "3018"]


@pytest.mark.parametrize("country", ["fr", "IT", "CH", "US", "JP", "", "somewhere"])
def test_everybody_is_given_somebody_to_turn_to(country):
    assert helplines_for(country, language="en")


def test_an_adult_is_not_sent_to_a_line_for_children():
    assert "119" not in [line.number for line in helplines_for("FR", young=False, language="fr")]


@pytest.mark.parametrize(("ages", "shown"), [((0, 11), False), ((0, 12), True), ((13, 15), True), (None, False)])
def test_a_line_for_some_ages_is_shown_to_whom_it_answers(ages, shown):
    numbers = [line.number for line in helplines_for("FR", ages=ages, language="fr")]
    assert ("0 800 235 236" in numbers) is shown


def test_a_number_is_dialled_without_its_spaces():
    assert next(line.dialled for line in helplines_for("IT", language="en")) == "116111"
