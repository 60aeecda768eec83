"""`rempart dsa`: statements to a file, anybody's file checked, what waits sent."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from accountability.dsa.commission import errors_of
from accountability.dsa.statements import changed
from rempart.cli import cli
from rempart.ledger.clock import now

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def run(monkeypatch):
    """Run a command in this process: what it printed, and its exit status."""
    monkeypatch.setattr("rempart.cli.dsa.set_up", lambda: None)

    def command(*arguments, given=None):
        done = CliRunner().invoke(cli, ["dsa", *map(str, arguments)], input=given)
        return done.stdout, done.exit_code

    return command


def lines_of(statements):
    return "\n".join(json.dumps(one) for one in statements)


def test_statements_are_written_a_line_each_as_the_database_takes_them(run, stated, tmp_path):
    for number in range(3):
        stated(handle=f"leo.vrtx{number}")
    _said, status = run("statements", "--out", tmp_path / "out.jsonl")
    assert status == 0
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [errors_of(one) for one in written] == [{}, {}, {}]
    assert len({one["puid"] for one in written}) == 3
    assert "leo" not in (tmp_path / "out.jsonl").read_text()


def test_writing_them_again_writes_the_same(run, stated):
    stated()
    assert run("statements") == run("statements")


def test_what_is_due_and_was_not_stated_yet_is_stated_first(run, judged, respondent, clock):
    judged(respondent())
    clock.move(timedelta(minutes=30))
    assert len(run("statements")[0].splitlines()) == 1


def test_a_period_is_from_its_first_moment_to_before_its_last(run, stated):
    first, second = stated(), stated()
    at, then = first.made_at.isoformat(), second.made_at.isoformat()
    assert len(run("statements", "--from", at, "--to", then)[0].splitlines()) == 1
    assert len(run("statements", "--from", at)[0].splitlines()) == 2
    assert run("statements", "--to", at)[0] == ""
    day = (now() + timedelta(days=2)).date().isoformat()
    assert len(run("statements", "--from", "2020-01-01", "--to", day)[0].splitlines()) == 2


def test_a_period_that_is_none_is_wrong_usage(run):
    assert run("statements", "--from", "yesterday")[1] == 2


def test_nothing_to_write_is_no_error(run):
    assert run("statements") == ("", 0)


def test_what_cannot_be_declared_is_set_aside_with_its_field(run, stated, tmp_path):
    wrong = stated()
    fields = wrong.fields | {"transparency": wrong.fields["transparency"] | {"category": "SOMETHING"}}
    again = {"decision": wrong.decision, "texts": wrong.texts, "made_at": wrong.made_at}
    wrong.delete()
    type(wrong).objects.create(fields=fields, **again)
    stated()
    said, status = run("statements", "--rejects", tmp_path / "rejects.jsonl")
    assert (len(said.splitlines()), status) == (1, 0)
    [rejected] = map(json.loads, (tmp_path / "rejects.jsonl").read_text().splitlines())
    assert (rejected["line"], rejected["field"]) == (1, "category")


def test_a_file_that_would_be_taken_is_good(run):
    said, status = run("check", "-", given=lines_of([changed(puid="a"), changed(puid="b")]))
    assert (said, status) == ("2 of 2 statements would be taken\n", 0)


def test_each_problem_of_a_file_is_told_by_line_and_field(run):
    lines = [
        changed(),
        changed(puid="b", category="X"),
        changed(puid="c", decision_facts="Ask a@example.org"),
        changed(),
    ]
    said, status = run("check", "-", given=lines_of(lines) + "\nno json\n")
    assert status == 1
    assert [line.split(" ")[:3] for line in said.splitlines()[:-1]] == [
        ["line", "2:", "category"],
        ["line", "3:", "decision_facts"],
        ["line", "4:", "puid"],
        ["line", "5:", "line"],
    ]
    assert said.splitlines()[-1] == "1 of 5 statements would be taken"


def test_what_is_only_doubtful_is_a_note(run):
    said, status = run("check", "-", given=lines_of([changed(territorial_scope=...)]))
    assert status == 0
    assert said.startswith("note, line 1: territorial_scope ")


def test_problems_come_as_json_too(run):
    said, _status = run("check", "-", "--format", "json", given=lines_of([changed(puid="a b")]))
    assert json.loads(said) == [
        {"line": 1, "field": "puid", "rule": "format", "message": "must match ^[a-zA-Z0-9_-]+$", "counts": True}
    ]


def test_a_file_without_any_statement_is_bad_data(run):
    assert run("check", "-", given="not\nthis\n")[1] == 65
    assert run("check", "-", given="")[1] == 0


def test_sending_says_what_came_of_it(run, stated, api):
    stated()
    said, status = run("send")
    assert status == 0
    assert "1 statements declared" in said
    assert "1 taken, 0 refused, 0 put off" in said


def test_sending_at_once_does_not_wait_for_what_was_put_off(run, waiting, api):
    waiting(3)
    api.trouble = [500]
    said, status = run("send")
    assert status == 1
    assert "3 wait: the Transparency Database cannot take anything now (HTTP 500)" in said
    assert run("send")[1] == 0
    assert len(api.taken) == 3


def test_without_a_token_sending_says_so(run, settings):
    settings.REMPART_DSA_TOKEN = ""
    said, status = run("send")
    assert status == 1
    assert "REMPART_DSA_TOKEN is not set" in said


def test_what_was_declared_is_listed(run, waiting, api):
    puids = waiting(2)
    api.refusing = {puids[1]}
    run("send")
    said, _status = run("list", "--format", "json")
    rows = {row["puid"]: row for row in json.loads(said)}
    assert rows[puids[0]]["state"] == "taken"
    assert rows[puids[1]]["problem"] == "decision_facts The decision facts field is not to our liking."
    assert len(run("list", "--state", "refused")[0].splitlines()) == 2


def test_the_doctor_says_whether_statements_get_through(settings, api, waiting):
    from rempart.accountability.services.submitting import send_due
    from rempart.site.doctor import CHECKS

    look = CHECKS["DSA Transparency Database"]
    waiting(2)
    assert look() == (True, "0 statements taken, 2 wait, 0 wait for a person")
    api.trouble = [401]
    send_due()
    good, seen = look()
    assert not good
    assert "REMPART_DSA_TOKEN" in seen
    settings.REMPART_DSA_TOKEN = ""
    assert look()[0]
