from importlib.resources import files

import msgspec
import pytest

from rempart.corroboration import assess, load_parameters, shipped_parameters
from rempart.corroboration.parameters import read_parameters

SHIPPED = files("rempart.corroboration").joinpath("parameters.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("already_accused:", "already_acused:", "already_acused"),
        ("relay: 0.2", "relay: lots", "relay"),
        ("  sealed: 2.8\n", "", "sealed"),
        ("copy_similarity: 0.5", "copy_similarity: 7", "copy_similarity"),
        ("left_after_refuted: 0.2", "left_after_refuted: -1", "left_after_refuted"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, field):
    assert old in SHIPPED
    with pytest.raises(ValueError, match=field):
        read_parameters(SHIPPED.replace(old, new))


def test_what_is_no_yaml_is_said_so():
    with pytest.raises(ValueError, match="YAML"):
        read_parameters("{")


def test_a_file_of_ones_own_is_read(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(SHIPPED.replace("relay: 0.2", "relay: 0.05"), encoding="utf-8")
    assert load_parameters(str(own)).relay == 0.05


def test_parameters_change_the_assessment(world):
    bold = msgspec.structs.replace(shipped_parameters(), already_accused=0.0)
    wave = world.victims(1)
    assert assess(wave, parameters=bold)[0].credibility > assess(wave)[0].credibility
