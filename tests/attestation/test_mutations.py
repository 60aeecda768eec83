"""Valid presentations broken in 50,000 ways: refused with a code, or attesting what they did; never anything else."""

from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.attestation.outcome import Verdict
from rempart.attestation.testing import documents, trees
from rempart.attestation.testing.faulty import signed
from rempart.attestation.testing.mutations import ClaimChanged, NoReason, examine, mutations
from rempart.attestation.testing.scene import Scene
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ELSEWHERE = documents.redirect_transcript(client_id="x", nonce="of another", response_uri="x")


@pytest.fixture(scope="module")
def scene():
    return Scene.make(at=AT)


@pytest.fixture(scope="module")
def verified(scene, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    for name, content in scene.trust_files().items():
        (folder / name).write_bytes(content)
    trust = Trust.from_folder(folder)
    return lambda shown: verify(shown, trust=trust, nonce=scene.nonce, client_id=scene.client_id, at=scene.at)


def test_no_mutation_of_an_mdoc_changes_what_is_attested(scene, verified):
    """A 16-year-old's, with parts of an adult's that was shown elsewhere."""
    original = scene.response(elements={"age_over_15": True, "age_over_18": False})
    donor = scene.response(elements={"age_over_15": True, "age_over_18": True}, transcript=ELSEWHERE)
    met = examine(original, donor, verify=verified, number=20_000, seed=1)
    assert sum(met.values()) == 20_000
    assert met["accepted"] > 0  # what no signature covers
    assert len(met) > 8


def test_no_mutation_makes_an_adult_of_a_child(scene, verified):
    original = scene.response(elements={"age_over_18": False})
    donor = scene.response(transcript=ELSEWHERE)
    assert "accepted" not in examine(original, donor, verify=verified, number=10_000, seed=2)


def test_no_mutation_of_an_sd_jwt_changes_what_is_attested(scene, verified):
    original = scene.sd_jwt(claims=[("age_over_15", True), ("age_over_18", False)])
    donor = scene.sd_jwt(claims=[("age_over_15", True), ("age_over_18", True)], nonce="of another")
    met = examine(original, donor, verify=verified, number=20_000, seed=3)
    assert sum(met.values()) == 20_000
    assert met["accepted"] > 0  # what no signature covers
    assert len(met) > 8


def test_what_a_faulty_issuer_signs_gets_a_verdict_with_a_code(scene, verified):
    """5,000 more, whose signatures hold: they reach what lies behind the signature checks."""
    met = Counter()
    for part, shown in islice(signed(scene, seed=4), 5_000):
        verdict = verified(shown)
        assert verdict.accepted or verdict.reason
        met[part, verdict.accepted or verdict.reason] += 1
    assert {part for part, outcome in met if outcome is True} >= {"security_object", "element", "payload", "binding"}
    assert len(met) > 20


def test_the_same_seed_breaks_the_same_things(scene):
    original, donor = scene.response(), scene.response()
    assert list(islice(mutations(original, donor, seed=4), 200)) == list(
        islice(mutations(original, donor, seed=4), 200)
    )


def test_every_mutation_differs_from_the_original(scene):
    for original, donor in ((scene.response(), scene.response()), (scene.sd_jwt(), scene.sd_jwt())):
        assert original not in islice(mutations(original, donor, seed=5), 500)


def test_a_claim_that_changes_is_noticed(scene):
    said = ({18: False}, {18: True})
    credulous = iter([Verdict(accepted=True, over=over, spent=b"the same") for over in said])
    with pytest.raises(ClaimChanged):
        examine(scene.response(), scene.response(), verify=lambda shown: next(credulous), number=1)


def test_a_refusal_without_a_code_is_noticed(scene):
    silent = iter([Verdict(accepted=True, spent=b"genuine"), Verdict(accepted=False)])
    with pytest.raises(NoReason):
        examine(scene.response(), scene.response(), verify=lambda shown: next(silent), number=1)


def test_who_refuses_the_original_too_shows_nothing(scene):
    def trusts_nobody(shown):
        return verify(shown, trust=Trust(), nonce=scene.nonce, client_id=scene.client_id, at=scene.at)

    with pytest.raises(ValueError, match="untrusted_issuer"):
        examine(scene.response(), scene.response(), verify=trusts_nobody, number=1)


def test_a_tree_is_written_as_it_was_read(scene):
    shown = scene.response()
    assert trees.parse(shown).encoded == shown


@given(st.integers(0, 2**64 - 1), st.booleans())
@settings(max_examples=50)
def test_a_length_is_read_back_in_either_form(length, longer):
    assert cbor2.loads(trees.head(0, length, longer=longer)) == length


def test_parts_are_repeated_removed_and_exchanged_in_place():
    tree = trees.parse(cbor2.dumps({"a": [1, 2], "b": 3}))
    twice = trees.replace(tree, (1, 0), [trees.leaf(7), trees.leaf(8)])
    without = trees.replace(tree, (2,), [], width=2)
    assert cbor2.loads(twice.encoded) == {"a": [7, 8, 2], "b": 3}
    assert cbor2.loads(without.encoded) == {"a": [1, 2]}
