"""Settings, read once from the environment; every variable is listed in `.env.example`.

`DEPLOYMENT` says which of three things this process is part of: `demo` (one machine, made-up people),
`test`, or `production`. In production no secret has a default and a wrong value stops the start.
"""

from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from django_guid.integrations import CeleryIntegration

from config.identity import read_providers

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
DEPLOYMENT = env.str("DEPLOYMENT", default="production")
if DEPLOYMENT not in {"demo", "test", "production"}:
    raise environ.ImproperlyConfigured(f"DEPLOYMENT must be demo, test or production, not {DEPLOYMENT!r}.")
IS_PRODUCTION = DEPLOYMENT == "production"

# --- Identity of this deployment -------------------------------------------------------------------
SERVICE_NAME = env.str("SERVICE_NAME", default="Community Referral")
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="")
"""Who runs this deployment, as the foot of each page says; the look is neutral, and theirs to brand."""
CONTACT_TELEPHONE = env.str("CONTACT_TELEPHONE", default="" if IS_PRODUCTION else "0161 496 0900")
"""Whom somebody rings who is stuck. The demonstration's is of the range that is kept for drama."""
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
PRIVACY_NOTICE_URL = env.str("PRIVACY_NOTICE_URL", default="")
"""Where the organisation's own privacy notice is, with who its data protection officer is."""
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

# --- Secrets and hosts -----------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY") if IS_PRODUCTION else env.str("SECRET_KEY", default="only-for-demo-and-tests")
# The keys before this one, the latest first: what was signed or sealed with them is still good while a key is changed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEBUG = False

# --- Apps: the order is the order of the house, from the top down (see docs/adr/0002) ----------------
INSTALLED_APPS = [
    "web",
    "demo",
    "insights",
    "referrals",
    "services_directory",
    "notifications",
    "accounts",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "knox",
    "django_guid",
    "django_filters",
    "django_fsm",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "pghistory",
]
MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.middleware.SeenMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.account.life.IdleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.account.typed.SignedInMiddleware",
    "web.account.second_factor.SecondFactorMiddleware",
    "core.middleware.EverybodyMiddleware",
    "core.middleware.MessagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.PolicyMiddleware",
    "core.middleware.CarefulAnswersMiddleware",
    "referrals.access_log.AccessLogMiddleware",
]
ROOT_URLCONF = "config.urls"
# A redirect to add a slash turns a POST into a GET in many clients: a referral would be lost without an error.
APPEND_SLASH = False
WSGI_APPLICATION = "config.wsgi.application"
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    # Ours, in the folders `jinja2` (docs/adr/0041); what a package brings is in Django's own language.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "web.jinja.environment",
            "context_processors": [*CONTEXT_PROCESSORS, "web.context.frame"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]
FORM_RENDERER = "web.forms.Renderer"

