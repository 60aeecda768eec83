"""The commands of the lookout: what a batch of the radar wrote reaches the desk, once; how it stands; how it is set."""

import json
from io import BytesIO

import msgspec
import pytest

from rempart.lookout.commands import KINDS, NoGoodLine, import_alerts, status
from rempart.lookout.models import FameAlert, LiveWave, LookoutSettings, PileOn
from rempart.records.lines import Rejects


@pytest.fixture
def written(tmp_path):
    """A file of alerts: `written(fame("1"), b"{bad")`."""

    def write(*lines) -> str:
        path = tmp_path / "alerts.jsonl"
        path.write_bytes(b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in lines))
        return str(path)

    return write


@pytest.fixture
def one_of(fame, wave, pile_on):
    """An alert of a kind, as `import` calls it."""
    made = {"fame": fame, "waves": wave, "pile-ons": pile_on, "groups": lambda: pile_on().groups[0]}
    return lambda kind: made[kind]()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_imported_once_and_bad_lines_are_set_aside(db, kind, written, tmp_path, one_of):
    file = written(one_of(kind), b'{"tag": 3}')
    with (tmp_path / "rejects").open("wb") as out:
        first = import_alerts(kind, [file], Rejects(out))
        again = import_alerts(kind, [file], Rejects(out))
    assert first.new == (3 if kind == "groups" else 1)
    assert again.new == first.new if kind == "groups" else (again.new, again.known) == (0, 1)
    rejects = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    assert [(one["line"], bool(one["field"])) for one in rejects] == [(2, True), (2, True)]
    assert FameAlert.objects.count() + LiveWave.objects.count() + PileOn.objects.count() == (kind != "groups")


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("waves", {"posts": 2**31}, "posts"),
        ("waves", {"tag": "a\0b"}, "tag"),
        ("waves", {"detected_at": "9999-12-31T23:59:59Z"}, "detected_at"),
        ("fame", {"alert_at": "0001-01-01T00:00:00Z"}, "alert_at"),
        ("pile-ons", {"examples": ["1", "2\0"]}, "examples.1"),
        ("groups", {"id": "g" * 121}, "id"),
    ],
    ids=["too many", "null", "far ahead", "long ago", "null in a list", "long name"],
)
@pytest.mark.usefixtures("db")
def test_what_no_column_can_hold_is_set_aside_by_its_field(kind, changed, field, written, one_of):
    given = {**msgspec.to_builtins(one_of(kind)), **changed}
    rejected = BytesIO()
    import_alerts(kind, [written(one_of(kind), msgspec.json.encode(given))], Rejects(rejected))
    assert [json.loads(line)["field"] for line in rejected.getvalue().splitlines()] == [field]


def test_handles_come_from_the_accounts_table(db, written, tmp_path, fame):
    accounts = tmp_path / "accounts.jsonl"
    accounts.write_text('{"id": "1", "service": "tiktok", "handle": "lou.plays", "age_band": "13_15"}\n')
    with (tmp_path / "rejects").open("wb") as out:
        import_alerts("fame", [written(fame("1"))], Rejects(out), accounts=str(accounts))
    assert FameAlert.objects.get().reference == "tiktok:lou.plays"


def test_nothing_good_is_an_error_of_its_own(db, written, tmp_path):
    with (tmp_path / "rejects").open("wb") as out, pytest.raises(NoGoodLine):
        import_alerts("fame", [written(b"none")], Rejects(out))


def test_the_status_is_what_json_can_hold(db, written, tmp_path, fame):
    told = json.loads(msgspec.json.encode(status()))
    assert [(one["kind"], one["tier"], one["a_day"]) for one in told["budget"]] == [
        ("wave", "", 20),
        ("fame", "support", 40),
        ("fame", "watch", 200),
        ("pile_on", "", 40),
    ]
    assert told["live"] == {"saved_at": None, "posts": 0, "waiting": 0}


def test_the_command_line_imports_says_and_sets(own_database, written, fame):
    file = written(fame("1"), fame("2"))
    done = own_database.command("lookout", "import", "fame", file, "--service", "twitch")
    assert (done.returncode, done.stderr.strip()) == (0, "2 new, 2 on the desk, 0 waiting, 0 known before")
    assert set(FameAlert.objects.values_list("service", "state")) == {("twitch", "care")}
    assert own_database.command("lookout", "import", "fame", written(b"{")).returncode == 65
    refused = own_database.command("lookout", "set", "waves_a_day=7", "false_alarms=2")
    assert (refused.returncode, "false_alarms" in refused.stderr) == (64, True)
    assert LookoutSettings.current().waves_a_day == 20
