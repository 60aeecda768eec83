"""A file for an authority: the same bytes each time, checkable by anybody, and no byte of it passed over."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.casework.referrals import archive, document, verifying
from rempart.casework.referrals.dossier import files_of
from rempart.casework.referrals.package import pack, written
from rempart.casework.services import authorities
from rempart.correspondence.services import hear, open_conversation
from rempart.intake.models import Post, Testimony
from rempart.ledger import canonical
from rempart.ledger.clock import now
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.services import reference
from rempart.pages import documents
from rempart.tlog.keys import SigningKey

MARKUP = (
    '#panic(1) #import "/etc/passwd": * *b* _i_ = T <l> @r $x^2$ \\ // c /* d */ `r` #{ while true {} } ]] [ ~ -- #'
)


@pytest.fixture
def liaison(staff_member):
    return staff_member("authority_liaison", name="Noé Vasseur")


@pytest.fixture
def case(respondent, judged):
    """A case with a public testimony full of markup, and a complainant who sent a text and a locked image."""
    account = respondent(handle="leo.vrtx")
    post = Post.objects.create(
        service="tiktok",
        post_id="77",
        source="platform",
        author="lea.example",
        created_at=now(),
        text=MARKUP,
        lang="fr",
        stance="testimony",
        stance_probability=1.0,
        read={"spans": {"conduct": [[0, 6]], "met_on": [[4, 12]]}},
        stored_at=now(),
    )
    Testimony.objects.create(
        uid="tiktok:77:leo.vrtx",
        account=account,
        post=post,
        received_at=now(),
        channel="public_post",
        stance="testimony",
        conduct=["nude_request"],
        conduct_services=["snapchat"],
        met_on=["tiktok"],
        complainant_minor=True,
        reporter="ab12",
        reporter_facts={},
        evidence=[],
    )
    found = judged(account, credibility=0.9)
    talk = open_conversation("complainant", about=reference(found), person="intake.reporter:ab12")
    hear(talk, text="Voilà.", files=[("échange.txt", "il a écrit ça".encode())])
    hear(talk, text="Et ça.", files=[("image.png", b"\x89PNG\r\n\x1a\nzq-locked-zq")], suspected_intimate=True)
    return found


@pytest.fixture
def assemble(case, liaison):
    def do(**options):
        asked = {
            "kind": "justice",
            "language": "fr",
            "addressee": "Parquet de Paris",
            "reason": "Une mineure décrit des demandes d'images intimes.",
        }
        return authorities.assemble_referral(case, acting=liaison, **(asked | options))

    return do


@pytest.fixture
def referred(assemble, liaison):
    """A referral's archive as bytes."""
    return authorities.take_out(assemble(), acting=liaison)


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def forged(data, **changes):
    """The archive with these members changed and the manifest put right, as somebody would who knows the format."""
    held = members(data)
    for name, change in changes.items():
        path = {"case": "case.json", "document": "referral.pdf"}.get(name, name)
        held[path] = change(held[path])
    manifest = json.loads(held["manifest.json"])
    del held["manifest.json"]
    manifest["files"] = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(held.items())
    ]
    return archive.write(held | {"manifest.json": written(manifest)})


def edited(change):
    """A change of case.json by a function of its data."""

    def do(content):
        data = json.loads(content)
        change(data)
        return written(data)

    return do


def test_an_archive_as_it_was_made_is_found_right(referred):
    report = verifying.verify(referred)
    assert report.wrong is None
    assert list(report.checked) == ["files", "evidence", "ledger", "custody", "document"]


def test_it_holds_the_originals_save_what_is_locked(referred, case):
    held = members(referred)
    kept, locked = files_of(case)
    (path,) = [name for name in held if name.startswith("evidence/")]
    assert held[path] == "il a écrit ça".encode()
    said = json.loads(held["case.json"])["evidence"]
    assert [(one["sha256"], one["state"]) for one in said] == [(kept.sha256, "kept"), (locked.sha256, "locked")]
    assert said[1]["path"] is said[1]["name"] is said[1]["size"] is None
    assert b"zq-locked-zq" not in referred


