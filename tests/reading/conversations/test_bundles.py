"""What people attach is opened without harm: a file, a folder or a zip; the rest is refused with a sentence."""

import json
import random
import stat
import zipfile
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from reading.conversations.made import EXPORTS, TELEGRAM
from rempart.cli import cli
from rempart.reading.conversations import bundle as bundles
from rempart.reading.conversations import read_conversations, torn_archive
from rempart.reading.conversations.bundle import Unreadable, open_bundle

PARIS = ZoneInfo("Europe/Paris")
NAME, CONTENT = EXPORTS["telegram"]


def test_a_file_a_folder_and_a_zip_are_read_the_same(unpacked, zipped):
    folder = unpacked({NAME: CONTENT})
    read = [list(read_conversations(path, PARIS)) for path in (folder / NAME, folder, zipped({NAME: CONTENT}))]
    assert read[0] == read[1] == read[2]
    assert len(read[0]) == 1


def test_media_in_an_export_are_never_opened(zipped, monkeypatch):
    opened = set()
    read = bundles._Archive.read
    monkeypatch.setattr(bundles._Archive, "read", lambda self, name: opened.add(name) or read(self, name))
    assert list(read_conversations(zipped({NAME: CONTENT, "photos/1.jpg": b"", "voice/1.ogg": b""}), PARIS))
    assert opened == {NAME}


@pytest.mark.parametrize("name", ["../outside.json", "/etc/outside.json", "C:/outside.json", "a\\..\\..\\outside.json"])
def test_a_path_that_leads_out_is_refused(zipped, name):
    with pytest.raises(Unreadable, match="leads out"), open_bundle(zipped({name: b"{}"})):
        pass


def test_a_colon_in_a_name_leads_nowhere(zipped):
    with open_bundle(zipped({"Chat with A: B.txt": b""})) as bundle:
        assert bundle.names == ["Chat with A: B.txt"]


def test_a_bomb_is_refused(zipped):
    with pytest.raises(Unreadable, match="beyond reason"), open_bundle(zipped({"a.json": b" " * 30_000_000})):
        pass


def test_an_entry_that_says_it_is_small_is_read_no_further_than_the_limit(zipped, monkeypatch):
    monkeypatch.setattr(bundles, "MOST_BYTES_A_FILE", 100)
    with open_bundle(zipped({"a.bin": b"x" * 200})) as bundle, pytest.raises(Unreadable, match="longer than"):
        bundle.read("a.bin")


def test_too_many_files_are_refused(zipped, monkeypatch):
    monkeypatch.setattr(bundles, "MOST_FILES", 3)
    with (
        pytest.raises(Unreadable, match="more than 3 files"),
        open_bundle(zipped({f"{n}.json": b"" for n in range(4)})),
    ):
        pass


def test_a_link_in_an_archive_is_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("result.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable, match="a link"), open_bundle(path):
        pass


def test_a_link_in_a_folder_is_left_out(unpacked, tmp_path):
    folder = unpacked({NAME: CONTENT})
    (tmp_path / "elsewhere.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "elsewhere.json")
    with open_bundle(folder) as bundle:
        assert bundle.names == [NAME]


def test_an_encrypted_archive_is_refused(zipped):
    path = zipped({NAME: CONTENT})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the central directory
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="encrypted"), open_bundle(path):
        pass


def damaged(path, name):
    """The archive with forty bytes of one of its files overwritten."""
    content = bytearray(path.read_bytes())
    place = content.index(name.encode()) + len(name) + 40
    content[place : place + 40] = bytes(40)
    path.write_bytes(content)
    return path


def test_an_archive_of_which_all_is_damaged_is_refused_by_name(zipped):
    with pytest.raises(Unreadable, match=f"{NAME} is damaged"):
        list(read_conversations(damaged(zipped({NAME: CONTENT}), NAME), PARIS))


def test_a_damaged_file_does_not_keep_the_others_from_being_read(zipped):
    path = damaged(zipped({NAME: CONTENT, "other.json": CONTENT}), "other.json")
    (conversation,) = read_conversations(path, PARIS)
    assert [limit for limit in conversation.limits if limit.startswith("other.json is damaged")]


def test_an_archive_packed_in_another_way_is_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(NAME, CONTENT)
    with pytest.raises(Unreadable, match="packed in a way"), open_bundle(path):
        pass


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_zip_cut_off_still_gives_the_whole_files_before_the_cut(zipped, kept):
    noise = random.Random(1).randbytes(20_000)
    path = zipped({NAME: CONTENT, "photos/1.jpg": noise, "photos/2.jpg": noise})
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    (path.parent / NAME).write_bytes(CONTENT)
    ((torn,), (whole,)) = (read_conversations(one, PARIS) for one in (path, path.parent / NAME))
    assert torn.messages == whole.messages
    assert set(torn.limits) - set(whole.limits) == {"the archive ends in the middle: files after the cut were lost"}


def test_the_file_that_a_cut_goes_through_gives_its_whole_messages(zipped):
    path = zipped({NAME: json.dumps({**TELEGRAM, "messages": TELEGRAM["messages"] * 500}).encode()})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (conversation,) = read_conversations(path, PARIS)
    assert 0 < len(conversation.messages) < 1500
    assert any("lost" in limit for limit in conversation.limits)


def test_a_zip_of_which_nothing_is_left_is_said_to_be_one(zipped):
    path = zipped({NAME: CONTENT})
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(Unreadable, match="ends too early"), open_bundle(path):
        pass


def test_a_torn_bomb_stops_at_the_limit(zipped, monkeypatch):
    monkeypatch.setattr(torn_archive, "_MOST_INFLATED", 1000)
    path = zipped({"a.json": b" " * 1_000_000})
    path.write_bytes(path.read_bytes()[:-30])
    with open_bundle(path) as bundle:
        assert len(bundle.read("a.json")) == 1000


def command(*arguments):
    return CliRunner().invoke(cli, ["evidence", "read", *map(str, arguments)])


def test_the_command_writes_a_conversation_a_line(unpacked):
    lines = command(unpacked({NAME: CONTENT})).stdout.splitlines()
    assert [json.loads(line)["service"] for line in lines] == ["telegram"]


def test_times_without_a_zone_are_read_in_the_one_given(unpacked):
    name, content = EXPORTS["whatsapp-french"]
    (line,) = command(unpacked({name: content}), "--tz", "America/Montreal").stdout.splitlines()
    assert json.loads(line)["messages"][0]["at"] == "2020-06-13T01:15:00Z"


def test_a_zone_that_is_none_is_wrong_usage(unpacked):
    assert command(unpacked({NAME: CONTENT}), "--tz", "Nowhere/Here").exit_code == 2


def test_what_is_no_export_is_said_so(unpacked):
    result = command(unpacked({"list.txt": b"du pain\n"}))
    assert result.exit_code
    assert "no chat export that is known" in result.stderr
