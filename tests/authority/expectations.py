"""Who may, of every route and method: by hand, and compared with what really comes back.

A line is: who may | who is told that it is not theirs to do (403) | method and names of routes. The letters are those
of `tests/authority/people.py`; `all` is everybody, signed in or not; `any` every account; `rest` all other accounts;
`-` nobody. To every other account the thing does not exist (404); whoever has not signed in reads 401 from the API, and
is led to sign in by a page.
"""

from dataclasses import dataclass

from tests.authority.people import ACCOUNTS, TOKEN, WITHOUT

OF_ITS_OWN = {
    "notify-receipts": "401", "metrics": "404", "open-referral:nothing": "404", "web:listing-check": "404",
    "openid_connect_login": "404", "openid_connect_callback": "404",
}  # fmt: skip
"""Routes that look at a credential of their own, and what they say to everybody who has none. An organisation's own
provider of identity is configured in tests/web/account/test_own_provider.py alone."""
OF_A_VISIT = {f"web:own-page{page}" for page in (
    "", "-contact", "-needs", "-wish", "-no-thanks", "-go-on", "-who-sees", "-close"
)}  # fmt: skip
"""The person's own pages: closed (410) to whoever has not opened the link."""


@dataclass(frozen=True)
class Expected:
    """What one route says to one method."""

    name: str
    may: frozenset[str]
    told: frozenset[str]
    is_public: bool
    is_for_any: bool

    @property
    def is_page(self) -> bool:
        return self.name.startswith(("web:", "account_", "mfa_", "usersessions_", "openid_connect_"))

    @property
    def asked_by(self) -> frozenset[str]:
        """Who asks in the walk: what is for everybody is asked for by nobody in particular; what is for every account
        by who has no role, and by those who have no account.
        """
        if self.is_public:
            return frozenset("X")
        return frozenset({"N", TOKEN, *WITHOUT} if self.is_for_any else {*ACCOUNTS, TOKEN, *WITHOUT})

    @property
    def of_nobody(self) -> set[int]:
        """What is said to who may, of a thing that does not exist."""
        return {404}

    def is_allowed(self, letter: str) -> bool:
        return self._as(letter) in self.may

    def refusal_of(self, letter: str) -> str:
        """Return what is said to somebody who may not."""
        if self.name in OF_ITS_OWN:
            return OF_ITS_OWN[self.name]
        if self.name in OF_A_VISIT:
            return "410"
        letter = self._as(letter)
        if letter in WITHOUT and not (letter == "V" and self.name.startswith("web:providing")):
            return "302 to sign in" if self.is_page else "401"
        return "403" if letter in self.told else "404"

    def _as(self, letter: str) -> str:
        """A system is the lead to the API, and nobody to the pages."""
        return letter if letter != TOKEN else "X" if self.is_page else "L"


def read(tables: str) -> dict[tuple[str, str], Expected]:
    """Return what a table says, by route and method."""
    found: dict[tuple[str, str], Expected] = {}
    for line in tables.strip().splitlines():
        if not line or line.startswith("#"):
            continue
        may, told, rest = (part.strip() for part in line.split("|"))
        method, *names = rest.split()
        allowed = {"all": {*ACCOUNTS, *WITHOUT}, "any": set(ACCOUNTS), "-": set()}.get(may, set(may))
        refused = {"rest": ACCOUNTS.keys() - allowed, "-": set()}.get(told, set(told))
        for name in names:
            assert (name, method) not in found, f"twice: {method} {name}"
            found[name, method] = Expected(name, frozenset(allowed), frozenset(refused), may == "all", may == "any")
    return found


