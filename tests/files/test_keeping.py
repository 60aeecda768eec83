"""A file is kept as it was, sealed, and every opening of it is known."""

from rempart.files.services import custody_of, keep, open_file


def test_what_was_kept_is_opened_as_it_was(db, png, reviewer):
    file = keep(png, name="capture.png")
    assert open_file(file, acting=reviewer) == png


def test_every_opening_stands_in_its_custody(db, png, reviewer):
    file = keep(png, name="capture.png")
    open_file(file, acting=reviewer)
    assert [(row.event, row.acting) for row in custody_of(file)] == [
        ("file_kept", ""),
        ("file_opened", f"staff.staffmember:{reviewer.pk}"),
    ]
