"""What the application may do with each table of the database: one table, and what is not in it is closed to it.

`migrate` gives these rights (core.postgresql.roles), and a test holds them to what PostgreSQL says of every table. What
is append-only is changed only where the register of what is held on a person says that it is forgotten, and the
triggers let that through only while such a decision is carried out (docs/retention.md).
"""

from collections.abc import Iterator, Mapping

from django.db import models

from core.history import histories
from core.postgresql.roles import Rights
from referrals.holdings import HOLDINGS
from referrals.models import ReferralEvent

READ = frozenset({"SELECT"})
KEPT = READ | {"INSERT"}
CHANGED = KEPT | {"UPDATE"}
ALL = CHANGED | {"DELETE"}

_TABLES = (
    # Written by `migrate`, by the database itself (what is due, histories), or when an edition of postcodes is loaded.
    (READ, "django", "migrations content_type"),
    (READ, "auth", "permission group group_permissions"),
    (READ, "pghistory", "context"),
    (READ, "referrals", "duetask"),
    (READ, "services_directory", "postcode postcodeedition"),
    # Append-only: what happened.
    (KEPT, "accounts", "emaillinkdecision"),
    (KEPT, "insights", "integrityrun summary"),
    (KEPT, "notifications", "delivery receipt"),
    (KEPT, "referrals", """
        addressrecord casenote clearance consent contact followup measurelicence measureresponse messageback
        messagebackfiling observation personchange personmerge planversion recordaccess recordentry recordversion
        referralevent registertaken review safeguardingread schemeclocks signpost signpostfollowup subjectaccess
        supersededattendance"""),
    (KEPT, "services_directory", "capacityreport listingchange verification"),
    # Changed, and never deleted but where a person is forgotten.
    (CHANGED, "accounts", "machine machinesecret organization team user"),
    (CHANGED, "core", "taskpulse"),
    (CHANGED, "notifications", "outboxmessage preference webhookendpoint"),
    (CHANGED, "referrals", """
        attendance casetask clearancerequest consentclock followupplan onwardreferral person personlink referral
        retentionproposal retentionrule safeguardingconcern session teampolicy"""),
    (CHANGED, "services_directory", """
        checkrequest checkround eligibilityrule feed listingcheck listingproposal organization ruleset rulesetversion
        service taxonomy taxonomyterm"""),
    # Deleted when it has ended, is chosen anew, is counted anew, or comes anew with a listing.
    (KEPT | {"UPDATE (used_at)", "DELETE"}, "accounts", "accountevent"),  # a link is used once
    (KEPT | {"DELETE"}, "notifications", "reading"),
    (ALL, "account", "emailaddress emailconfirmation"),
    (ALL, "accounts", "machinetoken membership"),
    (ALL, "core", "idempotencykey taskrun"),
    (ALL, "django", "session"),
    (ALL, "insights", "answertotal journeytotal needgap populationcount uptakecount uptaketotal waittotal"),
    (ALL, "knox", "authtoken"),
    (ALL, "mfa", "authenticator"),
    (ALL, "notifications", "undeliverableaddress"),
    (ALL, "referrals", "discharge followupclock measureinuse referralneed risk selfreferral teamarea teamlinkcode"),
    (ALL, "services_directory", """
        accessibility address attribute contact costoption funding language listingtrust location neighbourhood
        organizationidentifier phone placeentry readerreport schedule searchword servicearea serviceatlocation
        servicecard serviceentry serviceresponsiveness serviceruleset"""),
    (ALL, "socialaccount", "socialaccount socialapp socialtoken"),
    (ALL, "usersessions", "usersession"),
)  # fmt: skip
_BESIDE_ITS_NOTE: Mapping[type[models.Model], set[str]] = {ReferralEvent: {"hashed_text"}}
"""Of a note from before notes were sealed, the text that was hashed (referrals.services.retention)."""


def rights() -> Rights:
    """Return them by table."""
    found = {f"{app}_{name}": rights for rights, app, names in _TABLES for name in names.split()}
    found |= {history._meta.db_table: READ for history in histories()}
    for table, right in _forgetting():
        if right.split()[0] not in found[table]:
            found[table] |= {right}
    return found


def _forgetting() -> Iterator[tuple[str, str]]:
    """Yield by table what it takes to forget what is held on a person."""
    for holding in HOLDINGS:
        table = holding.model._meta.db_table
        if holding.is_removed:
            yield table, "DELETE"
        columns = {field.name: field.column for field in holding.model._meta.concrete_fields}
        for name in {*holding.forgets, *_BESIDE_ITS_NOTE.get(holding.model, ())}:
            yield table, f"UPDATE ({columns[name]})"
