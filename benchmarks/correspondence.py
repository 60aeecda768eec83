"""Webhooks signed, links made and checked, files sealed and opened, announcements delivered: how many a second.

Peers, in the same run: the `standardwebhooks` library signs the same payloads with the same secret; Django's own
TimestampSigner makes and checks links; a file's peer is the way Django projects usually encrypt one, a Fernet token (of
`cryptography`) in a BinaryField. Deliveries go to a server on this machine; more of them waiting must not make any
slower.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SECONDS = 1.0
PAYLOADS = (200, 2_000, 20_000)  # bytes
FILES = (10_000, 100_000, 1_000_000, 10_000_000, 25_000_000)  # bytes
WAITING = (0, 1_000, 10_000, 50_000)
TRIED = 100


def a_second(act: Callable[[], object]) -> float:
    """How often a second something can be done."""
    act()
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        for _again in range(10):
            act()
        done += 10
    return done / passed


def signing() -> None:
    """Print webhooks signed a second."""
    from standardwebhooks import Webhook

    from rempart.correspondence.webhooks import new_secret, signature

    secret, at = new_secret(), datetime(2026, 6, 17, tzinfo=UTC)
    moment = int(at.timestamp())
    print("Webhooks signed a second, from the secret to the header")
    print(f"{'payload':>10} {'Rempart':>12} {'standardwebhooks':>18} {'ratio':>7}")
    for size in PAYLOADS:
        text = "a" * size
        body = text.encode()
        assert signature("msg_1", moment, body, [secret]) == Webhook(secret).sign("msg_1", at, text)
        ours = a_second(lambda body=body: signature("msg_1", moment, body, [secret]))
        theirs = a_second(lambda text=text: Webhook(secret).sign("msg_1", at, text))
        print(f"{size:>10,} {ours:>12,.0f} {theirs:>18,.0f} {ours / theirs:>7.1f}")


def linking() -> None:
    """Print links made, refused and opened a second."""
    from django.core.signing import TimestampSigner

    from rempart.correspondence.errors import LinkRefused
    from rempart.correspondence.links import conversation_of, token_for
    from rempart.correspondence.services import open_conversation

    conversation = open_conversation("respondent", about="bench:1", person="bench:1")
    ours, signer = token_for(conversation), TimestampSigner()
    theirs = signer.sign(f"{conversation.pk}.1.s")
    forged = ours[:-1] + ("A" if ours[-1] != "A" else "B")

    def refused() -> None:
        try:
            conversation_of(forged)
        except LinkRefused:
            return

    print("\nLinks a second")
    print(f"{'':>22} {'Rempart':>12} {'TimestampSigner':>18} {'ratio':>7}")
    for name, act, peer in (
        ("made", lambda: token_for(conversation), lambda: signer.sign(f"{conversation.pk}.1.s")),
        ("checked, forged", refused, lambda: signer.unsign(theirs)),
    ):
        mine, other = a_second(act), a_second(peer)
        print(f"{name:>22} {mine:>12,.0f} {other:>18,.0f} {mine / other:>7.1f}")
    opened = a_second(lambda: conversation_of(ours))
    print(f"{'opened (one query)':>22} {opened:>12,.0f}")
    print(f"{'characters':>22} {len(ours):>12} {len(theirs):>18}")


def sealing() -> None:
    """Print megabytes a second of files kept and opened."""
    from cryptography.fernet import Fernet
    from django.db import connection

    from rempart.files.services import keep, open_file
    from rempart.staff.services import add_member

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_file (id bigserial PRIMARY KEY, content bytea)")
    member, fernet = (
        add_member("bench@rempart.example", name="Bench", roles=["reviewer"]),
        Fernet(Fernet.generate_key()),
    )

    def peer_keep(content: bytes) -> int:
        with connection.cursor() as cursor:
            token = fernet.encrypt(content)
            cursor.execute("INSERT INTO bench_file (content) VALUES (%s) RETURNING id", [token])
            return cursor.fetchone()[0]

    def peer_open(key: int) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM bench_file WHERE id = %s", [key])
            return fernet.decrypt(bytes(cursor.fetchone()[0]))

    print("\nFiles, MB a second (ours with hash, ledger rows and durable commit; the peer's table is temporary)")
    print(f"{'bytes':>12} {'kept':>9} {'Fernet':>9} {'ratio':>7} {'opened':>9} {'Fernet':>9} {'ratio':>7}")
    for size in FILES:
        content = b"%PDF-" + os.urandom(size - 5)
        rounds = max(2, min(50, 20_000_000 // size))
        speeds = []
        for put, get in (
            (lambda data=content: keep(data, name="a.pdf"), lambda file: open_file(file, acting=member)),
            (lambda data=content: peer_keep(data), peer_open),
        ):
            begun = time.perf_counter()
            kept = [put() for _round in range(rounds)]
            between = time.perf_counter()
            for one in kept:
                assert get(one) == content
            ended = time.perf_counter()
            speeds.append([rounds * size / 1e6 / passed for passed in (between - begun, ended - between)])
        (kept_ours, opened_ours), (kept_peer, opened_peer) = speeds
        print(
            f"{size:>12,} {kept_ours:>9.1f} {kept_peer:>9.1f} {kept_ours / kept_peer:>7.1f}"
            f" {opened_ours:>9.1f} {opened_peer:>9.1f} {opened_ours / opened_peer:>7.1f}"
        )


class _Platform(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def delivering() -> None:
    """Print messages said and announced a second, however many others wait for another day."""
    from datetime import timedelta

    from rempart.correspondence.delivering import deliver_due
    from rempart.correspondence.endpoints import add_endpoint
    from rempart.correspondence.models import Delivery
    from rempart.correspondence.services import open_conversation, say
    from rempart.ledger.clock import now

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    add_endpoint("Bench", f"http://127.0.0.1:{server.server_port}/", acting=None)
    print("\nMessages a second: said (with delivery and ledger row), then delivered as signed webhooks")
    print(f"{'others wait':>12} {'said':>9} {'delivered':>11}")
    later, waiting = now() + timedelta(days=2), 0
    about = open_conversation("complainant", about="bench:0", person="bench:0", service="tiktok", report="0")
    first = say(about, text="Bonjour").deliveries.get()
    deliver_due()
    for count in WAITING:
        columns = {"channel": "webhook", "type": "message.sent", "endpoint": first.endpoint, "created_at": now()}
        Delivery.objects.bulk_create(
            Delivery(**columns, message=first.message, next_at=later, uid=f"bench-{number}", key=f"bench:{number}")
            for number in range(waiting, count)
        )
        waiting = count
        conversations = [
            open_conversation("complainant", about=f"bench:{count}", person=f"bench:{number}", service="x", report="1")
            for number in range(TRIED)
        ]
        begun = time.perf_counter()
        for conversation in conversations:
            say(conversation, text={"fr": "Bonjour", "en": "Hello"}, kind="receipt", once="receipt")
        said = time.perf_counter()
        arrived = deliver_due(budget=60)
        ended = time.perf_counter()
        assert arrived == TRIED, arrived
        print(f"{count:>12,} {TRIED / (said - begun):>9.0f} {TRIED / (ended - said):>11.0f}")
    server.shutdown()


def main() -> None:
    """Print the tables."""
    server = EmbeddedServer(HOME)
    try:
        set_up()
        signing()
        linking()
        sealing()
        delivering()
    finally:
        from django.db import connections

        connections.close_all()
        server.remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
