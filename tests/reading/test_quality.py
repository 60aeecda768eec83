"""Floors under the quality of reading, on the halves of the annotated posts that nothing is tuned on."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "reading_quality.py"


@pytest.fixture(scope="module")
def quality():
    """The figures of the judged halves, by set."""
    spec = importlib.util.spec_from_file_location("reading_quality", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        "corpus": module.figures(module.judged_corpus("judged")),
        "wave": module.figures(module.judged_wave("judged")),
    }


@pytest.mark.parametrize(
    ("figure", "corpus", "wave"),
    [
        ("accused_precision", 0.90, 0.92),
        ("accused_recall", 0.88, 0.80),
        ("stance_macro_f1", 0.75, 0.81),
        ("conduct_f1", 0.89, 0.87),
        ("minor_precision", 0.91, 0.95),
        ("minor_recall", 0.94, 0.93),
        ("conduct_services_f1", 0.88, 0.87),
        ("met_on_f1", 0.85, 0.68),
        ("age_accuracy", 0.97, 0.97),
    ],
)
def test_reading_stays_above_its_floor(quality, figure, corpus, wave):
    assert quality["corpus"][figure] >= corpus
    assert quality["wave"][figure] >= wave


def test_hardly_any_post_names_somebody_wrongly(quality):
    assert max(figures["posts_naming_somebody_wrongly"] for figures in quality.values()) <= 0.05


def test_stated_probabilities_are_close_to_how_often_they_are_right(quality):
    assert max(figures["stance_calibration_error"] for figures in quality.values()) <= 0.08
