"""The words of each message: the one place where they stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Template
from types import MappingProxyType

from notifications.templates.bodies import (
    ABOUT_A_PERSON,
    ABOUT_AN_ACCOUNT,
    BY_LINK_ALONE,
    SELF_REFERRAL_CODE,
    TEAM_LINK_CODE,
    TO_A_KEEPER,
    TO_THE_PERSON,
    TO_THE_PERSON_WITH_A_LINK,
    TO_WHO_FORGOT,
    TO_WHO_JOINS,
    WITH_A_CODE,
    WITH_A_CODE_FOR_A_TEAM,
    WITH_FIGURES,
    link_to,
    link_to_account,
    link_to_check,
    link_to_figures,
    link_to_new_password,
    link_to_persons_page,
    link_to_webhook,
)


@dataclass(frozen=True)
class MessageTemplate:
    """The words of one kind of message, and the context which it must be given: no more, no less."""

    subject: str
    news: str
    body: Template = ABOUT_A_PERSON
    link: Callable[[str], str] = link_to
    has_code: bool = False
    has_own_link: bool = False
    """Whether its link opens without signing in, until the day that it names: made from that day, too, and part of the
    text message and the letter.
    """

    @property
    def context(self) -> frozenset[str]:
        """The names which `enqueue` takes for this template."""
        names = Template(self.subject).get_identifiers() + Template(self.news).get_identifiers()
        return frozenset({"reference", *names})


_ONWARD_UPDATE = MessageTemplate(
    subject="There is an update on $reference",
    news="There is an update on referral $reference.",
)

TEMPLATES: Mapping[str, MessageTemplate] = MappingProxyType(
    {
        # to a link-worker team
        "referral_arrived": MessageTemplate(
            subject="A referral is waiting for triage: $reference",
            news="A new referral, $reference, has come to your team. Please look at it by $due_on.",
        ),
        "referral_answered": MessageTemplate(
            subject="Your question about $reference has been answered",
            news="The referrer has answered your question about referral $reference. It is your turn again.",
        ),
        "referral_withdrawn": MessageTemplate(
            subject="Referral $reference has been withdrawn",
            news="The referrer has withdrawn referral $reference. There is nothing more for your team to do.",
        ),
        "referral_back": MessageTemplate(
            subject="Referral $reference is with you again",
            news="Referral $reference has been opened again, and is yours.",
        ),
        # to the referrer
        "referral_accepted": MessageTemplate(
            subject="Your referral $reference has been accepted",
            news="A link worker has accepted your referral $reference.",
        ),
        "referral_question": MessageTemplate(
            subject="There is a question about your referral $reference",
            news="The team has a question about your referral $reference, and will carry on when you have answered.",
        ),
        "referral_rejected": MessageTemplate(
            subject="Your referral $reference was not accepted",
            news="The team could not accept your referral $reference. Please read why, and what you can do next.",
        ),
        "referral_redirected": MessageTemplate(
            subject="Your referral $reference has moved to another team",
            news="Your referral $reference has been passed to another team. You do not need to do anything.",
        ),
        "referral_closed": MessageTemplate(
            subject="Your referral $reference is complete",
            news="Your referral $reference has been closed. You can read what became of it.",
        ),
        "referral_reopened": MessageTemplate(
            subject="Your referral $reference has been opened again",
            news="The team has opened your referral $reference again. You do not need to do anything.",
        ),
        "referral_ended": MessageTemplate(
            subject="Referral $reference has ended",
            news="Referral $reference has ended. Please read why before you do anything else about it.",
        ),
        "referral_in_error": MessageTemplate(
            subject="Referral $reference was marked as entered in error",
            news="The team has marked referral $reference as entered in error. Please call them if that is wrong.",
        ),
        # to the registered practice, and to the referrer where nothing else tells them
        "message_back": MessageTemplate(
            subject="A message back for your records: $reference",
            news="There is a message back, $reference, for you to read and to file.",
        ),
        "message_back_in_error": MessageTemplate(
            subject="Message back $reference was sent in error",
            news="The referral that message back $reference tells of was entered in error. Please take the message "
            "out of the person's record, if you have filed it.",
        ),
        "referral_note": MessageTemplate(
            subject="There is a note for you about $reference",
            news="The team has written you a note about your referral $reference.",
        ),
        # to a provider's team
        "onward_arrived": MessageTemplate(
            subject="A referral is waiting for your answer: $reference",
            news="A new referral, $reference, has come to your team. Please answer it by $due_on.",
        ),
        "onward_answered": MessageTemplate(
            subject="Your question about $reference has been answered",
            news="The link worker has answered your question about referral $reference. It is your turn again.",
        ),
        # to a provider's team that works by email link: the code, and a link that works again
        TEAM_LINK_CODE: MessageTemplate(
            subject="Your code",
            news="Somebody, we hope of your team, opened the link in our email to this mailbox. This is the code:",
            body=WITH_A_CODE_FOR_A_TEAM,
            has_code=True,
        ),
        "team_link_again": MessageTemplate(
            subject="A new link to $reference",
            news="Somebody of your team asked for a new link to the referral $reference.",
        ),
        # to the link worker or their team
        "onward_question": MessageTemplate(
            subject="There is a question about $reference",
            news="There is a question about referral $reference, which waits for your answer.",
        ),
        # to the link worker, and to each provider
        "consent_withdrawn": MessageTemplate(
            subject="Sharing has been withdrawn: $reference",
            news="Please look at $reference: the agreement to share has been withdrawn.",
        ),
        "consent_expired": MessageTemplate(
            subject="Sharing has run out: $reference",
            news="Please look at $reference: the agreement to share has run out, and has not been renewed.",
        ),
        # to the link worker
        "consent_ends_soon": MessageTemplate(
            subject="An agreement to share ends soon: $reference",
            news="An agreement to share of $reference ends on $due_on. Please ask whether it is to go on.",
        ),
        # to whoever came by the public door: the code, and what becomes of it
        SELF_REFERRAL_CODE: MessageTemplate(
            subject="Your code",
            news="Somebody, we hope you, asked us for support and gave this address. This is the code:",
            body=WITH_A_CODE,
            has_code=True,
        ),
        "self_referral_received": MessageTemplate(
            subject="We have your request: $reference",
            news="Thank you. We have your request, $reference. A link worker will look at it and get in touch.",
            body=TO_THE_PERSON,
        ),
        "self_referral_question": MessageTemplate(
            subject="We have a question: $reference",
            news="We have a question about your request, $reference. A link worker will ring to ask it.",
            body=TO_THE_PERSON,
        ),
        "self_referral_update": MessageTemplate(
            subject="There is news about your request: $reference",
            news="There is news about your request, $reference. A link worker will tell you, or has done so.",
            body=TO_THE_PERSON,
        ),
        # to the person: their own page
        "person_link": MessageTemplate(
            subject="Your own page: $reference",
            news="You have a page of your own with us. It says who asked us to get in touch, and what happens next. "
            "It works until $due_on. Your reference is $reference.",
            body=TO_THE_PERSON_WITH_A_LINK,
            link=link_to_persons_page,
            has_own_link=True,
        ),
        # to the link worker or their team: what the person says there
        "person_said_no": MessageTemplate(
            subject="The person says no thanks: $reference",
            news="The person of referral $reference has said no thanks on their own page. Please look at it.",
        ),
        "person_wrote": MessageTemplate(
            subject="There is news from the person: $reference",
            news="The person of referral $reference has used their own page. Please look at what they say.",
        ),
        # to the person, about their first assessment
        "appointment_reminder": MessageTemplate(
            subject="A reminder of $due_on: $reference",
            news="You have an appointment on $due_on. If you cannot come, please tell whoever made it with you. "
            "Your reference is $reference.",
            body=TO_THE_PERSON,
        ),
        "appointment_missed": MessageTemplate(
            subject="We missed you on $due_on: $reference",
            news="We are sorry that we missed you on $due_on. Would you like another day? Please tell whoever made the "
            "appointment with you. Your reference is $reference.",
            body=TO_THE_PERSON,
        ),
        # to the discharge team
        "discharge_unconfirmed": MessageTemplate(
            subject="Has the discharge happened? $reference",
            news="The planned day of discharge has passed for referral $reference. Please confirm the discharge, or "
            "move the day, by $due_on.",
        ),
        # to each provider who has the person
        "onward_held": MessageTemplate(
            subject="Please wait with $reference",
            news="Referral $reference waits for now: please do nothing until you hear from us.",
        ),
        "onward_back": MessageTemplate(
            subject="Please carry on with $reference",
            news="Referral $reference need not wait any more. It is your turn again.",
        ),
        # to a provider's team that has not answered
        "onward_reminder": MessageTemplate(
            subject="A reminder: $reference waits for your answer",
            news="Referral $reference still waits for your answer. Please answer it by $due_on: after that day it goes "
            "back to the team that sent it.",
        ),
        # to the leads of the team that has it
        "onward_unanswered": MessageTemplate(
            subject="No answer yet: $reference",
            news="Nobody has answered $reference, which expires after $due_on. Please see that somebody asks.",
        ),
        "clock_breached": MessageTemplate(
            subject="Overdue: $reference",
            news="Something was due for $reference by $due_on, and has not been done. Please see who can take it up.",
        ),
        # to the team that has it in hand
        "referral_held": MessageTemplate(
            subject="Referral $reference is on hold",
            news="Referral $reference is on hold. Please look at it by $due_on.",
        ),
        "referral_home": MessageTemplate(
            subject="Referral $reference is yours to take up again",
            news="Referral $reference is no longer on hold. Please make contact by $due_on.",
        ),
        # to the directory editors' team
        "listing_proposed": MessageTemplate(
            subject="A change to the directory waits for you: $reference",
            news="A provider proposes a change to the directory, $reference, which waits for your decision.",
        ),
        # to a provider's team
        "listing_decided": MessageTemplate(
            subject="Your change to the directory has been decided: $reference",
            news="A directory editor has decided on the change that your team proposed, $reference.",
        ),
        # to whoever was not the one to act
        "onward_accepted": _ONWARD_UPDATE,
        "onward_declined": _ONWARD_UPDATE,
        "onward_waitlisted": _ONWARD_UPDATE,
        "onward_ended": _ONWARD_UPDATE,
        "onward_expired": _ONWARD_UPDATE,
        "onward_withdrawn": _ONWARD_UPDATE,
        # to whoever keeps listings of the directory
        "listings_to_check": MessageTemplate(
            subject="Is what we say about you still right? $reference",
            news="The directory tells people about your services. Please look whether what it says is still right, by "
            "$due_on. It takes a minute: yes, something has changed, or closed.",
            body=BY_LINK_ALONE,
            link=link_to_check,
        ),
        "listings_still_to_check": MessageTemplate(
            subject="A reminder: is what we say about you still right? $reference",
            news="We asked you two weeks ago whether what the directory says about your services is still right. "
            "Listings that nobody has answered for by $due_on are shown as out of date.",
            body=BY_LINK_ALONE,
            link=link_to_check,
        ),
        # to a provider's team, to the leads of a link-worker team, and to commissioners
        "weekly_summary": MessageTemplate(
            subject="Your weekly summary is ready: $reference",
            news="Your weekly summary for the week to $due_on is ready.",
            body=WITH_FIGURES,
        ),
        "monthly_summary": MessageTemplate(
            subject="Your monthly summary is ready: $reference",
            news="Your monthly summary for the month to $due_on is ready.",
            body=WITH_FIGURES,
        ),
        # to the directory's editors
        "listing_reported": MessageTemplate(
            subject="A listing is said not to be right: $reference",
            news="Somebody says that a listing of the directory is not right any more: report $reference.",
            body=TO_A_KEEPER,
            link=link_to_figures,
        ),
        # to a user, about their own account
        "password_reset": MessageTemplate(
            subject="Choose a new password: $reference",
            news="Somebody, we hope you, asked for a new password for your account.",
            body=TO_WHO_FORGOT,
            link=link_to_new_password,
        ),
        "account_made": MessageTemplate(
            subject="Your account is ready: $reference",
            news="The lead of your team has made an account for you.",
            body=TO_WHO_JOINS,
            link=link_to_new_password,
        ),
        "team_joined": MessageTemplate(
            subject="You have been added to a team: $reference",
            news="The lead of a team has added you to it. You sign in as before.",
            body=ABOUT_AN_ACCOUNT,
            link=link_to_account,
        ),
        "account_changed": MessageTemplate(
            subject="The way you sign in has changed: $reference",
            news="Your password, or the second step of signing in, has been changed.",
            body=ABOUT_AN_ACCOUNT,
            link=link_to_account,
        ),
        "code_reused": MessageTemplate(
            subject="A code of your app was entered twice: $reference",
            news="A code of your authenticator app was entered a second time, with your password. It was refused. "
            "If that was not you, somebody knows your password and has seen the code: choose a new password.",
            body=ABOUT_AN_ACCOUNT,
            link=link_to_account,
        ),
        # to the team whose system is told by webhooks
        "webhook_disabled": MessageTemplate(
            subject="Your system is not told any more: $reference",
            news="Your system did not take what we sent to its webhook endpoint $reference, so we have stopped "
            "sending. Please ask whoever looks after that system to mend and enable it, and to replay what it missed.",
            body=TO_A_KEEPER,
            link=link_to_webhook,
        ),
    }
)
