"""Which scope a machine needs for which route of the API: one table, and what is not in it is closed to machines.

A test holds it to the routes: a new one is entered here, in a scope or among what is for people.
"""

from accounts.api.machines import ANY, Needed
from accounts.enums import Scope

REFERRALS = Needed(read=Scope.REFERRALS_READ, write=Scope.REFERRALS_WRITE)
DIRECTORY = Needed(read=Scope.DIRECTORY_READ, write=Scope.DIRECTORY_WRITE)
DIRECTORY_ONLY_READ = Needed(read=Scope.DIRECTORY_READ, write=None)
INSIGHTS = Needed(read=Scope.INSIGHTS_READ, write=None)

_OF_ITSELF = ("me", "current-token")

_REFERRALS = (
    "referral-list", "referral-detail", "referral-submit", "referral-withdraw", "referral-enter_in_error",
    "referral-events", "referral-addresses", "referral-change-contact", "referral-consents", "referral-dapb4066",
    "referral-discharge", "referral-confirm_discharge", "referral-confirm_discharge_again", "referral-record",
    "referral-record-versions", "referral-record_death", "referral-record_readmission", "referral-correct-nhs-number",
    "referral-reaching", "referral-screening", "referral-observations", "referral-clearances",
    "referral-clearance-requests", "referral-end-clearance-request", "referral-message-back",
    "referral-messages-back", "referral-measures", "referral-measures-change", "referral-measures-due",
    "referral-provide_information", "onward-referral-request_information", "onward-referral-provide_information",
    "message-back-list", "message-back-file", "person-match", "measure-list",
    "onward-referral-list", "onward-referral-detail", "onward-referral-accept", "onward-referral-attendances",
    "onward-referral-book_assessment", "onward-referral-complete", "onward-referral-decline", "onward-referral-events",
    "onward-referral-follow-up-points", "onward-referral-follow-ups", "onward-referral-leave_early",
    "onward-referral-measures", "onward-referral-measures-change", "onward-referral-measures-due",
    "onward-referral-pause", "onward-referral-record_missed_assessment", "onward-referral-record_not_started",
    "onward-referral-resume", "onward-referral-review-points", "onward-referral-reviews", "onward-referral-screening",
    "onward-referral-send_pack", "onward-referral-start", "onward-referral-waitlist", "onward-referral-withdraw",
    "session-list", "session-detail", "session-cancel", "session-register",
)  # fmt: skip
"""What those do who refer, and those to whom people are sent on: their own systems write it down."""

_DIRECTORY = (
    "service-list", "service-detail", "service-history", "service-capacity", "services-spreadsheet",
    "proposal-list", "proposal-detail", "proposal-withdraw",
)  # fmt: skip

_DIRECTORY_ONLY_READ = (
    "team-list", "organization-list", "need-list", "postcode-detail", "neighbourhood-list", "service-rules",
    "rule-set-list", "rule-set-detail", "rule-set-version", "rule-set-versions", "service-measures", "service-clocks",
    "service-follow-ups", "directory-figures", "directory-figures-listings", "directory-figures-gaps",
)  # fmt: skip

_INSIGHTS = (
    "uptake", "funnel", "waits", "responses", "outcomes", "integrity", "clocks", "runs", "summary-list",
    "summary-detail",
)  # fmt: skip

_FOR_PEOPLE = (
    # Who opened a record.
    "referral-who-looked",
    # Somebody's own inbox, and how they are told.
    "my-notifications", "inbox-list", "inbox-read", "inbox-read-all", "inbox-unread",
    # Who works where, and what reaches a team.
    "team-members", "team-member-link", "team-hand-over", "team-leave", "team-email-link", "team-notifications",
    "team-measures", "team-clocks",
    # Where news goes outside of the service is decided by who answers for it.
    "webhooks-list", "webhooks-detail", "webhooks-deliveries", "webhooks-enable", "webhooks-ping", "webhooks-replay",
    "webhooks-replay-one", "webhooks-rotate-secret", "message-failed", "message-try-again",
    # A caseload: what is judged of a person, and said to them.
    "referral-request_information",
    "referral-accept", "referral-reject", "referral-redirect", "referral-allocate", "referral-start_support",
    "referral-hold", "referral-resume", "referral-defer", "referral-close", "referral-reopen", "referral-contacts",
    "referral-notes", "referral-plan", "referral-plan-versions", "referral-offers", "referral-onward-referrals",
    "referral-signposts", "referral-follow-up-signpost", "referral-tasks", "referral-finish-task", "task-list",
    "referral-risks", "referral-end-risk", "referral-own-page-link", "referral-undo-death",
    # What only a person may see or decide: safeguarding, who somebody is, what is forgotten, what is handed out.
    "referral-safeguarding", "referral-end-safeguarding", "referral-safeguarding-reads", "person-duplicates",
    "person-merge", "person-merges", "person-undo-merge", "retention-proposal-list", "retention-proposal-detail",
    "retention-proposal-forget", "retention-proposal-keep", "subject-access-list", "measure-licence-list",
    # Vouching for a listing, and deciding what others propose.
    "service-verify", "proposal-approve", "proposal-decline",
    "docs",
)  # fmt: skip

NEEDED: dict[str, Needed | str | None] = (
    dict.fromkeys(_OF_ITSELF, ANY)
    | dict.fromkeys(_REFERRALS, REFERRALS)
    | dict.fromkeys(_DIRECTORY, DIRECTORY)
    | dict.fromkeys(_DIRECTORY_ONLY_READ, DIRECTORY_ONLY_READ)
    | dict.fromkeys(_INSIGHTS, INSIGHTS)
    | dict.fromkeys(_FOR_PEOPLE)
)
"""By the name of a route."""
