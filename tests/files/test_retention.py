"""A file leaves once nothing refers to it, and never under a legal hold or locked without having been reported."""

from datetime import timedelta

from rempart.correspondence.services import hear, open_conversation
from rempart.files.models import StoredFile
from rempart.files.retention import erase_files
from rempart.files.services import custody_of, hold_file, keep, report_file


def left(clock) -> int:
    """How many files are left a day later."""
    erase_files(clock.now() + timedelta(days=1))
    return StoredFile.objects.count()


def test_a_file_that_nothing_refers_to_leaves(db, png, clock):
    keep(png, name="a.png")
    assert left(clock) == 0


def test_a_file_of_today_stays(db, png, clock):
    keep(png, name="a.png")
    assert erase_files(clock.now() - timedelta(days=30)) == 0


def test_a_file_that_a_message_refers_to_stays(db, png, clock):
    conversation = open_conversation("complainant", about="example.thing:1", person="example.person:1")
    hear(conversation, text="Voici", files=[("a.png", png)])
    assert left(clock) == 1
    conversation.delete()
    assert left(clock) == 0


def test_a_held_file_stays(db, png, clock):
    hold_file(keep(png, name="a.png"), on_behalf_of="example.order:1", acting=None, reason="asked")
    assert left(clock) == 1


def test_a_locked_file_stays_until_it_was_reported(db, png, clock, child_safety):
    file = keep(png, name="a.png", suspected_intimate=True)
    assert left(clock) == 1
    report_file(file, acting=child_safety, authority="Pharos")
    assert left(clock) == 0


def test_what_the_ledger_tells_of_a_file_leaves_with_it(db, png, clock):
    file = keep(png, name="a.png")
    left(clock)
    assert [hasattr(row, "content") for row in custody_of(file)] == [False, True]  # the last says that it was erased