def test_the_same_dossier_and_originals_give_the_same_bytes(referred):
    held = members(referred)
    originals = {name: content for name, content in held.items() if name.startswith("evidence/")}
    assert pack(json.loads(held["case.json"]), originals) == referred


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_can_be_changed_unseen(referred, data):
    place = data.draw(st.integers(0, len(referred) - 1))
    flipped = data.draw(st.integers(1, 255))
    changed = bytearray(referred)
    changed[place] ^= flipped
    assert refused(bytes(changed))


def refused(data) -> bool:
    try:
        return not verifying.verify(data).holds
    except verifying.NotAReferral:
        return True


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 4000), more=st.binary(min_size=1, max_size=30), place=st.integers(0, 10**9))
def test_nothing_can_be_cut_off_or_put_in_unseen(referred, cut, more, place):
    at = place % (len(referred) + 1)
    assert refused(referred[:-cut])
    assert refused(referred[:at] + more + referred[at:])
    assert refused(referred + more)
    assert refused(more + referred)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda some: archive.write({"manifest.json": some})))
def test_what_is_no_referral_is_refused_whatever_it_is(data):
    assert refused(data)


def _row(data, event):
    return next(row for row in data["ledger"]["rows"] if row["event"] == event)


TAMPERINGS = {
    "a text rewritten": (
        {"case": edited(lambda data: data["testimonies"][0].update(text="autre chose"))},
        "referral.pdf is not the document",
    ),
    "a document of somebody else's": ({"document": lambda _: b"%PDF-1.7 forged"}, "referral.pdf is not the document"),
    "a row's time moved": (
        {"case": edited(lambda data: _row(data, "case_opened").update(effective_at="2020-01-01T00:00:00.000000Z"))},
        "its hash does not match",
    ),
    "a row's content rewritten": (
        {"case": edited(lambda data: _row(data, "file_kept").update(content='{"sha256":"00"}'))},
        "the commitment does not match",
    ),
    "a content without its salt": (
        {"case": edited(lambda data: _row(data, "file_kept").update(salt=None))},
        "a content without its salt",
    ),
    "a salt that is none": (
        {"case": edited(lambda data: _row(data, "file_kept").update(salt="zz"))},
        "non-hexadecimal",
    ),
    "rows in another order": (
        {"case": edited(lambda data: data["ledger"]["rows"].reverse())},
        "out of order",
    ),
    "a row's nonce exchanged": (
        {"case": edited(lambda data: data["ledger"]["rows"][1].update(nonce="00" * 16))},
        "its hash does not match",
    ),
    "a proof of another row": (
        {"case": edited(lambda data: data["ledger"]["rows"][1].update(proof=data["ledger"]["rows"][0]["proof"]))},
        "leads to another root",
    ),
    "another place": (
        {"case": edited(lambda data: data["ledger"]["rows"][0].update(place=0))},
        "leads to another root",
    ),
    "another root": (
        {"case": edited(lambda data: data["ledger"].update(root="00" * 32))},
        "not those of the checkpoint that was signed",
    ),
    "a checkpoint that the key did not sign": (
        {"case": edited(lambda data: data["ledger"].update(key=SigningKey.generate("rempart.local/ledger").vkey))},
        "not signed by any key asked for",
    ),
    "rows without a checkpoint": (
        {"case": edited(lambda data: data["ledger"].update(checkpoint=None))},
        "rows without a checkpoint",
    ),
    "a receipt taken out": (
        {
            "case": edited(
                lambda data: data["ledger"].update(
                    rows=[row for row in data["ledger"]["rows"] if row["event"] != "file_kept"]
                )
            )
        },
        "no receipt of a file with this hash",
    ),
    "a missing key": ({"case": edited(lambda data: data["ledger"].pop("root"))}, "case.json is not what"),
    "another format": ({"case": edited(lambda data: data.update(format="x/2"))}, "another format"),
    "a locked file declared open": (
        {"case": edited(lambda data: data["evidence"][1].update(state="kept"))},
        "evidence 2: kept, yet its file is None",
    ),
    "a data file written otherwise": ({"case": lambda content: content + b" "}, "not written as a referral's"),
    "no document can be made": (
        {"case": edited(lambda data: data["referral"].pop("reason"))},
        "does not give a document",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_somebody_who_knows_the_format_is_found_out(referred, tampering):
    changes, said = TAMPERINGS[tampering]
    report = verifying.verify(forged(referred, **changes))
    assert said in (report.wrong or "")


def test_another_original_is_found_out(referred):
    (path,) = [name for name in members(referred) if name.startswith("evidence/")]
    report = verifying.verify(forged(referred, **{path: lambda _: b"another"}))
    assert "has another hash than it had when it was received" in (report.wrong or "")


def test_an_original_and_its_hash_replaced_together_are_found_out(referred):
    (path,) = [name for name in members(referred) if name.startswith("evidence/")]
    new = hashlib.sha256(b"another").hexdigest()
    swap = edited(lambda data: data["evidence"][0].update(sha256=new))
    report = verifying.verify(forged(referred, **{path: lambda _: b"another", "case": swap}))
    assert report.wrong == "evidence 1: the ledger holds no receipt of a file with this hash"


def test_a_locked_file_put_in_by_hand_is_found_out(referred):
    held = members(referred)
    held["evidence/002.png"] = b"\x89PNG\r\n\x1a\nzq-locked-zq"
    report = verifying.verify(forged(archive.write(held)))
    assert report.wrong == "evidence/002.png is a file that is locked or destroyed: it must not be here"


def test_a_stranger_among_the_files_is_found_out(referred):
    report = verifying.verify(forged(archive.write(members(referred) | {"more.txt": b"hello"})))
    assert report.wrong == "more.txt is no evidence of the case"


def test_a_file_that_the_manifest_does_not_name_is_found_out(referred):
    report = verifying.verify(archive.write(members(referred) | {"more.txt": b"hello"}))
    assert report.wrong == "more.txt is in the archive and not in manifest.json"


def test_a_missing_file_is_found_out(referred):
    held = members(referred)
    del held["referral.pdf"]
    assert verifying.verify(archive.write(held)).wrong == "referral.pdf is missing from the archive"


def test_the_ledger_rows_are_those_of_the_ledger(referred, case):
    rows = json.loads(members(referred)["case.json"])["ledger"]["rows"]
    subjects = {row["subject"] for row in rows}
    assert reference(case) in subjects
    for row in rows:
        if row["content"] is not None:
            committed = canonical.commitment(bytes.fromhex(row["salt"]), row["content"])
            assert committed.hex() == row["commitment"]


def test_an_erased_content_leaves_its_proof(case, assemble, liaison):
    from rempart import ledger

    sequence_pending()
    ledger.erase(case, because="test")
    report = verifying.verify(authorities.take_out(assemble(), acting=liaison))
    assert report.wrong is None


def command(*arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """The command as an outsider runs it: with no database and no settings."""
    environment = {key: value for key, value in os.environ.items() if key not in ("REMPART_HOME", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", "referral", "verify", *arguments],
        input=given,
        env=environment | {"REMPART_HOME": "/nonexistent"},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_needs_nothing_but_the_file(referred, tmp_path):
    file = tmp_path / "file.zip"
    file.write_bytes(referred)
    found = command(str(file))
    assert (found.returncode, found.stderr) == (0, b"")
    assert hashlib.sha256(referred).hexdigest().encode() in found.stdout
    as_data = json.loads(command("-", "--format", "json", given=referred).stdout)
    assert all(row["holds"] for row in as_data)


def test_the_command_names_what_is_wrong_and_says_so_by_its_status(referred, tmp_path):
    file = tmp_path / "file.zip"
    file.write_bytes(forged(referred, document=lambda _: b"%PDF-"))
    found = command(str(file))
    assert (found.returncode, b"referral.pdf is not the document" in found.stdout) == (1, True)
    file.write_bytes(b"no zip")
    assert command(str(file)).returncode == 65
    assert command(str(tmp_path / "nothing.zip")).returncode == 66
    assert command().returncode == 64


TEXTS = [
    MARKUP,
    "😀😀 私は 👩‍👩‍👧 مرحبا שלום",
    "\u202egpj.exe\u202c \u200b\ufeff\x07",
    "a" * 5000,
    "é" * 300 + "\n\n\t" + "ﷺ" * 20,
    "]" * 50 + "[" * 50 + "#" * 20 + "\\" * 20,
]


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_people_write_is_set_and_nothing_of_it_is_markup(referred, text):
    dossier = json.loads(members(referred)["case.json"])
    dossier["testimonies"][0]["text"] = dossier["referral"]["reason"] = text
    dossier["accounts"][0]["handle"] = dossier["evidence"][0]["name"] = text[:200]
    assert document.render(dossier).startswith(b"%PDF-")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_can_be_set(referred, text):
    dossier = json.loads(members(referred)["case.json"])
    dossier["testimonies"][0]["text"] = text
    assert document.render(dossier).startswith(b"%PDF-")


def test_what_has_no_picture_or_would_mislead_is_written_by_name():
    said = "ok 😀 \u202egpj"
    missing = documents._unshowable(said)
    assert documents.showable(said, missing) == "ok [U+1F600 grinning face] [U+202E right-to-left override]gpj"


def test_marked_passages_are_those_that_were_read():
    found = document.pieces({"text": "il m'a écrit", "spans": {"conduct": [[7, 12]], "met_on": [[7, 9]]}})
    assert found == [{"text": "il m'a ", "read": False}, {"text": "écrit", "read": True}]


def test_the_document_of_a_minor_speaks_of_protection(assemble, liaison, case):
    case.account.age_band = "13_15"
    case.account.save()
    made = authorities.take_out(assemble(kind="child_protection", language="en"), acting=liaison)
    assert verifying.verify(made).wrong is None
    assert json.loads(members(made)["case.json"])["case"]["account"]["held_to_be_adult"] is False


def test_words_of_both_languages_are_the_same_ones():
    french, english = document.words()["fr"], document.words()["en"]
    assert french.keys() == english.keys()
    assert all(set(french[key]) == set(english[key]) for key in french if isinstance(french[key], dict))


def test_but_for_the_law_that_it_cites_the_document_has_no_word_of_guilt():
    from rempart.rulebook.saying import findings_of_guilt

    def texts(value):
        if isinstance(value, dict):
            return [text for one in value.values() for text in texts(one)]
        return [value]

    law = {"grounds", "presumption", "child_presumption"}
    said = [
        text
        for language in document.words().values()
        for key, value in language.items()
        if key not in law
        for text in texts(value)
    ]
    assert [found for text in said for found in findings_of_guilt(text)] == []


def test_an_archive_larger_than_what_people_may_send_is_kept(case, liaison, monkeypatch):
    from rempart.files import services

    monkeypatch.setattr(services, "LARGEST", 10)
    made = authorities.assemble_referral(
        case, kind="justice", language="fr", addressee="Parquet", acting=liaison, reason="x"
    )
    assert made.file.size > 10


def test_files_that_are_handed_over_are_opened_with_their_custody_recorded(case, assemble):
    kept, locked = files_of(case)
    made = assemble()
    assert [row.event for row in _custody(kept)][-2:] == ["file_opened", "file_held"]
    assert "file_opened" not in [row.event for row in _custody(locked)]
    assert made.file.opened_with == "liaise"


def _custody(file):
    from rempart.files.services import custody_of

    return custody_of(file)


def test_what_somebody_took_back_is_not_in_it(respondent, judged, liaison):
    from rempart import records
    from rempart.casework.services.withdrawing import withdraw
    from rempart.intake.services import HandedReport, receive_report

    account = respondent(handle="leo.vrtx")
    reports = [
        receive_report(
            HandedReport(
                number=str(number),
                about=records.AccountReference("tiktok", "leo.vrtx"),
                text=f"words {number}",
                reporter=records.Reporter(id=f"somebody{number}"),
            )
        )
        for number in (1, 2)
    ]
    for number, report in enumerate(reports, start=1):
        hear(report.conversation, text="", files=[(f"{number}.txt", f"sent {number}".encode())])
    case = judged(account, credibility=0.5)
    withdraw(reports[0].conversation)
    made = authorities.assemble_referral(
        case, kind="justice", language="fr", addressee="Parquet", acting=liaison, reason="x"
    )
    found = authorities.take_out(made, acting=liaison)
    assert b"sent 2" in found
    assert b"words 2" in found
    assert b"sent 1" not in found
    assert b"words 1" not in found
    assert verifying.verify(found).wrong is None