# --- Database --------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
# Who owns the tables, for `migrate` and whatever else changes tables; the application's own role owns nothing
# (docs/adr/0053). What serves people is not told.
DATABASE_OWNER = (
    {
        name: value
        for name, value in env.db("MIGRATION_DATABASE_URL").items()
        if name in {"USER", "PASSWORD", "HOST", "PORT"}
    }
    if env.str("MIGRATION_DATABASE_URL", default="")
    else {}
)
DATABASE_RIGHTS = "config.rights.rights"
"""What the application may do with each table."""
# Opening a connection costs more than most requests; a use case opens its own transaction (durable=True).
DATABASES["default"] |= {
    "ENGINE": "core.postgresql",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
# Queries here take milliseconds; compiling one (JIT) takes hundreds, and the planner cannot tell beforehand. The data
# lie in memory: with the costs of a spinning disk the planner would read a hundred rows where an index has one.
_FOR_THE_PLANNER = {"options": "-c jit=off -c random_page_cost=1.1"}
# A statement of `core.statements` is prepared when it is first asked, not when it has been asked five times.
_PREPARED = {"prepare_threshold": 0}
DATABASES["default"]["OPTIONS"] = _FOR_THE_PLANNER | _PREPARED | DATABASES["default"].get("OPTIONS", {})
# What a request of the web may take of the database, set by `config/wsgi.py` alone: who asked has given up by then, and
# others need the connection. Tasks, imports and commands take their time; Celery has limits of its own for them.
LIMITS_OF_A_REQUEST = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- History, by triggers (core.history, docs/adr/0048) ------------------------------------------------
# What is forgotten is emptied, and a column that comes later says nothing of earlier rows: so each may be empty.
PGHISTORY_FIELD = pghistory.Field(null=True)
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_EXCLUDE_FIELD_KWARGS = {"django.db.models.Field": ["default", "db_default"]}
PGTRIGGER_INSTALL_ON_MIGRATE = False  # they stand in the migrations

# --- Who ---------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:sign-in"
CSRF_FAILURE_VIEW = "web.account.typed.forged"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if DEPLOYMENT == "test":
    # Hashing a password slowly is what production wants and what a test of something else pays for.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1) if BEHIND_PROXY else 0
"""How many proxies of ours stand before the service, each of which adds to X-Forwarded-For (`core.addresses`)."""

# --- Signing in, by django-allauth (docs/signing-in.md, docs/adr/0041) ---------------------------------
SECOND_FACTOR = env.str("SECOND_FACTOR", default="required" if IS_PRODUCTION else "optional")
"""Whether everybody with a role needs a second step to sign in: `required`, or `optional`."""
if SECOND_FACTOR not in {"required", "optional"}:
    raise environ.ImproperlyConfigured(f"SECOND_FACTOR must be required or optional, not {SECOND_FACTOR!r}.")
ACCOUNT_ADAPTER = "web.account.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_ENABLED = False  # and there is no page for it: people are registered by who answers for them
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, and then no more
ACCOUNT_FORMS = {
    "login": "web.account.forms.SignInForm",
    "reauthenticate": "web.account.forms.ConfirmForm",
    "change_password": "web.account.forms.ChangePasswordForm",
}
# By address pages and API count together (the throttle `sign-in`); here by account, and by who has signed in.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "web.account.forms.CodeForm",
    "reauthenticate": "web.account.forms.ConfirmByCodeForm",
    "activate_totp": "web.account.forms.SetUpAppForm",
    "add_webauthn": "web.account.forms.AddPasskeyForm",
    "authenticate_webauthn": "web.account.forms.UsePasskeyForm",
    "reauthenticate_webauthn": "web.account.forms.ConfirmByPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is known because somebody registered it, not because it was confirmed
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION  # a browser allows it at http://localhost alone
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong

# By an organisation's own identity provider (docs/adr/0046). Nothing that it says is kept but who somebody is there.
SOCIALACCOUNT_ADAPTER = "web.account.providers.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": read_providers(env.str("IDENTITY_PROVIDERS", default=""), only_https=IS_PRODUCTION)}
}
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = (
    False  # it would take the password away: ours finds the account (accounts.providers)
)
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

WHY_PAGE = "web:why-open"
"""Where a reader is asked why they open a record, where that is unusual (docs/audit.md)."""

# --- Transport security: on wherever the service is reached over HTTPS ------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Nothing comes from elsewhere, and no page holds a script or a style of its own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it: forms carry the token
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_AGE = env.int("SESSION_IDLE_AGE", default=30 * 60)
"""After so many seconds in which nothing was done somebody is signed out (OWASP ASVS 3.3.2: 30 minutes at most)."""
SESSION_WARNING_AGE = 10 * 60
"""So many seconds before they are signed out somebody is warned, and can stay (WCAG 2.2.1 asks for 20 at least)."""
if IS_PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes a cookie of such a name from this very host alone, over HTTPS: no sister site can plant one.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- Requests ----------------------------------------------------------------------------------------
MAX_BODY_BYTES = 1024 * 1024
MAX_PUBLIC_BODY_BYTES = 16 * 1024
"""The largest request body accepted, in bytes: a referral is a few kilobytes."""
FILE_UPLOAD_HANDLERS: list[str] = []
"""No page takes a file: one that is sent along with a form is neither kept nor written anywhere."""

