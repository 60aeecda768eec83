"""A published log checked whole: any change to any file is found, and so is a log that tells two stories."""

from shutil import copytree, rmtree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tlog.auditing import audit
from rempart.tlog.errors import TlogError
from rempart.tlog.keys import SigningKey
from rempart.tlog.tiles import encode_entries
from tlog.publishing import LOG_KEY, KnownWitness, Log, entries_of

LOG = Log(entries_of(66_000))
VKEY = LOG_KEY.verifier


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000, 66_000])
def test_a_log_published_whole_holds(tmp_path, size):
    LOG.publish(tmp_path, size)
    assert audit(tmp_path, log=VKEY).published.checkpoint.size == size


def test_a_log_published_as_it_grew_holds(tmp_path):
    sizes = [0, 1, 200, 300, 600, 1000]
    for since, size in zip([0, *sizes], sizes, strict=False):
        LOG.publish(tmp_path, size, since=since)
        found = audit(tmp_path, log=VKEY, seen=[LOG.checkpoint(each) for each in sizes if each <= size])
    assert found.seen == len(sizes)


def test_a_checkpoint_of_any_size_seen_elsewhere_is_checked(tmp_path):
    LOG.publish(tmp_path, 700)
    assert audit(tmp_path, log=VKEY, seen=[LOG.checkpoint(size) for size in range(0, 701, 7)]).seen == 101


@pytest.fixture(scope="module")
def witness():
    return KnownWitness("witness.example/w")


@pytest.fixture(scope="module")
def published(tmp_path_factory, witness):
    """A witnessed log published twice as it grew, so that a partial tile and its bundle became complete."""
    folder = tmp_path_factory.mktemp("published") / "log"
    LOG.publish(folder, 200)
    LOG.publish(folder, 300, since=200, note=witness.add_cosignature(LOG, 0, 300, LOG.checkpoint(300)))
    return folder


@given(st.data())
def test_any_bit_changed_in_any_file_is_found(published, witness, data):
    file = data.draw(st.sampled_from(sorted(each for each in published.rglob("*") if each.is_file())))
    kept = file.read_bytes()
    at, bit = data.draw(st.integers(0, len(kept) - 1)), data.draw(st.integers(0, 7))
    file.write_bytes(kept[:at] + bytes([kept[at] ^ (1 << bit)]) + kept[at + 1 :])
    try:
        with pytest.raises(TlogError):
            audit(published, log=VKEY, witnesses=[witness.key.verifier])
    finally:
        file.write_bytes(kept)


@given(st.data())
def test_any_file_cut_short_or_made_longer_is_found(published, witness, data):
    file = data.draw(st.sampled_from(sorted(each for each in published.rglob("*") if each.is_file())))
    kept = file.read_bytes()
    more = data.draw(st.binary(min_size=1, max_size=3))
    file.write_bytes(data.draw(st.sampled_from([kept + more, more + kept, kept[: -len(more)], kept[len(more) :]])))
    try:
        with pytest.raises(TlogError):
            audit(published, log=VKEY, witnesses=[witness.key.verifier])
    finally:
        file.write_bytes(kept)


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"])
def test_a_missing_file_is_named(published, tmp_path, path):
    folder = copytree(published, tmp_path / "log")
    (folder / path).unlink()
    with pytest.raises(TlogError, match=f"^{path}:? is missing|^{path}: is missing"):
        audit(folder, log=VKEY)


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("tile/entries/001.p/44", encode_entries([b"!", *LOG.entries[257:300]]), "entry 256 is not the one"),
        ("tile/entries/000.p/200", encode_entries([b"!", *LOG.entries[1:200]]), "differs from what it became"),
        ("tile/0/000.p/200", bytes(200 * 32), "differs from what it became"),
        ("tile/0/001.p/44", bytes(44 * 32), "tile/0/001.p/44: entry 256 is not the one"),
        ("tile/1/000.p/1", bytes(32), "tile/1/000.p/1 holds other hashes"),
        ("checkpoint", b"", "checkpoint: A note is"),
        ("checkpoint", b"\xff", "checkpoint: The file is not UTF-8"),
        ("checkpoint", Log(entries_of(300, fork=7)).checkpoint(300).encode(), "checkpoint: the root signed for 300"),
        ("checkpoint", LOG.checkpoint(301).encode(), r"tile/0/001.p/45 is missing"),
    ],
)
def test_the_first_thing_that_is_wrong_is_named(published, tmp_path, path, data, says):
    folder = copytree(published, tmp_path / "log")
    (folder / path).write_bytes(data)
    with pytest.raises(TlogError, match=says):
        audit(folder, log=VKEY)


