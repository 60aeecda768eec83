"""The commands for members and keys, as processes."""

import re


def test_a_member_is_invited_given_other_roles_and_deactivated(own_database):
    rempart = own_database.command
    invited = rempart("staff", "invite", "zoe@example.org", "--role", "reviewer", "--role", "auditor")
    assert re.fullmatch(r"http://localhost:8000/staff/link/[\w-]{43}/\n", invited.stdout)
    changed = rempart("staff", "roles", "zoe@example.org", "--role", "administrator", "--reason", "She runs it now.")
    assert changed.stdout == "zoe@example.org is now administrator.\n"
    assert rempart("staff", "deactivate", "zoe@example.org", "--reason", "Left.").returncode == 1  # the last one
    assert rempart("staff", "list").stdout == "zoe@example.org\tzoe\tadministrator\n"


def test_a_key_is_made_listed_and_revoked(own_database):
    rempart = own_database.command
    made = rempart("staff", "key", "add", "Platform", "--scope", "orders", "--days", "30")
    assert re.fullmatch(r"rempart_[\w-]{43}\n", made.stdout)
    number = rempart("staff", "key", "list").stdout.split("\t")[0]
    assert rempart("staff", "key", "revoke", number, "--reason", "Replaced.").returncode == 0
    assert "no longer works" in rempart("staff", "key", "list").stdout
    assert rempart("staff", "key", "add", "Platform", "--scope", "everything").returncode == 64