PUBLIC_READS_PER_MINUTE = env.int("PUBLIC_READS_PER_MINUTE", default=600)
"""Of the directory, its Open Referral feed and the document of the API, by one address: a surgery is behind one."""
USER_REQUESTS_UNUSUAL = env.int("USER_REQUESTS_UNUSUAL", default=600)
"""So many requests of one user in ten minutes are told to whoever watches: one a second, and never a pause."""
USER_REQUESTS_MOST = env.int("USER_REQUESTS_MOST", default=3000 if IS_PRODUCTION else 0)
"""More than so many in ten minutes are refused (0: none is). Nobody reads as fast; a program that takes all does."""

# --- Language, time, static files ------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
STATIC_URL = "static/"
# A demonstration and tests serve the files from where they are written: nothing need be collected first.
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")) if IS_PRODUCTION else None
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = DEPLOYMENT == "test"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- REST ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.machines.MachineAuthentication",
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "referrals.api.says_why.SaysWhy",
    ],
    "DEFAULT_RENDERER_CLASSES": ["core.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.renderers.Negotiation",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "core.schema.ProblemAutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        "sign-in": "30/minute",
        # Each lives for a quarter of an hour: that is a hundred machines at one address, and time for their mistakes.
        "machine-token": "30/minute",
        # By one machine, whatever it does; what it refers is counted beside that.
        "machine": "600/minute",
        "signed-link": "60/minute",
        "person-match": "30/minute",
        # By one user: a practice that refers a whole clinic's list in an hour stays far below.
        "refer": "120/hour",
        # In an hour a library or a care home may help several people from one address.
        "self-referral": "20/hour",
        "self-referral-code": "60/hour",
        "find-team": "60/minute",
        "report-listing": "20/hour",
    },
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.EverybodyThrottle"],
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "core.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
MACHINE_SCOPES = "config.scopes.NEEDED"
"""Which scope a machine needs for which route: what does not stand there is not for machines."""
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": None,  # set per token by accounts.services.issue_token
    "USER_SERIALIZER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Community Referral API",
    "DESCRIPTION": (
        "Refer a person to activity and support near home, follow what becomes of it, and be told. "
        "Every error is an RFC 9457 problem. Every answer about a referral says what you may do next "
        "(`available_actions`)."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        name: f"referrals.enums.{name}"
        for name in (
            "ReferralStatus",
            "Permission",
            "AddressKind",
            "OnwardStatus",
            "TurnOf",
            "CloseOutcome",
            "ProgrammeOutcome",
            "RejectionReason",
            "RedirectionReason",
            "WithdrawalReason",
            "HoldReason",
            "ReopeningReason",
            "ErrorReason",
            "DeclineReason",
            "NotStartedReason",
            "LeftEarlyReason",
            "MissedAssessmentReason",
            "AttendanceResult",
            "SessionCancelReason",
            "ReviewResult",
            "ConsentBasis",
            "ConsentDecision",
            "RetentionDecision",
            "KeepingReason",
            "RecordKind",
            "ConsentMethod",
            "ConsentPurpose",
            "ReferralSource",
            "ReferralMethod",
            "DischargeDestination",
            "SafeguardingKind",
            "RecordSection",
            "ClearanceMechanism",
            "QuestionState",
        )
    }
    | {
        "QuestionCode": "referrals.api.health.CODES",
    }
    | {
        name: f"services_directory.suitability.kinds.{name}"
        for name in ("RuleResult", "RuleBasis", "RuleKind", "Answered", "AnswerKind")
    }
    | {
        name: f"referrals.enums.{name}"
        for name in (
            "ContactParty",
            "ContactDirection",
            "ConsultationMechanism",
            "ContactOutcome",
            "PlanAgreement",
            "ActionParty",
            "ActionStatus",
            "GoalStatus",
            "FollowUpResult",
            "TaskKind",
        )
    }
    | {name: f"notifications.enums.{name}" for name in ("HowTold", "MessageGroup", "MessageStatus", "WebhookStatus")}
    | {"CheckAnswer": "services_directory.enums.CheckAnswer", "OrganizationKind": "accounts.enums.OrganizationKind"}
    | {"SummaryKind": "insights.models.SummaryKind"},
}

