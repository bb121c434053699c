"""Home: who is signed in, and what waits for them, by each of their roles."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.enums import Role
from accounts.selectors import profile_of, signed_in
from core.clocks import local_day
from insights.reading import READERS
from insights.selectors import answers_for_the_pathway
from notifications.inbox import count_unread
from notifications.previews import may_look
from referrals.policies import decides_what_is_kept, may_take_out
from web.casework import home as casework
from web.casework.whose import whose_of
from web.managing.failed_messages import count_failed
from web.providing import home as providing
from web.referring import home as referring


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, and what waits for them."""
    user, now = signed_in(request.user), timezone.now()
    today, roles, whose = local_day(now), user.roles(), whose_of(user, request)
    context = {
        "unread": count_unread(user, at=now),
        "answers_for_messages": may_look(user),
        "failed_messages": count_failed(user),
        "profile": profile_of(user),
        "whose": whose,
        "worklists": [
            *referring.lists_for(user, today=today),
            *casework.lists_for(user, whose=whose, today=today),
            *providing.lists_for(user, today=today),
        ],
        "may_refer": Role.REFERRER in roles,
        "has_summaries": bool(roles & set(READERS.values())),
        "answers_for_the_pathway": answers_for_the_pathway(user),
        "leads_a_team": Role.LEAD in roles,
        "takes_out_records": may_take_out(Actor(user)),
        "decides_what_is_kept": decides_what_is_kept(Actor(user)),
        "edits_the_directory": Role.DIRECTORY_EDITOR in roles,
        "keeps_the_directory": bool({Role.DIRECTORY_EDITOR, Role.MANAGER} & roles),
    }
    return render(request, "web/home.jinja", context)
