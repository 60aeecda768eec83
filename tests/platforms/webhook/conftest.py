"""The little platform, listening on this machine, and the connectors that speak to it.

Commands are verified with the reference library of Standard Webhooks.
"""

from datetime import datetime
from typing import Any

import pytest
import standardwebhooks.webhooks
from standardwebhooks import Webhook, WebhookVerificationError

from rempart.correspondence.webhooks import new_secret
from rempart.files import sealing
from rempart.ledger.clock import now
from serving import Answers, serving


class _Clock(datetime):
    """The reference library's clock, moved with everybody else's."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return now().astimezone(tz)


@pytest.fixture
def little(monkeypatch):
    """The little platform, listening on this machine."""
    from platforms.webhook.little import LittlePlatform, Refused

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", _Clock)
    mine = LittlePlatform(secret=new_secret())

    class Handler(Answers):
        def do_POST(self) -> None:
            body = self.body()
            if mine.broken:
                status, headers, said = mine.broken
                return self.answer(status, said, headers)
            try:
                said = Webhook(mine.secret).verify(body, dict(self.headers))
                answer = mine.obey(self.headers["webhook-id"], said["type"], said["data"])
            except WebhookVerificationError:
                return self.answer(401)
            except Refused as error:
                status, code = error.args
                return self.answer(status, {"error": code})
            return self.answer(200, answer)

    with serving(Handler) as address:
        mine.address = f"{address}/rempart"
        yield mine


@pytest.fixture
def connector_at():
    """The connector of a platform at an address, with a secret, as it is set up."""
    from platforms.webhook.little import ABILITIES, AGES, COMMENTS, PROTECTIONS
    from rempart.platforms.models import Platform
    from rempart.platforms.services.setting_up import PURPOSE
    from rempart.platforms.webhook.connector import WebhookConnector

    def make(address: str, secret: str, settings: dict[str, Any] | None = None):
        platform = Platform(
            name="little",
            kind="webhook",
            service="other",
            address=address,
            secret=sealing.seal(secret, purpose=PURPOSE),
            settings={"abilities": ABILITIES, "protections": PROTECTIONS, "comments": COMMENTS, "ages": AGES}
            if settings is None
            else settings,
        )
        return WebhookConnector.of(platform)

    return make


@pytest.fixture
def connector(little, connector_at):
    """The connector of the little platform."""
    return connector_at(little.address, little.secret)
