"""What `rempart doctor` looks at: one finding a line, each with what to do when it is bad."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen."""

    name: str
    good: bool
    seen: str

    def __str__(self) -> str:
        return f"{'good' if self.good else 'BAD '}  {self.name}: {self.seen}"


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"{sys.version.split()[0]} ({sys.executable})"


def _home() -> tuple[bool, str]:
    from rempart.database.home import ensure_home

    home = ensure_home()
    return True, str(home)


def _disk() -> tuple[bool, str]:
    from rempart.database.home import home_folder

    folder = home_folder()
    free = shutil.disk_usage(folder if folder.exists() else Path("/")).free
    return free > 1_000_000_000, f"{free / 1e9:.1f} GB free"


def _database() -> tuple[bool, str]:
    import psycopg

    from rempart.database.addresses import ensure_running

    found = ensure_running()
    with psycopg.connect(found.owner_url, connect_timeout=10) as connection:
        version = connection.info.server_version
    return (
        version >= 150000,
        f"PostgreSQL {version // 10000}.{version % 10000}, {'embedded' if found.embedded else 'given'}",
    )


def _migrations() -> tuple[bool, str]:
    from rempart.site.migrating import missing_migrations
    from rempart.site.setting_up import set_up

    set_up(migrated=False)
    missing = missing_migrations()
    return not missing, f"missing {', '.join(missing)}: rempart database migrate" if missing else "up to date"


def _application_role() -> tuple[bool, str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        name, superuser, owned = cursor.fetchone()
    return not superuser and not owned, f"{name}, owns {owned} tables"


def _translations() -> tuple[bool, str]:
    from rempart.pages.translations import catalogue_paths, compile_catalogues

    compile_catalogues()
    missing = [path.parents[1].name for path in catalogue_paths() if not path.with_suffix(".mo").exists()]
    return not missing, f"not compiled: {', '.join(missing)}" if missing else "compiled"


def _ledger() -> tuple[bool, str]:
    from rempart.ledger.sequencer import sequence_pending
    from rempart.ledger.verification import verify

    sequence_pending()
    report = verify()
    return report.holds, f"{report.rows} rows" if report.holds else f"first bad row: {report.bad}"


def _witnesses() -> tuple[bool, str]:
    from rempart.ledger.witnessing.standing import standings

    found = standings()
    return all(one.good for one in found), "; ".join(
        map(str, found)
    ) or "none (docs/verifying.md says why to have some)"


def _register() -> tuple[bool, str]:
    from rempart.privacy.register import problems

    found = problems()
    return not found, "; ".join(found) or "every column has its row"


def _transparency_database() -> tuple[bool, str]:
    from rempart.accountability.services.submitting import counts, is_set_up, standing_in_the_way

    if not is_set_up():
        return True, "nothing is sent: REMPART_DSA_TOKEN is not set"
    many, trouble = counts(), standing_in_the_way()
    seen = f"{many['taken']} statements taken, {many['waits']} wait, {many['refused']} wait for a person"
    return not trouble and not many["refused"], f"{seen}; {trouble}" if trouble else seen


def _care_team() -> tuple[bool, str]:
    from django.conf import settings

    from rempart.care.models import CareFile
    from rempart.care.services.asking import whom_to_call
    from rempart.correspondence.announcing import ALARM
    from rempart.correspondence.models import Endpoint
    from rempart.staff.roles import Permission

    team = sum(member.may(Permission.CARE) for member in whom_to_call(1))
    pagers = Endpoint.objects.filter(active=True, events__contains=[ALARM]).count()
    mail = "by e-mail" if settings.REMPART_SMTP_URL else "by no e-mail (REMPART_SMTP_URL is not set)"
    said = f"whoever asks for a human calls {team} people of the care team, {mail}, and {pagers} endpoints"
    return bool(team) or not CareFile.objects.exists(), said


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "Python": _python,
    "home folder": _home,
    "disk": _disk,
    "database": _database,
    "migrations": _migrations,
    "application's role": _application_role,
    "translations": _translations,
    "ledger": _ledger,
    "witnesses": _witnesses,
    "privacy register": _register,
    "DSA Transparency Database": _transparency_database,
    "care team": _care_team,
}


def examine() -> Iterator[Finding]:
    """Look at everything; a check that cannot be made is a bad finding, not an error."""
    for name, check in CHECKS.items():
        try:
            good, seen = check()
        except Exception as error:
            good, seen = False, str(error).strip().split("\n")[0] or type(error).__name__
        yield Finding(name, good, seen)