# --- Background work -------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL")
# Shared by the processes, because throttles count in it. Never cleared: clearing would empty the queues beside it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if DEPLOYMENT == "test"
    else {
        "BACKEND": "core.caches.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "counted",
        "OPTIONS": {"serializer": "core.caches.Json"},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True

# --- Messages --------------------------------------------------------------------------------------
EMAIL_BACKEND = (
    "django.core.mail.backends.locmem.EmailBackend"
    if DEPLOYMENT == "test" and not env.bool("TEST_REAL_SMTP", default=False)
    else "notifications.channels.plain_email.PlainBackend"
)
EMAIL_HOST = env.str("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", default=1025)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=IS_PRODUCTION)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Community Referral <no-reply@referral.example>")
# Text messages and letters go by GOV.UK Notify (docs/adr/0035); without a key they cannot be sent. For each way a
# template of Notify's whose words are ours: ((message)), and for a letter ((subject)) before it.
NOTIFY_URL = env.str("NOTIFY_URL", default="https://api.notifications.service.gov.uk")
NOTIFY_API_KEY = env.str("NOTIFY_API_KEY", default="")
NOTIFY_TEMPLATES = {
    "sms": env.str("NOTIFY_SMS_TEMPLATE", default=""),
    "letter": env.str("NOTIFY_LETTER_TEMPLATE", default=""),
}
NOTIFY_RECEIPTS_TOKEN = env.str("NOTIFY_RECEIPTS_TOKEN", default="")
"""What Notify presents as `Authorization: Bearer` when it tells what became of a message; empty: nobody may."""
NOTIFY_TIMEOUT = (3.0, 4.0)
"""Seconds until connected, and until answered. A message may take two calls, within its lease: 14 of 20."""
# Who tells somebody that a code of their app was entered a second time: see accounts/second_factor.py.
CODE_REUSED = "notifications.account_messages.tell_of_reused_code"
# Who is told, in the transaction which marks it, that nothing arrives at an address: see notifications/bounces.py.
MESSAGE_BOUNCED = "referrals.services.not_reached.make_task"
# Who is told, in the transaction which stops it, of what somebody was owed who has left: see notifications/leavers.py.
MESSAGE_PASSED_ON = "referrals.services.passed_on.tell_the_team"
# Who says where somebody is reached, when a message goes out: see notifications/recipients.py.
MESSAGE_RECIPIENTS = {
    "person": "referrals.reaching.address_of_person",
    "door": "referrals.reaching.address_at_the_door",
    "appointment": "referrals.reaching.address_for_appointment",
}
# A webhook goes to a public address by HTTPS; where nobody real is served, also to a receiver on this machine.
WEBHOOKS_MAY_GO_TO_LOOPBACK = not IS_PRODUCTION
# And to those hosts alone that whoever runs the service has named (OWASP ASVS 12.6.1): "hooks.practice.example",
# ".nhs.uk" for all below it, "*" for every one. In production none, until it is said.
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", default=[] if IS_PRODUCTION else ["*"])

# --- Seen from outside ---------------------------------------------------------------------------------
# Every request has an id, given by whoever sends it or made here: it is answered in X-Request-ID, and every line of the
# log carries it, also those of the worker that sends what the request owed (docs/watching.md).
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "INTEGRATIONS": [CeleryIntegration()],
}
METRICS_TOKEN = env.str("METRICS_TOKEN", default="" if IS_PRODUCTION else "metrics-of-the-demo")
"""Who presents it as `Authorization: Bearer` may read /metrics; without one there is no such page."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonLines"}},
    "filters": {
        "without_the_every_second": {"()": "core.logs.WithoutTheEverySecond"},
        "without_personal_data": {"()": "core.logs.WithoutPersonalData"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["without_the_every_second", "without_personal_data"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handlers would write the address of a request; the library repeats whatever it was sent as an id.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "django_guid": {"level": "ERROR"},
    },
}
