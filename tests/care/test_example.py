"""The demonstration of care: something on every side of its pages."""

from rempart.care import example, selectors
from rempart.ledger import clock as the_clock


def test_three_invented_creators_are_looked_after(db):
    before = the_clock.offset()
    zoe, _tom, mia = example.load()
    assert the_clock.offset() == before
    assert [file.handle for file in selectors.looked_after()] == ["zoe.pixel", "mia.cadence", "tom.beat"]
    assert zoe.standing == "accepted"
    waiting = [(wish.file, wish.kind) for wish in selectors.waiting_for_a_human()]
    assert waiting == [(mia, "call"), (zoe, "message")]
    due = {(step.file.handle, step.kind) for step in selectors.steps_due()}
    assert {("tom.beat", "welcome"), ("zoe.pixel", "day_7")} <= due
