"""`rempart endpoint …`, as an administrator types it."""

from standardwebhooks import Webhook


def test_an_endpoint_is_added_tested_given_a_new_secret_and_listed(own_database, platform):
    added = own_database.command("endpoint", "add", "Ours", platform.url, "--service", "tiktok")
    assert added.stdout.startswith("whsec_"), added.stderr
    tested = own_database.command("endpoint", "test", "Ours")
    assert tested.returncode == 0, tested.stderr
    [received] = platform.received
    assert Webhook(added.stdout.strip()).verify(received.body, received.headers)["type"] == "endpoint.test"
    rotated = own_database.command("endpoint", "rotate", "Ours")
    assert rotated.stdout.startswith("whsec_")
    assert rotated.stdout != added.stdout
    listed = own_database.command("endpoint", "list").stdout
    assert listed.split("\t")[::3] == ["Ours", "tiktok"]
    assert "whsec_" not in listed


def test_an_address_that_is_not_safe_is_refused_plainly(own_database):
    refused = own_database.command("endpoint", "add", "Ours", "http://10.0.0.1/")
    assert (refused.returncode, "https://" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr
