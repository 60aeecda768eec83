"""The demonstration of care: three invented young creators whom the lookout noticed, and an invented team of two.

One was welcomed a week ago and said yes, one waits for the welcome, and one of unknown age asks for a call.
"""

from datetime import datetime, timedelta

from rempart import records
from rempart.care.models import CareFile
from rempart.care.services import asking, files, follow_ups, people
from rempart.care.services.mandates import give_mandate
from rempart.care.services.welcome import welcome
from rempart.correspondence.services import hear, say
from rempart.ledger import clock
from rempart.ledger.clock import now
from rempart.lookout.services import receive_fame_alerts
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role
from rempart.staff.services import add_member

TEAM = (("nour.haddad@rempart.example", "Nour Haddad"), ("elio.brun@rempart.example", "Elio Brun"))
# Number, handle, age, country, when they were noticed, followers gained that day, and those that were likely.
STARS = (
    ("7100000000000000101", "zoe.pixel", "13_15", "FR", timedelta(days=7), 61_300, 40),
    ("7100000000000000102", "tom.beat", "16_17", "FR", timedelta(hours=30), 24_800, 110),
    ("7100000000000000103", "mia.cadence", None, "BE", timedelta(days=2), 38_100, 65),
)
HELLO = "Bonjour Zoé, comment s’est passée ta semaine ? Réponds quand tu veux, même en un mot."
REPLY = "Ça va mieux. J’ai coupé les messages des gens que je connais pas, je dors. Au collège c’est bizarre."
DONE = (
    ("call", "Pas d’appel pour l’instant, elle préfère écrire."),
    ("protections", "Messages d’inconnus et filtre des commentaires : elle choisit sur sa page."),
    ("day_1", "Dort mal, contente quand même. Le collège n’est pas au courant, elle préfère."),
)
MENTOR = {
    "fr": "Elle a eu deux millions d’abonnés à 16 ans, en une semaine. Elle en a 24 aujourd’hui et elle écoute bien.",
    "en": "She had two million followers at 16, within a week. She is 24 today and listens well.",
}


def load() -> list[CareFile]:
    """Put the three of them on the desk of the care team, as of now. For use inside a transaction."""
    ahead, present = clock.offset(), now()
    try:
        return _load(present)
    finally:
        clock.set_offset(ahead)


def _load(present: datetime) -> list[CareFile]:
    first, second = (add_member(email, name=name, roles=[Role.CARE]) for email, name in TEAM)
    base = clock.offset()
    for number, handle, age, country, before, observed, expected in STARS:
        clock.set_offset(base - before)
        row = records.AccountRow(id=number, service="tiktok", handle=handle, age_band=age, country=country)
        alert = records.FameAlert(
            account_id=number,
            alert_at=present - before,
            tier="support",
            score=11.0 + observed / 10_000,
            growth=observed / (expected * 30),
            expected=float(expected),
            observed=float(observed),
            age_band=age,
            priority=3 if age == "13_15" else 2,
            because=["lasting", "echo"],
            recent=[records.FamePoint(present - before, float(observed), float(expected), 3.0 * expected)],
        )
        receive_fame_alerts([alert], service="tiktok", accounts={number: row}, gains={number: _gains(alert, observed)})
    zoe, tom, mia = (CareFile.objects.get(platform_id=star[0]) for star in STARS)
    _a_week_with(zoe, base, first, second)
    clock.set_offset(base - timedelta(minutes=20))
    welcome(mia, acting=second)
    asking.ask_for_call(mia, suits="evening", language="fr")
    for file in (zoe, tom, mia):
        file.refresh_from_db()
    return [zoe, tom, mia]


def _gains(alert: records.FameAlert, observed: int) -> list[tuple[datetime, float]]:
    """Followers gained on each of the fourteen days before: few, until the last three."""
    last = {1: 0.06, 0: 1.0, 2: 0.004}
    likely = alert.expected
    return [
        (alert.alert_at - timedelta(days=back), round(observed * last[back]) if back in last else likely + back % 3)
        for back in reversed(range(14))
    ]


def _a_week_with(zoe: CareFile, base: timedelta, first: StaffMember, second: StaffMember) -> None:
    """She was welcomed the same day, said yes, let a parent be told; a mentor is proposed, a mandate to be checked."""
    clock.set_offset(base - timedelta(days=6, hours=20))
    files.hold(zoe, acting=first)
    welcome(zoe, acting=first)
    clock.set_offset(base - timedelta(days=6, hours=3))
    files.accept(zoe)
    files.say_whether_safe(zoe, True)
    guardian = people.name_guardian(zoe, name="Anne Pixel", reach="anne.pixel@example.org")
    people.tell_guardian(guardian)
    clock.set_offset(base - timedelta(days=5, hours=22))
    for step, note in DONE:
        follow_ups.do_step(zoe, step, acting=first, note=note)
    clock.set_offset(base - timedelta(days=1))
    mentor = people.add_mentor(
        name="Inaya Sol", reach="inaya@example.org", words=MENTOR, languages=["fr", "en"], acting=second
    )
    people.check_mentor(mentor, acting=first)
    people.invite_mentor(zoe, mentor, acting=first)
    give_mandate(zoe, name="Sam Rey", company="Rey & Fils", reach="sam@rey.example", scope=["contracts"], by="guardian")
    say(files.conversation_of(zoe), text=HELLO, acting=first)
    clock.set_offset(base - timedelta(hours=5))
    hear(files.conversation_of(zoe), text=REPLY)
