"""A suspected intimate image of a minor: locked at once, opened by few, reported, then destroyed, by rule."""

import pytest
from django.db import IntegrityError, transaction

from rempart.files.errors import FileDestroyed, FileHeld, FileLocked, NotAllowed, NotLocked, NotReported
from rempart.files.models import SealedContent, StoredFile
from rempart.files.services import (
    custody_of,
    destroy_file,
    hold_file,
    keep,
    lock_file,
    open_file,
    release_file,
    report_file,
)


@pytest.fixture
def locked(db, png):
    """A file that was locked when it came."""
    return keep(png, name="a.png", suspected_intimate=True)


@pytest.fixture
def reported(locked, child_safety):
    """A locked file that was reported."""
    return report_file(locked, acting=child_safety, authority="Pharos", number="P-1")


ALL_OTHERS = ["reader", "reviewer", "senior_reviewer", "policy_owner", "authority_liaison", "auditor", "administrator"]


@pytest.mark.parametrize("role", ALL_OTHERS)
def test_nobody_else_opens_a_locked_file(locked, staff_member, role):
    with pytest.raises(FileLocked):
        open_file(locked, acting=staff_member(role))


def test_all_other_roles_together_do_not_open_a_locked_file(locked, staff_member):
    with pytest.raises(FileLocked):
        open_file(locked, acting=staff_member(*ALL_OTHERS))


def test_a_child_safety_officer_opens_a_locked_file(locked, child_safety, png):
    assert open_file(locked, acting=child_safety, because="Reported twice") == png


def test_a_child_safety_officer_opens_no_other_file(db, png, child_safety):
    with pytest.raises(NotAllowed):
        open_file(keep(png, name="a.png"), acting=child_safety)


def test_locking_twice_keeps_the_first_reason(db, png, reviewer):
    file = lock_file(keep(png, name="a.png"), acting=reviewer, reason="It looks like one")
    assert lock_file(file, acting=None, reason="Again").locked_because == "It looks like one"


def test_a_file_is_never_unlocked(locked):
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=locked.pk).update(state="kept")


@pytest.mark.parametrize("act", [report_file, destroy_file])
def test_others_neither_report_nor_destroy(locked, reviewer, act):
    given = {"authority": "Pharos"} if act is report_file else {"reason": "no"}
    with pytest.raises(NotAllowed):
        act(locked, acting=reviewer, **given)


def test_a_file_that_is_not_locked_is_not_reported(db, png, child_safety):
    with pytest.raises(NotLocked):
        report_file(keep(png, name="a.png"), acting=child_safety, authority="Pharos")


def test_a_file_is_destroyed_only_once_reported(locked, child_safety):
    with pytest.raises(NotReported):
        destroy_file(locked, acting=child_safety, reason="over")


def test_a_file_under_a_legal_hold_is_not_destroyed(reported, child_safety):
    hold_file(reported, on_behalf_of="example.order:1", acting=None, reason="asked by the prosecutor")
    with pytest.raises(FileHeld):
        destroy_file(reported, acting=child_safety, reason="over")


def test_the_database_destroys_no_held_file_either(reported, child_safety):
    hold_file(reported, on_behalf_of="example.order:1", acting=None, reason="asked by the prosecutor")
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=reported.pk).update(
            state="destroyed",
            wrapped_key=None,
            destroyed_at=reported.locked_at,
            destroyed_by=child_safety,
            destroyed_because="x",
        )


def test_a_file_held_twice_is_released_twice(reported, child_safety):
    for number in (1, 2):
        hold_file(reported, on_behalf_of=f"example.order:{number}", acting=None, reason="asked")
    release_file(reported, on_behalf_of="example.order:1", acting=None, reason="over")
    with pytest.raises(FileHeld):
        destroy_file(reported, acting=child_safety, reason="over")
    release_file(reported, on_behalf_of="example.order:2", acting=None, reason="over")
    assert destroy_file(reported, acting=child_safety, reason="over").state == "destroyed"


def test_a_hold_is_put_once_for_each_thing(reported):
    for _time in range(2):
        hold_file(reported, on_behalf_of="example.order:1", acting=None, reason="asked")
    assert [row.event for row in custody_of(reported)].count("file_held") == 1


def test_what_was_destroyed_has_neither_key_nor_content(reported, child_safety):
    destroyed = destroy_file(reported, acting=child_safety, reason="over")
    assert destroyed.wrapped_key is None
    assert not SealedContent.objects.filter(file=destroyed).exists()


def test_what_was_destroyed_keeps_its_hash_and_its_history(reported, child_safety):
    destroyed = destroy_file(reported, acting=child_safety, reason="over")
    assert destroyed.sha256 == reported.sha256
    assert [row.event for row in custody_of(destroyed)] == [
        "file_kept",
        "file_locked",
        "file_reported",
        "file_destroyed",
    ]


def test_what_was_destroyed_is_opened_by_nobody(reported, child_safety):
    destroy_file(reported, acting=child_safety, reason="over")
    with pytest.raises(FileDestroyed):
        open_file(reported, acting=child_safety)


def test_what_was_destroyed_is_not_held(reported, child_safety):
    destroy_file(reported, acting=child_safety, reason="over")
    with pytest.raises(FileDestroyed):
        hold_file(reported, on_behalf_of="example.order:1", acting=None, reason="too late")
