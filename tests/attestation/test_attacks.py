"""Forged, replayed and misleading presentations are refused, each for a reason that says what is wrong with it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.attestation.testing.attacks import EIGHT, MDOC, SD_JWT, Replay
from rempart.attestation.testing.scene import Scene
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def scene():
    return Scene.make(at=AT)


@pytest.fixture(scope="module")
def asked(scene, tmp_path_factory):
    """Verify, as the relying party of the scene does, whether somebody is over 18."""
    folder = tmp_path_factory.mktemp("trust")
    for name, content in scene.trust_files().items():
        (folder / name).write_bytes(content)
    trust = Trust.from_folder(folder)

    def ask(presentation, spent=None):
        return verify(
            presentation, trust=trust, nonce=scene.nonce, client_id=scene.client_id, at=scene.at, spent=spent, over=18
        )

    return ask


@pytest.fixture(scope="module")
def documented():
    """(attack, whether it is on an mdoc) → the code that docs/attestation-attacks.md says it meets."""
    page = (Path(__file__).parents[2] / "docs" / "attestation-attacks.md").read_text("utf-8")
    on_mdocs, on_sd_jwts = page.split("### On mdocs")[1].split("### On SD-JWTs")
    row = re.compile(r"^\| `(\w+)` \|.*\| (\w+) \| [^|]* \|$", re.MULTILINE)
    return {(name, text is on_mdocs): code for text in (on_mdocs, on_sd_jwts) for name, code in row.findall(text)}


@pytest.mark.parametrize("honest", [Scene.response, Scene.sd_jwt], ids=["mdoc", "sd-jwt"])
def test_what_is_attacked_is_accepted_when_it_is_honest(scene, asked, honest):
    assert asked(honest(scene)).accepted


@pytest.mark.parametrize(
    "attack",
    [*MDOC.values(), *SD_JWT.values()],
    ids=[*(f"mdoc-{name}" for name in MDOC), *(f"sd-jwt-{name}" for name in SD_JWT)],
)
def test_an_attack_is_refused_for_what_it_is(scene, asked, documented, attack):
    shown, spent = attack.build(scene), set()
    if isinstance(shown, Replay):
        spent.add(asked(shown.first).spent)
        assert asked(shown.first).accepted
        shown = shown.again
    verdict = asked(shown, spent.__contains__)
    assert not verdict.accepted
    assert verdict.reason in attack.reasons
    assert verdict.reason == documented[attack.name, MDOC.get(attack.name) is attack]


@pytest.mark.parametrize("name", EIGHT)
def test_the_eight_are_there_for_both_formats(name):
    assert MDOC[name].about
    assert SD_JWT[name].about
