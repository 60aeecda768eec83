"""A file is kept as it was, sealed, and every opening of it is known."""

import hashlib
import io
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from rempart.files import sealing
from rempart.files.errors import FileRefused, NotAllowed
from rempart.files.kinds import sniff
from rempart.files.models import SealedContent, StoredFile
from rempart.files.sealing import CannotUnseal, open_sealed_file, seal, seal_file, unseal
from rempart.files.services import LARGEST, custody_of, keep, open_file

PLANTED = "il m'a demandé de ne rien dire à mes parents"


def zipped() -> bytes:
    """A small archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("chat.txt", PLANTED)
    return packed.getvalue()


KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n....",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/gif": b"GIF89a....",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
    "application/pdf": b"%PDF-1.7\n",
    "application/zip": zipped(),
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01",
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00",
    "audio/ogg": b"OggS\x00\x02........OpusHead",
    "audio/wav": b"RIFF\x24\x08\x00\x00WAVEfmt ",
    "audio/mpeg": b"\xff\xfb\x90\x64\x00\x00\x00\x00",
    "audio/aac": b"\xff\xf1\x50\x80\x02\x1f\xfc\x00",
    "audio/amr": b"#!AMR\n\x3c\x00",
    "text/plain": PLANTED.encode(),
}


def test_what_was_kept_is_opened_as_it_was(db, png, reviewer):
    file = keep(png, name="capture.png")
    assert open_file(file, acting=reviewer) == png


def test_what_is_known_of_a_file_is_read_from_its_content(db, png):
    file = keep(png, name="photo.txt")
    assert (file.media_type, file.size, file.sha256) == ("image/png", len(png), hashlib.sha256(png).hexdigest())


def test_every_opening_stands_in_its_custody(db, png, reviewer):
    file = keep(png, name="capture.png")
    open_file(file, acting=reviewer)
    assert [(row.event, row.acting) for row in custody_of(file)] == [
        ("file_kept", ""),
        ("file_opened", f"staff.staffmember:{reviewer.pk}"),
    ]


def test_the_database_holds_no_word_of_a_file(db):
    file = keep(PLANTED.encode(), name="chat.txt")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{PLANTED}%"])
            assert cursor.fetchone()[0] == 0, table
        cursor.execute(
            "SELECT position(%s::bytea IN sealed) FROM files_sealedcontent WHERE file_id = %s",
            [PLANTED.encode(), file.pk],
        )
        assert cursor.fetchone()[0] == 0


def test_a_member_who_may_not_read_cases_opens_nothing(db, png, staff_member):
    file = keep(png, name="capture.png")
    with pytest.raises(NotAllowed):
        open_file(file, acting=staff_member("administrator"))


def test_an_opening_that_fails_is_not_recorded(db, png, staff_member):
    file = keep(png, name="capture.png")
    with pytest.raises(NotAllowed):
        open_file(file, acting=staff_member("administrator"))
    assert [row.event for row in custody_of(file)] == ["file_kept"]


def test_the_contents_of_two_rows_cannot_be_exchanged(db, png, reviewer):
    one, other = keep(png, name="one.png"), keep(png + b"else", name="other.png")
    sealed = bytes(SealedContent.objects.get(file=other).sealed)
    SealedContent.objects.filter(file=one).delete()
    SealedContent.objects.create(file=one, sealed=sealed)
    with pytest.raises(CannotUnseal):
        open_file(one, acting=reviewer)


@pytest.mark.parametrize("column", ["sha256", "name", "size", "media_type"])
def test_what_was_handed_in_never_changes(db, png, column):
    file = keep(png, name="one.png")
    value = {"sha256": "0" * 64, "name": "x", "size": 1, "media_type": "text/plain"}[column]
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(**{column: value})


@pytest.mark.parametrize(
    ("content", "field"),
    [(b"", "content"), (b"MZ\x90\x00\x03", "content"), (b"\x7fELF\x02", "content"), (b"a" * (LARGEST + 1), "size")],
)
def test_what_cannot_be_kept_is_refused_by_its_field(db, content, field):
    with pytest.raises(FileRefused) as refused:
        keep(content, name="a.png")
    assert refused.value.field == field


def test_a_file_may_be_as_large_as_is_said(db, reviewer):
    content = b"a" * LARGEST
    assert open_file(keep(content, name="long.txt"), acting=reviewer) == content


@pytest.mark.parametrize(
    ("given_name", "kept_name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Zoé\\chat.txt", "chat.txt"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "file"),
        ("a" * 400 + ".png", "a" * 245 + "…aaaaa.png"),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(db, png, given_name, kept_name):
    assert keep(png, name=given_name).name == kept_name


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read_from_the_content(kind):
    assert sniff(KINDS[kind]) == kind


@pytest.mark.parametrize(
    "content", [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"\xff\xfea\x00b\x00"]
)
def test_whatever_is_text_is_plain_text(content):
    assert sniff(content) == "text/plain"


@given(st.binary(max_size=300))
def test_any_content_has_one_kind_or_none(content):
    assert sniff(content) is None or "/" in sniff(content)


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_again(content):
    sha256 = hashlib.sha256(content).hexdigest()
    assert open_sealed_file(*seal_file(content, sha256), sha256) == content


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_seal_changed_anywhere_does_not_open(content, data):
    sha256 = hashlib.sha256(content).hexdigest()
    sealed, key = seal_file(content, sha256)
    place = data.draw(st.integers(0, len(sealed) - 1))
    broken = bytearray(sealed)
    broken[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotUnseal):
        open_sealed_file(bytes(broken), key, sha256)


@given(st.text(max_size=100))
def test_a_secret_opens_for_its_purpose_alone(secret):
    sealed = seal(secret, purpose="one")
    assert unseal(sealed, purpose="one") == secret
    with pytest.raises(CannotUnseal):
        unseal(sealed, purpose="another")


@given(st.binary(max_size=40))
def test_what_is_no_seal_does_not_open(junk):
    with pytest.raises(CannotUnseal):
        unseal(junk, purpose="one")


def test_two_seals_of_one_thing_differ():
    assert seal("the same", purpose="one") != seal("the same", purpose="one")


def test_another_master_key_opens_nothing(settings):
    sealed = seal("a secret", purpose="one")
    settings.REMPART_FILE_KEY = b"k" * 32
    sealing._key_for.cache_clear()
    try:
        with pytest.raises(CannotUnseal):
            unseal(sealed, purpose="one")
    finally:
        sealing._key_for.cache_clear()
