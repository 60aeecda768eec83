"""The sender is killed for real at random moments; in the end the database has taken every statement, once."""

import random
import time

from waiting import until

MANY, KILLS = 1_500, 3
TROUBLES = ["well", "well", "well", "lost", "unheard", 500, 429, "well"]


def test_a_sender_killed_at_random_moments_sends_nothing_twice_and_loses_nothing(own_database, api, waiting):
    from rempart.accountability.models import Submission
    from rempart.ledger.models import LedgerRow

    dice = random.Random(7)
    puids = waiting(MANY)
    api.takes = 0.1
    for _kill in range(KILLS):
        api.trouble = ["well", *(dice.choice(TROUBLES) for _request in range(40))]
        heard = len(api.batches) + dice.randrange(1, 4)
        sender = own_database.spawn("dsa", "send")
        until(lambda sender=sender, heard=heard: len(api.batches) >= heard or sender.poll() is not None, within=60)
        time.sleep(dice.random() / 20)
        sender.kill()
        sender.wait()
    assert 0 < len(api.taken) < MANY

    api.trouble, api.takes = [], 0.0
    assert own_database.command("dsa", "send").returncode == 0
    assert sorted(api.taken) == puids
    assert not api.twice
    assert Submission.objects.filter(state="taken").count() == MANY
    rows = LedgerRow.objects.filter(event="submission_taken").values_list("subject", flat=True)
    assert len(rows) == len(set(rows)) == MANY
    for puid, number in Submission.objects.exclude(uuid="").values_list("puid", "uuid"):
        assert api.numbers[puid] == number


def test_several_senders_at_once_send_everything_once(own_database, api, waiting):
    from rempart.accountability.models import Submission

    puids = waiting(600)
    senders = [own_database.spawn("dsa", "send") for _sender in range(2)]
    for sender in senders:
        sender.wait(60)
    own_database.command("dsa", "send")
    assert sorted(api.taken) == puids
    assert not api.twice
    assert Submission.objects.filter(state="taken").count() == 600
