"""What the service says of itself: about, help, privacy, accessibility. To anybody, but for the part of help that is
about one's own work.
"""

from dataclasses import dataclass

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.enums import Role
from accounts.models import User
from referrals.enums import RecordKind
from referrals.services.retention import keep_days


@dataclass(frozen=True, kw_only=True)
class Job:
    """One of the commonest things that somebody does here, step by step."""

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Guide:
    """Help for one part in the work."""

    title: str
    roles: frozenset[Role]
    jobs: tuple[Job, ...]


GUIDES = (
    Guide(
        title="You refer people",
        roles=frozenset({Role.REFERRER}),
        jobs=(
            Job(title="Refer somebody", steps=(
                'Choose "Refer somebody" in the menu.',
                "Begin with the NHS number. If they have been referred before, you are told.",
                'Say why, and what they have agreed to. "Save as a draft" keeps it for later.',
                "Send it. You see who has it now, and by when they decide.",
            )),
            Job(title="See what became of it", steps=(
                'Choose "My referrals", and then the reference.',
                "It says whose turn it is, what happens next and by when.",
                "You are told when it is accepted, when there is a question, and when it has ended.",
            )),
            Job(title="Answer a question", steps=(
                'Open the referral from the email, or from "My referrals".',
                "Write the answer, and send it. Until then nobody can go on, so please be quick.",
            )),
        ),
    ),
    Guide(
        title="You are a link worker",
        roles=frozenset({Role.LINK_WORKER, Role.LEAD}),
        jobs=(
            Job(title="Take a new referral on", steps=(
                'Choose "Triage" in the menu. The oldest is on top.',
                "Read why the person was referred. Then accept it, ask the referrer, redirect it, or reject it.",
            )),
            Job(title="Write down a call", steps=(
                'Choose "Caseload" in the menu, open the case, and choose "Log a contact".',
                "Say how it went. If nobody answered, the day of the next try is worked out for you.",
            )),
            Job(title="Find something for the person", steps=(
                'Open the case, and choose "Find services".',
                "The nearest come first. What does not suit this person says so, and why.",
                "Offer one: the provider is told, and answers. Or signpost: the person goes by themselves.",
            )),
        ),
    ),
    Guide(
        title="You provide a service",
        roles=frozenset({Role.PROVIDER}),
        jobs=(
            Job(title="Answer a referral", steps=(
                'Choose "People sent to us" in the menu. It shows what waits for your answer, and by when.',
                "Open it, and accept, put the person on your waiting list, ask a question, or say why you cannot.",
            )),
            Job(title="Write down who came", steps=(
                'Choose "Sessions" in the menu, and then the session. Mark who came, who did not, and who told us.',
                "Save it once for the whole group.",
            )),
            Job(title="Say how it ended", steps=(
                "Open the person's referral, and choose that they have finished or left.",
                "We tell whoever sent them.",
            )),
        ),
    ),
    Guide(
        title="You lead a team",
        roles=frozenset({Role.LEAD}),
        jobs=(
            Job(title="Let a colleague in, or out", steps=(
                'Choose "Teams" in the menu, and then your team.',
                'Choose "Add somebody". They get an email with a link, and choose a password.',
                "When somebody leaves, choose that they leave the team, and who takes over what they have in hand.",
            )),
            Job(title="Give work to somebody else", steps=(
                'Open the case, and choose "Give it to somebody else" or "Give it to somebody in the team".',
                "Say who takes it on. They are told.",
            )),
            Job(title="Make one person of two records", steps=(
                'Choose "People" in the menu, and then "People who may be there twice".',
                "Compare the two. If they are one person, say how you know. You can undo it.",
            )),
        ),
    ),
    Guide(
        title="You answer for the service",
        roles=frozenset({Role.MANAGER, Role.LEAD}),
        jobs=(
            Job(title="See how it goes", steps=(
                'Choose "Figures" in the menu. Below each table stands what it counts.',
                "Each table can be taken away as a file for a spreadsheet.",
                "Managers see no small numbers, so that nobody is known by them.",
            )),
            Job(title="See that nothing is late or lost", steps=(
                'On your home page, look at "What is late?" and "Is anything lost?".',
                'Open "Messages that did not arrive". See to the reason, and send each again.',
            )),
            Job(title="Help somebody who cannot sign in", steps=(
                'Forgotten password: they choose "Forgotten your password?" where they sign in.',
                "Lost telephone: they use a recovery code. Without one, whoever runs the service takes the second "
                "step away, once they know for certain who asks.",
            )),
        ),
    ),
    Guide(
        title="You keep the directory",
        roles=frozenset({Role.DIRECTORY_EDITOR, Role.MANAGER}),
        jobs=(
            Job(title="See which listings need you", steps=(
                'On your home page, open "Figures of the directory".',
                "It names the listings that are reported, due for a check, or not answered for.",
            )),
            Job(title="Decide on a change", steps=(
                'An editor opens "Proposed changes of listings" on the home page. The oldest is on top.',
                "Open it, and publish it, or decline it and say why. Whoever proposed it is told.",
            )),
        ),
    ),
    Guide(
        title="You look after records and privacy",
        roles=frozenset({Role.PRIVACY_OFFICER}),
        jobs=(
            Job(title="Say who opened a record", steps=(
                'On your home page, open "Who opened a record".',
                "Enter the reference of a referral, or the NHS number and the date of birth.",
            )),
            Job(title="Give a person what is held on them", steps=(
                'On your home page, open "Everything held on a person".',
                "Say who they are, how they asked, and how you know that it is they. You get one file to give to them.",
            )),
            Job(title="Decide what is forgotten", steps=(
                'On your home page, open "Referrals whose time is over".',
                "Open one, and forget it for good, or keep it for a reason until a day. A lead can do it, too.",
            )),
        ),
    ),
    Guide(
        title="You look after safeguarding",
        roles=frozenset({Role.SAFEGUARDING}),
        jobs=(
            Job(title="Be told", steps=(
                'What concerns you comes to you by email, and is under "Your messages" on your home page.',
                "Concerns themselves have no page here yet. Whoever runs the service shows them to you.",
            )),
        ),
    ),
)  # fmt: skip


def guides_for(user: object) -> list[Guide]:
    """Return the help for what somebody does here; for whoever is not signed in, and does nothing yet, all of it."""
    roles = user.roles() if isinstance(user, User) else set()
    return [guide for guide in GUIDES if guide.roles & roles] or list(GUIDES)


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what the service is."""
    return render(request, "web/account/about.jinja")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say how to do the three commonest things, and whom to ring."""
    return render(request, "web/account/help.jinja", {"guides": guides_for(request.user)} | _contact())


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is held, why, for how long, and who sees it."""
    years = {kind: round(days / 365.25) for kind, days in keep_days().items()}
    context = {
        "notice": settings.PRIVACY_NOTICE_URL,
        "years": years[RecordKind.SUPPORTED],
        "years_not_taken_on": years[RecordKind.NOT_TAKEN_ON],
    }
    return render(request, "web/account/privacy.jinja", context | _contact())


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say for whom the pages work, how that was tested, and what does not work yet."""
    return render(request, "web/account/accessibility.jinja", _contact())


def _contact() -> dict[str, str]:
    return {"contact_email": settings.CONTACT_EMAIL}


# The package's page draws its little pictures from addresses that hold the picture itself; nothing else is let in.
api_documentation = csp_update({"img-src": ["data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="web/account/api.jinja")
)