EXPECTED = read("""
# API: accounts, teams, inbox, webhooks, doors
any    | -         | get    me team-list organization-list my-notifications inbox-list inbox-unread webhooks-list
any    | -         | get    team-measures
any    | -         | delete current-token
any    | -         | put    my-notifications
any    | -         | post   inbox-read-all
all    | -         | post   tokens machine-token self-referrals self-referral-codes self-referral-confirm
all    | -         | get    find-team schema docs
PM     | -         | get    team-email-link
PM     | -         | put    team-email-link
-      | -         | post   notify-receipts
WLMOSG | -         | get    team-notifications
WLMOSG | -         | post   inbox-read
L      | WMOSG     | put    team-notifications
LM     | -         | get    team-members webhooks-detail webhooks-deliveries
LM     | -         | patch  webhooks-detail
LM     | -         | delete webhooks-detail
LM     | -         | post   webhooks-enable webhooks-ping webhooks-replay-one webhooks-rotate-secret
L      | M         | post   team-members team-member-link
LM     | rest      | post   webhooks-list
LM     | -         | post   webhooks-replay
L      | rest      | put    team-measures
L      | rest      | patch  team-clocks
L      | rest      | post   team-hand-over team-leave
WLG    | rest      | get    team-clocks

# API: the directory
any    | -         | get    service-list service-detail service-history service-measures service-follow-ups need-list
any    | -         | get    postcode-detail neighbourhood-list proposal-list rule-set-list rule-set-detail
any    | -         | get    rule-set-version rule-set-versions service-capacity services-spreadsheet service-rules
any    | -         | post   services-spreadsheet
PEZ    | rest      | post   service-list
PE     | rest      | patch  service-detail service-capacity
PE     | rest      | post   service-verify
PE     | rest      | put    service-capacity
P      | rest      | put    service-measures service-follow-ups
WLPEGZ | rest      | get    service-clocks
E      | rest      | patch  service-clocks
E      | rest      | post   rule-set-list rule-set-versions
PE     | -         | get    proposal-detail
E      | P         | post   proposal-approve
PE     | -         | post   proposal-decline
P      | E         | post   proposal-withdraw
all    | -         | post   service-reports
ME     | rest      | get    directory-figures directory-figures-listings directory-figures-gaps

# API: people, messages, records
LZ     | rest      | get    person-duplicates
RWLGZ  | rest      | post   person-match
L      | -         | post   person-merge person-undo-merge
L      | -         | get    person-merges
L      | -         | post   message-try-again
any    | -         | get    task-list retention-proposal-list subject-access-list message-failed message-back-list
any    | -         | get    measure-list measure-licence-list
LO     | -         | get    retention-proposal-detail referral-who-looked
LO     | -         | post   retention-proposal-forget
LO     | -         | post   retention-proposal-keep
O      | -         | post   subject-access-list
R      | WLG       | post   message-back-file
LMZ    | rest      | post   measure-licence-list

# API: referrals
any    | -         | get    referral-list
RZ     | rest      | post   referral-list
RWLG   | -         | get    referral-detail#R referral-addresses referral-clearance-requests referral-clearances
RWLG   | -         | get    referral-consents referral-dapb4066 referral-events referral-measures
RWLG   | -         | get    referral-measures-change referral-measures-due referral-message-back
RWLG   | -         | get    referral-messages-back referral-notes referral-observations referral-own-page-link
RWLG   | -         | get    referral-record referral-record-versions referral-risks
RWLG   | -         | post   referral-confirm_discharge referral-confirm_discharge_again referral-end-risk
RWLG   | -         | post   referral-provide_information referral-record_death referral-record_readmission
RWLG   | -         | put    referral-record
RWLG   | -         | put    referral-detail#R referral-discharge referral-plan
RWLG   | -         | post   referral-allocate referral-clearance-requests referral-clearances referral-consents
RWLG   | -         | post   referral-contacts referral-correct-nhs-number referral-end-clearance-request
RWLG   | -         | post   referral-follow-up-signpost referral-measures referral-notes referral-observations
RWLG   | -         | post   referral-offers referral-onward-referrals referral-risks referral-safeguarding
RWLG   | -         | post   referral-screening referral-tasks referral-undo-death
RWLG   | -         | get    referral-screening
R      | -         | get    referral-detail#D
R      | -         | put    referral-detail#D
WLG    | R         | post   referral-accept referral-close referral-finish-task referral-hold referral-own-page-link
WLG    | R         | post   referral-redirect referral-reject referral-request_information referral-resume
WLG    | R         | post   referral-start_support
WLG    | R         | get    referral-contacts referral-plan referral-plan-versions referral-reaching
WLG    | R         | get    referral-signposts referral-tasks
WLG    | R         | post   referral-addresses referral-change-contact referral-signposts
R      | WLG       | post   referral-defer referral-submit referral-withdraw
G      | RWL       | post   referral-end-safeguarding
G      | RWL       | get    referral-safeguarding referral-safeguarding-reads
L      | RWG       | post   referral-enter_in_error referral-reopen

# API: onward referrals and sessions
any    | -         | get    onward-referral-list session-list
RWLPG  | -         | get    onward-referral-detail onward-referral-attendances onward-referral-events
RWLPG  | -         | get    onward-referral-follow-up-points onward-referral-follow-ups onward-referral-measures
RWLPG  | -         | get    onward-referral-measures-change onward-referral-measures-due onward-referral-review-points
RWLPG  | -         | get    onward-referral-reviews onward-referral-screening
P      | RWLG      | post   onward-referral-accept onward-referral-book_assessment onward-referral-complete
P      | RWLG      | post   onward-referral-decline onward-referral-leave_early onward-referral-pause
P      | RWLG      | post   onward-referral-record_missed_assessment onward-referral-record_not_started
P      | RWLG      | post   onward-referral-request_information onward-referral-resume onward-referral-send_pack
P      | RWLG      | post   onward-referral-start onward-referral-waitlist
RWLPG  | -         | post   onward-referral-attendances onward-referral-follow-ups onward-referral-measures
RWLPG  | -         | post   onward-referral-reviews onward-referral-screening
WLG    | RP        | post   onward-referral-provide_information onward-referral-withdraw
P      | rest      | post   session-list
P      | -         | get    session-detail session-register
P      | -         | post   session-cancel
P      | -         | put    session-register

# API: figures
any    | -         | get    summary-list uptake
L      | -         | get    summary-detail
LMZ    | rest      | get    funnel waits responses outcomes integrity clocks runs

# Open data and the watch
all    | -         | get    unnamed open-referral:root open-referral:openapi open-referral:list open-referral:detail
all    | -         | get    healthz readyz
-      | -         | get    open-referral:nothing metrics

# Pages: accounts
any    | -         | get    web:home web:inbox web:left web:account web:preferences account_reauthenticate
any    | -         | get    web:still-here
any    | -         | get    mfa_reauthenticate account_change_password mfa_index mfa_activate_totp
any    | -         | get    mfa_reauthenticate_webauthn mfa_add_webauthn mfa_remove_webauthn
any    | -         | get    mfa_generate_recovery_codes usersessions_list
any    | -         | post   web:left web:stay-signed-in account_reauthenticate mfa_reauthenticate
any    | -         | post   account_change_password mfa_activate_totp mfa_reauthenticate_webauthn mfa_add_webauthn
any    | -         | post   mfa_remove_webauthn mfa_generate_recovery_codes usersessions_list
any    | -         | put    account_reauthenticate mfa_reauthenticate account_change_password mfa_activate_totp
any    | -         | put    mfa_reauthenticate_webauthn mfa_add_webauthn mfa_generate_recovery_codes usersessions_list
any    | -         | delete mfa_remove_webauthn
any    | -         | post   web:inbox-read web:preferences
all    | -         | get    web:sign-in web:forgotten-password web:password-link-sent web:new-password web:about
all    | -         | get    web:help web:privacy web:accessibility mfa_authenticate
all    | -         | post   web:sign-in web:sign-out web:forgotten-password web:new-password mfa_authenticate
all    | -         | put    web:sign-in
-      | -         | get    mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes
-      | -         | post   mfa_deactivate_totp
-      | -         | put    mfa_deactivate_totp

-      | -         | get    openid_connect_login openid_connect_callback

# Pages: referring, casework, finding
LZ     | rest      | get    web:unusual-readings
LZO    | rest      | get    web:to-forget
LO     | -         | get    web:decide-to-forget
LO     | -         | post   web:decide-to-forget
O      | -         | get    web:find-readings web:held
O      | -         | post   web:find-readings web:held
LO     | -         | get    web:who-looked web:restrict-record
LO     | -         | post   web:restrict-record
any    | -         | get    web:why-open
any    | -         | post   web:why-open
RWLG   | -         | get    web:record#R web:record#M web:edit-discharge web:message-text web:record-risk
RWLG   | -         | get    web:record-consent web:record-observations web:record-clearance web:own-page-slip
RWLG   | -         | post   web:risk-over web:record-observations
RWLPG  | -         | get    web:record#O
PE     | -         | get    web:record#L
L      | -         | get    web:record#S
R      | -         | get    web:step#R web:referral-sent web:referral-slip web:answer
R      | -         | post   web:step#R web:answer
WLG    | -         | get    web:step#O web:log-contact web:write-note web:add-task web:allocate web:save-plan
WLG    | -         | get    web:record-measure web:change-contact web:record-address web:correct-nhs-number
WLG    | -         | get    web:request-clearance web:write-record web:record-follow-up web:find-services web:reroute
WLG    | -         | get    web:offer web:screening web:signpost-elsewhere web:signpost web:signposts
WLG    | -         | get    web:signpost-follow-up web:own-page-new-link
WLG    | -         | post   web:task-done web:record-measure web:write-record web:offer web:signpost
WLG    | -         | post   web:own-page-new-link
WLG    | -         | post   web:step#O web:log-contact web:write-note web:add-task web:allocate web:save-plan
WLG    | -         | post   web:change-contact web:record-address web:correct-nhs-number web:request-clearance
WLG    | -         | post   web:record-follow-up web:screening web:signpost-elsewhere web:signpost-follow-up
RZ     | rest      | get    web:refer web:my-referrals web:messages-back
RZ     | rest      | post   web:refer-known web:my-referrals
RZ     | rest      | post   web:refer
R      | WLPMEOSGN | get    web:refer-draft
R      | WLPMEOSGN | post   web:refer-draft
RWLG   | -         | post   web:edit-discharge web:record-risk web:record-consent web:record-clearance
R      | WLG       | post   web:file-message
WLGZ   | rest      | get    web:triage web:due web:caseload web:people
any    | -         | get    web:service
WLGZ   | rest      | post   web:people
LZ     | rest      | get    web:duplicates
L      | RWPMEOSGN | get    web:compare-people web:merges
L      | RWPMEOSGN | post   web:compare-people web:merges

# Pages: providing
PZV    | rest      | get    web:providing web:providing-programmes web:providing-sessions web:providing-listings
PV     | RWLMEOSGN | get    web:providing-programme web:providing-places web:providing-session-new
PV     | RWLMEOSGN | get    web:providing-register web:providing-session-cancel web:providing-listing
PV     | RWLMEOSGN | get    web:providing-listing-change web:providing-referral web:providing-step
PV     | RWLMEOSGN | get    web:providing-measures web:providing-measure web:providing-screening web:providing-review
PV     | RWLMEOSGN | get    web:providing-follow-up web:providing-listing-times
PV     | RWLMEOSGN | post   web:providing-still-so web:providing-register web:providing-listing-change
PV     | RWLMEOSGN | post   web:providing-places web:providing-session-new web:providing-session-cancel
PV     | RWLMEOSGN | post   web:providing-listing web:providing-step web:providing-measure web:providing-screening
PV     | RWLMEOSGN | post   web:providing-review web:providing-follow-up web:providing-listing-times
PMZ    | rest      | get    web:email-links
PM     | -         | post   web:email-links

# Pages: managing
PE     | -         | get    web:keep-listing web:keep-listing-change web:keep-listing-times
PE     | -         | post   web:keep-listing-change web:keep-listing-times web:proposal-decide
PE     | -         | post   web:keep-listing
LMZ    | rest      | get    web:figures web:figures-of web:figures-csv web:clocks web:runs web:integrity
LMZ    | rest      | get    web:failed-messages web:teams
LMEZ   | rest      | get    web:message-templates
L      | -         | post   web:try-again
L      | -         | get    web:team-add web:team-leave web:team-end-role
ME     | rest      | get    web:directory-figures web:gaps-csv
LM     | -         | get    web:team
L      | -         | post   web:team-add web:team-leave web:team-end-role
L      | M         | post   web:team-send-link
E      | rest      | get    web:proposals
E      | -         | get    web:proposal-decline
E      | -         | post   web:proposal-decline
any    | -         | get    web:summaries

# Pages: by a link, and for anybody
all    | -         | get    web:by-link-leave web:by-link web:by-link-code web:check-request web:listing-check
all    | -         | get    web:own-page-door web:directory web:directory-service web:directory-wrong
all    | -         | get    web:directory-wrong-thanks web:self-referral web:self-referral-you
all    | -         | get    web:self-referral-wishes web:self-referral-check web:self-referral-code
all    | -         | get    web:self-referral-done
all    | -         | post   web:by-link-leave web:by-link web:by-link-again web:by-link-code web:listing-check
all    | -         | post   web:own-page-door web:directory-wrong web:self-referral-you web:self-referral-wishes
all    | -         | post   web:self-referral-check web:self-referral-code web:self-referral-start-again
Q      | -         | get    web:own-page web:own-page-contact web:own-page-needs web:own-page-wish
Q      | -         | get    web:own-page-no-thanks web:own-page-go-on web:own-page-who-sees
Q      | -         | post   web:own-page-contact web:own-page-needs web:own-page-wish web:own-page-no-thanks
Q      | -         | post   web:own-page-go-on web:own-page-close
""")
