"""`rempart privacy export` and `rempart privacy erase` for one person."""

import zipfile

from rempart.intake.models import Post
from rempart.ledger.clock import now

LEA = ("--subject", "tiktok:lea.example", "--as", "author")


def test_the_commands_hand_over_and_erase(own_database, tmp_path):
    Post.objects.create(
        service="tiktok",
        post_id="77",
        source="platform",
        author="lea.example",
        created_at=now(),
        text="il m'a écrit",
        stance="other",
        stance_probability=1.0,
        read={},
        stored_at=now(),
    )
    out = tmp_path / "copy.zip"
    made = own_database.command("privacy", "export", *LEA, "--out", str(out))
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(out) as packed:
        assert "il m'a écrit" in packed.read("data.json").decode()
    assert own_database.command("privacy", "export", *LEA, "--out", str(out)).returncode == 1
    assert "posts: 1 would be erased" in own_database.command("privacy", "erase", *LEA, "--reason", "asked").stdout
    assert "posts: 1 erased" in own_database.command("privacy", "erase", *LEA, "--reason", "asked", "--yes").stdout
    assert own_database.command("privacy", "erase", *LEA).returncode == 64
    assert own_database.command("privacy", "export", "--subject", "leo", "--out", str(out)).returncode == 64
    assert own_database.command("ledger", "verify").returncode == 0
