"""My referrals: what I and my team have made, where each stands in plain words, and what waits for me."""

import datetime as dt
import re
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.enums import Role
from accounts.selectors import signed_in
from core.clocks import local_day
from referrals import policies
from referrals.enums import ReferralStatus
from referrals.selectors.visible import made_by_teams_of
from referrals.selectors.worklist import Lines, ListedReferral, MadeByTeams
from web import words
from web.paging import Page, page_of
from web.referring.sentences import sentence
from web.states import Tag, tag_of
from web.worklists import clock_of

SHOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("Sent, and not ended", ReferralStatus.SENT),
    "answer": ("Needs an answer from me", (ReferralStatus.INFORMATION_REQUESTED, ReferralStatus.DEFERRED)),
    "drafts": ("Drafts", (ReferralStatus.DRAFT,)),
    "ended": ("Ended", ReferralStatus.ENDED),
    "all": ("All", tuple(ReferralStatus.values)),
}
"""What the list can be narrowed to: the words, and the statuses."""
WHOSE = {"team": "My team's", "mine": "Mine"}
REFERENCE = re.compile(r"^\s*(r)[\s-]?([0-9a-z]{5})[\s-]?([0-9a-z]{5})\s*$", re.IGNORECASE)
NOTHING = {
    "open": "Nothing is open. When you refer somebody, you see here who has it and what happens next.",
    "answer": "Nobody waits for an answer from you.",
    "drafts": "You have no drafts. On the page of a new referral, “Save as a draft” keeps one for later.",
    "ended": "None of your referrals has ended yet.",
    "all": "Nobody has been referred yet.",
    "found": "No referral of your team has this reference, or a person with a family name that begins so.",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One referral in the list."""

    reference: str
    person: str
    tag: Tag
    clock: Tag | None
    sentence: str
    sent: str
    by: str
    is_draft: bool


@require_http_methods(["GET", "HEAD", "POST"])
def my_referrals(request: HttpRequest) -> HttpResponse:
    """Show them, narrowed by `?show=` and `?whose=`. A name to look for is posted: no address holds one."""
    user = signed_in(request.user)
    if not user.team_ids(Role.REFERRER):
        raise PermissionDenied
    look_for = request.POST.get("look_for", "").strip()[:35] if request.method == "POST" else ""
    show, whose = request.GET.get("show", "open"), request.GET.get("whose", "team")
    show, whose = show if show in SHOWS else "open", whose if whose in WHOSE else "team"
    rows: Lines | MadeByTeams
    if look_for:
        made = made_by_teams_of(user)
        if found := REFERENCE.match(look_for):
            reference = "-".join(found.groups()).upper()
            if made.filter(reference=reference).exists():
                return redirect("web:record", reference)
        rows = Lines(made.filter(family_name__istartswith=look_for.replace("\0", "")))
        show, whose = "all", "team"
    else:
        rows = MadeByTeams(user, statuses=SHOWS[show][1], of_the_user_alone=whose == "mine")
    page, actor, today = page_of(request, rows, ordering=("-id",)), Actor(user), local_day(timezone.now())
    context = {
        "page": page if not look_for else Page(rows=page.rows, previous="", next=""),
        "rows": [row_of(actor, referral, today=today) for referral in page.rows],
        "has_more": bool(look_for and page.next),
        "shows": [(name, title) for name, (title, _) in SHOWS.items()],
        "show": show,
        "whose_choices": list(WHOSE.items()),
        "whose": whose,
        "look_for": look_for,
        "nothing": NOTHING["found" if look_for else show],
        "address": f"?{urlencode({'show': show, 'whose': whose})}",
    }
    return render(request, "web/referring/my_referrals.jinja", context)


def row_of(actor: Actor, referral: ListedReferral, *, today: dt.date) -> Row:
    """Return a referral as the list shows it."""
    turn = referral.turn(on=today, reads_all=policies.reads_whole_turn_of_referral(actor, referral))
    return Row(
        reference=referral.reference,
        person=words.name_in_a_list(referral),
        tag=tag_of("referral", referral.status),
        clock=clock_of(turn.due_on, today) if turn.is_overdue else None,
        sentence=sentence(referral, turn),
        sent=words.short_day(local_day(referral.sent_at)) if referral.sent_at else "Not sent",
        by=referral.referrer_name,
        is_draft=referral.status == ReferralStatus.DRAFT,
    )
