"""Which systems hear of what, after which event: one table of types, and the teams that may see what it is about.

Decided at the event, as `selectors.visible` decides for people: the team that referred and the team that owns it hear
of a referral and of what was sent onward from it; a provider hears of what was sent to it and of nothing else, and is
told the onward referral's reference alone.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifications.webhooks.owing import News
from referrals.models import ReferralEvent

OF_A_REFERRAL: Mapping[str, str] = MappingProxyType(
    {
        "submit": "referral.submitted",
        "confirm_discharge": "referral.submitted",
        "arrived_by_redirection": "referral.submitted",
        "defer": "referral.deferred",
        "request_information": "referral.information_requested",
        "provide_information": "referral.information_provided",
        "accept": "referral.accepted",
        "reject": "referral.rejected",
        "redirect": "referral.redirected",
        "start_support": "referral.support_started",
        "hold": "referral.held",
        "record_readmission": "referral.held",
        "resume": "referral.resumed",
        "confirm_discharge_again": "referral.resumed",
        "note_shared": "referral.note_shared",
        "close": "referral.closed",
        "record_death": "referral.closed",
        "reopen": "referral.reopened",
        "withdraw": "referral.withdrawn",
        "enter_in_error": "referral.entered_in_error",
    }
)
"""By the kind of the event. A type does not say why: of a hospital stay or a death only who reads the referral learns.
"""
OF_AN_ONWARD_REFERRAL: Mapping[str, str] = MappingProxyType(
    {
        "sent_onward": "onward_referral.sent",
        "request_information": "onward_referral.information_requested",
        "provide_information": "onward_referral.information_provided",
        "accept": "onward_referral.accepted",
        "waitlist": "onward_referral.waitlisted",
        "decline": "onward_referral.declined",
        "expire": "onward_referral.expired",
        "book_assessment": "onward_referral.assessment_booked",
        "record_missed_assessment": "onward_referral.assessment_missed",
        "start": "onward_referral.started",
        "send_pack": "onward_referral.started",
        "record_not_started": "onward_referral.not_started",
        "pause": "onward_referral.paused",
        "resume": "onward_referral.resumed",
        "clock_held": "onward_referral.held",
        "clock_restarted": "onward_referral.released",
        "complete": "onward_referral.completed",
        "leave_early": "onward_referral.left_early",
        "withdraw": "onward_referral.withdrawn",
    }
)


def news_of(event: ReferralEvent) -> list[News]:
    """Return what the systems of which teams may hear of an event; nothing where it is no news of the pathway."""
    onward, referral = event.onward_referral, event.referral
    event_type = (OF_AN_ONWARD_REFERRAL if onward else OF_A_REFERRAL).get(event.kind)
    if event_type is None:
        return []
    references = {"referral": referral.reference}
    if onward is not None:
        references["onward_referral"] = onward.reference
    teams = [referral.referring_team_id]
    if referral.sent_at is not None:
        teams.append(referral.owner_team_id)
    news = [News(team_id=team, event_type=event_type, references=references) for team in teams]
    if onward is not None:
        told = {"onward_referral": onward.reference}
        news.append(News(team_id=onward.provider_team_id, event_type=event_type, references=told))
    return news
