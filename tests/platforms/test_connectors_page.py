"""The table of docs/connectors.md promises nothing that no test carried out."""

import importlib.util
from pathlib import Path

import pytest

from rempart.platforms import connector
from rempart.platforms.connector import NATIVE, impossible
from rempart.platforms.registry import CONNECTORS
from rempart.records.vocabulary import MEASURES

SCRIPT = Path(__file__).parents[2] / "scripts/draw_connectors.py"
NOT = impossible("Rien.", "There is nothing.")
ABILITIES = {"home": dict.fromkeys(MEASURES[1:], NOT) | {"suspend": NATIVE}}
PROOF = {("home", "suspend"): [("tests/test_home.py", "test_it_is_suspended")]}


@pytest.fixture(scope="module")
def page():
    """The script, as a module."""
    found = importlib.util.spec_from_file_location("draw_connectors", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def proofs(page, tmp_path):
    """What a test file with this source claims."""

    def read(source: str):
        (tmp_path / "test_home.py").write_text(source)
        return page.proofs(tmp_path)

    return read


def test_a_cell_leads_to_the_test_that_ran_it(page):
    assert '| `suspend` | [native](../tests/test_home.py "test_it_is_suspended") |' in page.drawing(ABILITIES, PROOF)


def test_measures_that_are_told_in_the_same_words_share_a_line(page):
    lines = page.drawing(ABILITIES, PROOF).splitlines()
    assert sum(line.endswith(": There is nothing.") for line in lines) == 1


def test_a_promise_that_nobody_tried_is_refused(page):
    with pytest.raises(ValueError, match="no test carries out suspend on home"):
        page.drawing(ABILITIES, {})


def test_a_test_that_claims_what_the_platform_does_not_do_is_refused(page):
    claims = PROOF | {("home", "no_live"): [("tests/test_home.py", "test_it_is_not_live")]}
    with pytest.raises(ValueError, match="test_it_is_not_live carries out no_live on home"):
        page.drawing(ABILITIES, claims)


def test_a_connector_that_leaves_a_measure_out_is_refused(page):
    with pytest.raises(ValueError, match="home says nothing of no_recommendation"):
        page.drawing({"home": {"suspend": NATIVE}}, PROOF)


def test_markers_are_read_from_the_tests_and_from_their_parameters(proofs):
    source = """
@pytest.mark.carries_out("home", "suspend", "read_only")
@pytest.mark.parametrize("one", [pytest.param(1, marks=pytest.mark.carries_out("home", "no_live"))])
def test_it(one): ...

@pytest.mark.carries_out("home", "suspend")
async def test_it_too(): ...
"""
    names = {measure: [name for _path, name in found] for (_kind, measure), found in proofs(source).items()}
    assert names == {"suspend": ["test_it", "test_it_too"], "read_only": ["test_it"], "no_live": ["test_it"]}


@pytest.mark.parametrize("arguments", ['"home"', '"home", MEASURE', '*("home", "suspend")'])
def test_a_marker_that_cannot_be_read_from_the_source_is_refused(proofs, arguments):
    with pytest.raises(ValueError, match="test_it: carries_out takes a kind and measures"):
        proofs(f"@pytest.mark.carries_out({arguments})\ndef test_it(): ...\n")


@pytest.mark.parametrize("kind", CONNECTORS)
def test_every_kind_says_beside_its_code_what_it_does_and_how_it_was_tried(kind):
    assert "tried" in (Path(connector.__file__).parent / kind / "README.md").read_text()
