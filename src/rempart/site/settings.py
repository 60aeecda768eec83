"""The site's settings: safe by default, changed by environment variables alone (docs/operation.md lists them)."""

import os
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from rempart.database.addresses import addresses
from rempart.database.home import file_key, home_folder, secret_key
from rempart.site.logs import LOGGING  # noqa: F401 - a setting

PACKAGE = Path(__file__).resolve().parents[1]
REMPART_HOME = home_folder()
SECRET_KEY = secret_key(REMPART_HOME)
REMPART_FILE_KEY = file_key(REMPART_HOME)
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *os.environ.get("REMPART_HOSTS", "").split()]

# In the order of the house: a room's templates and static files win over those of the rooms on its right.
ROOMS = [
    *("ledger", "staff", "pages", "files", "correspondence", "privacy"),
    *("intake", "lookout", "casework", "care", "age", "platforms", "accountability"),
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *(f"rempart.{room}" for room in ROOMS),
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "rempart.site.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rempart.staff.sessions.SeenMiddleware",
    "rempart.staff.access.AccessMiddleware",
    "rempart.staff.second_factor.EnrolmentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "rempart.site.urls"
WSGI_APPLICATION = "rempart.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- database: the application's role by default; migrations go through "owner"
_addresses = addresses()


def _database(parameters: dict[str, str]) -> dict[str, object]:
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django: parameters.get(libpq) or "" for libpq, django in named.items()},
        "OPTIONS": {key: value for key, value in parameters.items() if key not in named},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(_addresses.application), "owner": _database(_addresses.owner)}
DATABASES["owner"] |= {"CONN_MAX_AGE": 0, "REMPART_APPLICATION_ROLE": DATABASES["default"]["USER"]}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people
AUTH_USER_MODEL = "staff.StaffMember"
LOGIN_URL = "staff:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "staff:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- signing in (django-allauth): members are invited, never sign up; a second factor is required of everybody, unless
# REMPART_SECOND_FACTOR=optional; OpenID Connect is offered once the sign-in service is named
SECOND_FACTOR_REQUIRED = os.environ.get("REMPART_SECOND_FACTOR", "required") != "optional"
ACCOUNT_ADAPTER = "rempart.staff.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_RATE_LIMITS = False  # staff/attempts.py counts, in the database that every process shares
MFA_RATE_LIMITS = False
MFA_ADAPTER = "rempart.staff.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "rempart.staff.forms.SecondFactorForm",
    "reauthenticate": "rempart.staff.forms.ConfirmByCodeForm",
    "activate_totp": "rempart.staff.forms.AddAuthenticatorForm",
    "login_webauthn": "rempart.staff.forms.SignInByPasskeyForm",
    "authenticate_webauthn": "rempart.staff.forms.PasskeyForm",
    "reauthenticate_webauthn": "rempart.staff.forms.ConfirmByPasskeyForm",
    "add_webauthn": "rempart.staff.forms.AddPasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "rempart.staff.adapters.OpenIDAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may lead to no other site (form-action 'self')
SOCIALACCOUNT_PROVIDERS = {}
if os.environ.get("REMPART_OIDC_ISSUER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "staff",
                "name": os.environ.get("REMPART_OIDC_NAME", "OpenID Connect"),
                "client_id": os.environ["REMPART_OIDC_CLIENT_ID"],
                "secret": os.environ.get("REMPART_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": os.environ["REMPART_OIDC_ISSUER"]},
            }
        ],
    }
# Codes used once and counts are shared by every process.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "staff_cache"}}

# --- sessions and cookies. Browsers take Secure cookies from http://localhost too.
SESSION_ENGINE = "rempart.staff.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=10).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- the services that the platform itself runs: accounts on any other open no case
# Followers from which a final measure needs two people.
REMPART_HIGH_REACH = int(os.environ.get("REMPART_HIGH_REACH", "100000"))
REMPART_PLATFORM_SERVICES = os.environ.get("REMPART_PLATFORM_SERVICES", "tiktok").split()

# --- messages to people outside: where their links lead, and how e-mail and webhooks leave (docs/correspondence.md)
_names = os.environ.get("REMPART_HOSTS", "").split()
REMPART_ADDRESS = os.environ.get("REMPART_ADDRESS", f"https://{_names[0]}" if _names else "http://localhost:8000")
REMPART_SMTP_URL = os.environ.get("REMPART_SMTP_URL", "")
REMPART_MAIL_FROM = os.environ.get("REMPART_MAIL_FROM", f"Rempart <rempart@{_names[0] if _names else 'localhost'}>")
# Who notifies other services (DSA Art. 16): "Safety of Example <safety@example.org>", an address that people read.
REMPART_NOTIFIER = os.environ.get("REMPART_NOTIFIER", "")
REMPART_PRIVATE_ENDPOINTS = os.environ.get("REMPART_PRIVATE_ENDPOINTS", "0") == "1"

# --- the desk: how long a claim lasts without activity, how much severe content is enough for a day (severities added
# up), and the share of outcomes that a second person judges without seeing the first
REMPART_CLAIM_MINUTES = int(os.environ.get("REMPART_CLAIM_MINUTES", "15"))
REMPART_EXPOSURE_BUDGET = int(os.environ.get("REMPART_EXPOSURE_BUDGET", "60"))
REMPART_SECOND_REVIEWS = float(os.environ.get("REMPART_SECOND_REVIEWS", "0.05"))

