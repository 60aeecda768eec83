"""What the queue does for the ledger: once a minute, witnesses are asked to cosign the checkpoint that is due."""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="ledger.ask_witnesses", queueing_lock="ledger.ask_witnesses", lock="ledger.ask_witnesses")
def ask_witnesses_each_minute(timestamp: int) -> None:
    """Have the checkpoint that is due cosigned; one that is cosigned already asks nothing of anybody."""
    from rempart.ledger.witnessing.submitting import ask_witnesses

    ask_witnesses()
