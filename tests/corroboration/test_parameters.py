"""The parameters file: what it may say, and that it says what the model reads."""

from importlib.resources import files

import msgspec
import pytest

from rempart.corroboration import assess, load_parameters, shipped_parameters
from rempart.corroboration.belief import FAMILY
from rempart.corroboration.parameters import read_parameters

SHIPPED = files("rempart.corroboration").joinpath("parameters.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("disputes_at_most:", "disputes_at_moost:", "disputes_at_moost"),
        ("copy_length: 6", "copy_length: lots", "looking.copy_length"),
        ("  growth: 0.125", "  # growth", "growth"),
        ("copy_similarity: 0.5", "copy_similarity: 7", "looking.copy_similarity"),
        ("because_at_most: 100", "because_at_most: -1", "because_at_most"),
        ("less_from: 0.3", "less_from: 3", "counting.less_from"),
        ("less_from: 0.3", "less_from: 0.9", "less_from"),
        ("\nbelief:\n  start: ", "\nbelief:\n  begin: ", "belief"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, field):
    assert old in SHIPPED
    with pytest.raises(ValueError, match=field):
        read_parameters(SHIPPED.replace(old, new))


@pytest.mark.parametrize("weight", ["lots", "51", ".nan"])
@pytest.mark.parametrize("model", ["first_round", "second_round", "campaign", "belief"])
def test_a_weight_that_is_no_log_odds_is_a_mistake_of_its_model(model, weight):
    own = f"{SHIPPED.split(f'{chr(10)}{model}:')[0]}\n{model}:\n  start: 0.0\n  weights: {{odd: {weight}}}\n"
    with pytest.raises(ValueError, match=rf"{model}\.weights"):
        read_parameters(own)


def test_what_is_no_yaml_is_said_so():
    with pytest.raises(ValueError, match="YAML"):
        read_parameters("{")


def test_a_file_of_ones_own_is_read(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(SHIPPED.replace("growth: 0.125", "growth: 0.5"), encoding="utf-8")
    assert load_parameters(str(own)).looking.growth == 0.5


def test_every_feature_of_belief_belongs_to_a_factor():
    assert shipped_parameters().belief.weights.keys() <= FAMILY.keys()


def test_what_is_shipped_keeps_the_signs_that_protection_asks_for():
    weights = shipped_parameters().belief.weights
    assert all(weights[f"verified_{kind}"] > 0 for kind in ("machine", "recorded", "shown"))
    assert weights["verified_machine"] > weights["verified_shown"] > 0
    assert weights["denials"] <= 0
    assert weights["doubt"] <= 0


def test_parameters_change_the_assessment(world):
    shipped = shipped_parameters()
    bold = msgspec.structs.replace(shipped, belief=msgspec.structs.replace(shipped.belief, start=3.0))
    wave = world.victims(1)
    assert assess(wave, parameters=bold)[0].credibility > assess(wave)[0].credibility


def test_a_source_counts_for_nothing_where_the_parameters_say_so(world):
    shipped = shipped_parameters()
    strict = msgspec.structs.replace(shipped, counting=type(shipped.counting)(less_from=0.0, aside_from=1e-9))
    # Whoever is left out counts as one at most, all together.
    assert assess(world.victims(8), parameters=strict)[0].independent_sources == pytest.approx(1.0)


@pytest.mark.parametrize("model", ["first_round", "second_round", "campaign", "belief"])
def test_a_model_that_forgets_a_feature_or_has_one_too_many_is_a_mistake(tmp_path, model):
    own = tmp_path / "own.yaml"
    head, tail = SHIPPED.split(f"\n{model}:\n")
    lines = tail.splitlines()
    forgotten = lines[2].split(":")[0].strip()
    for changed, name in (([*lines[:2], *lines[3:]], forgotten), ([*lines[:2], "    odd: 1.0", *lines[2:]], "odd")):
        own.write_text("\n".join([head, f"{model}:", *changed]), encoding="utf-8")
        with pytest.raises(ValueError, match=rf"{model}\.weights.*\b{name}\b"):
            load_parameters(str(own))