# --- appeals (DSA Art. 20): days within which they are answered, hours while a precaution restricts the person (and for
# looking at it again after their reply)
REMPART_APPEAL_DAYS = int(os.environ.get("REMPART_APPEAL_DAYS", "14"))
REMPART_APPEAL_HOURS_WHILE_RESTRICTED = int(os.environ.get("REMPART_APPEAL_HOURS_WHILE_RESTRICTED", "72"))
REMPART_RECONSIDERATION_HOURS = int(os.environ.get("REMPART_RECONSIDERATION_HOURS", "72"))

# --- the respondent's side: the country whose courts, authorities and helplines are named when an account's is unknown,
# and the body that settles disputes out of court (DSA Art. 21); the Commission's list of them unless one is named
REMPART_COUNTRY = os.environ.get("REMPART_COUNTRY", "FR").upper()
REMPART_OUT_OF_COURT_BODY = os.environ.get("REMPART_OUT_OF_COURT_BODY", "")
REMPART_OUT_OF_COURT_URL = os.environ.get(
    "REMPART_OUT_OF_COURT_URL", "https://digital-strategy.ec.europa.eu/en/policies/dsa-out-court-dispute-settlement"
)

# --- misuse of reporting (DSA Art. 23, docs/misuse.md)
REMPART_MISUSE = {
    "window_days": 180,  # what is weighed
    "least": 2,  # manifestly unfounded reports, at least
    "share": 0.5,  # of all that the person sent
    "points_to_warn": 3,
    "points_to_suspend": 2,  # sent since the warning
    "warning_days": 180,  # how long a warning counts
    "suspension_days": (30, 90, 180),  # the first, the second and any further one within a year
}

# --- the radar (docs/lookout.md): whether posts that are heard pass the live detector; a folder of counters that grows
# by the day or hour (without it, sudden fame is not looked for), the accounts' table, and where the state is kept
REMPART_LIVE_WAVES = os.environ.get("REMPART_LIVE_WAVES", "1") == "1"
REMPART_COUNTERS = os.environ.get("REMPART_COUNTERS", "")
REMPART_ACCOUNTS = os.environ.get("REMPART_ACCOUNTS", "")
REMPART_RADAR_STATE = os.environ.get("REMPART_RADAR_STATE", str(REMPART_HOME / "radar"))

# --- age assurance (docs/age-gate.md): a folder of policies of your own, by country, and the addresses that the gate
# may send people back to (each stands for itself and for what is below it)
REMPART_AGE_POLICIES = os.environ.get("REMPART_AGE_POLICIES", "")
REMPART_AGE_RETURN = os.environ.get("REMPART_AGE_RETURN", "").split()
# … whom proofs of age are believed from (docs/age-proofs.md): a folder of certificates, keys and operators of trusted
# lists; the addresses of trusted lists; the hosts that status lists may be fetched from. The test wallet stands in for
# real ones in the demonstration: with it, anybody may pretend any age.
REMPART_AGE_TRUST = os.environ.get("REMPART_AGE_TRUST", str(REMPART_HOME / "age-trust"))
REMPART_AGE_TRUSTED_LISTS = os.environ.get("REMPART_AGE_TRUSTED_LISTS", "").split()
REMPART_AGE_STATUS_HOSTS = os.environ.get("REMPART_AGE_STATUS_HOSTS", "").split()
# A folder of descriptions of providers of age assurance, none of which is needed (docs/age.md).
REMPART_AGE_VENDORS = os.environ.get("REMPART_AGE_VENDORS", "")
REMPART_TEST_WALLET = os.environ.get("REMPART_TEST_WALLET", "0") == "1"

# --- the ledger: the name under which it signs its checkpoints (a log's origin: a host of yours, then a path), and its
# key where the home folder is not shared by all machines (docs/ledger.md)
REMPART_LEDGER_NAME = os.environ.get("REMPART_LEDGER_NAME", "rempart.local/ledger")
REMPART_LEDGER_KEY = os.environ.get("REMPART_LEDGER_KEY", "")
# Who cosigns its checkpoints: a key and an address for each, all separated by spaces; and the minutes within which rows
# become public together, so that nobody can watch them come one by one (docs/verifying.md)
REMPART_WITNESSES = os.environ.get("REMPART_WITNESSES", "")
REMPART_LEDGER_MINUTES = int(os.environ.get("REMPART_LEDGER_MINUTES", "10"))

# --- the DSA Transparency Database (docs/dsa.md): nothing is sent without a token
REMPART_DSA_ADDRESS = os.environ.get("REMPART_DSA_ADDRESS", "https://transparency.dsa.ec.europa.eu/api/v1")
REMPART_DSA_TOKEN = os.environ.get("REMPART_DSA_TOKEN", "")

# --- languages and time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "pages" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- static files
STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True  # straight from the package: nothing to collect
WHITENOISE_MAX_AGE = 300

# --- what is said about requests

CSRF_FAILURE_VIEW = "rempart.site.errors.csrf_failure"

# --- served to anything but this machine, TLS is required: a proxy ends it, and cookies leave by HTTPS alone
BEHIND_PROXY = os.environ.get("REMPART_HTTPS", "1" if os.environ.get("REMPART_HOSTS") else "0") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 63_072_000
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# What people send stays in memory until it is sealed: never in the open on a disk.
FILE_UPLOAD_HANDLERS = ["rempart.files.uploads.InMemory"]