def test_what_was_written_ahead_of_the_next_checkpoint_is_no_matter(tmp_path):
    LOG.publish(tmp_path, 300)
    kept = (tmp_path / "checkpoint").read_bytes()
    LOG.publish(tmp_path, 400, since=300)
    (tmp_path / "checkpoint").write_bytes(kept)
    (tmp_path / "tile/0/001.p/half-written").write_bytes(b"?")
    assert audit(tmp_path, log=VKEY).published.checkpoint.size == 300


def test_a_log_under_another_key_is_refused(published):
    with pytest.raises(TlogError, match="not signed by any key asked for"):
        audit(published, log=SigningKey.generate(LOG_KEY.name).verifier)


def test_a_witness_that_did_not_cosign_is_missed(published):
    with pytest.raises(TlogError, match=r"not cosigned by other\.example"):
        audit(published, log=VKEY, witnesses=[KnownWitness("other.example").key.verifier])


def test_a_log_that_lost_what_it_signed_is_found(published):
    with pytest.raises(TlogError, match="1 of those seen: the log signed 400 entries and publishes only 300"):
        audit(published, log=VKEY, seen=[LOG.checkpoint(400)])


@given(st.integers(1, 300), st.data())
def test_a_log_rewritten_since_anybody_looked_is_found(published, size, data):
    rewritten = data.draw(st.integers(0, size - 1))
    entries = LOG.entries[:size]
    entries[rewritten] = b"something else"
    with pytest.raises(TlogError, match=f"the root signed for {size} entries is not that of the entries published"):
        audit(published, log=VKEY, seen=[Log(entries).checkpoint(size)])


@pytest.fixture
def proofs(tmp_path):
    folder = tmp_path / "proofs"
    folder.mkdir()
    for index, size in [(0, 1), (5, 200), (199, 200), (299, 300)]:
        (folder / f"{index}.tlog-proof").write_text(LOG.proof(index, size).text)
    return folder


def test_the_proofs_that_were_given_hold(published, proofs):
    assert audit(published, log=VKEY, proofs=proofs).proofs == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "5.tlog-proof: A proof begins with"),
        (
            LOG.proof(5, 200).text.replace("index 5", "index 6"),
            "5.tlog-proof: The proof that leaf 6 is among 200",
        ),
        (LOG.proof(5, 200).text.replace("index 5", "index 500"), "5.tlog-proof: entry 500 is not published"),
        (LOG.proof(5, 301).text, "5.tlog-proof: its checkpoint: the log signed 301"),
        (Log(entries_of(200, fork=9)).proof(5, 200).text, "5.tlog-proof: its checkpoint: the root signed for 200"),
    ],
)
def test_a_proof_that_does_not_hold_is_named(published, proofs, text, says):
    (proofs / "5.tlog-proof").write_text(text)
    with pytest.raises(TlogError, match=says):
        audit(published, log=VKEY, proofs=proofs)


def test_a_fork_shown_to_two_witnesses_is_detected(tmp_path):
    """The log shows one story to one witness and another to the other; each is consistent in itself."""
    stories = [LOG, Log(entries_of(1000, fork=300))]
    witnesses = [KnownWitness(f"witness.example/{each}") for each in "ab"]
    notes = []
    for story, witness in zip(stories, witnesses, strict=True):
        witness.add_cosignature(LOG, 0, 250, LOG.checkpoint(250))
        notes.append(witness.add_cosignature(story, 250, 500, story.checkpoint(500)))
    # Neither witness follows the other's story, whatever the log submits.
    assert witnesses[1].witness.add_checkpoint(LOG.submission(500, 600).body).status == 422
    assert witnesses[0].witness.add_checkpoint(stories[1].submission(500, 600).body).status == 422
    for story, witness, own, other in zip(stories, witnesses, notes, reversed(notes), strict=True):
        story.publish(tmp_path, 500, note=own)
        audit(tmp_path, log=VKEY, witnesses=[witness.key.verifier])
        # Whoever asks for both witnesses does not find the second, …
        with pytest.raises(TlogError, match="not cosigned by"):
            audit(tmp_path, log=VKEY, witnesses=[each.key.verifier for each in witnesses])
        # … and whoever asks the second what it saw holds the proof that the log forked, signed by the log itself.
        with pytest.raises(TlogError, match="the root signed for 500 entries is not that of the entries published"):
            audit(tmp_path, log=VKEY, seen=[other])
        rmtree(tmp_path / "tile")
