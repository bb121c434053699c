"""What is asked about: one of each kind, of Rose at the town's team and at the leisure trust; and what nobody has."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.test import Client

from core.signed_links import signature_of
from insights.models import Summary
from insights.summaries import make_weekly_summaries
from notifications.models import OutboxMessage
from notifications.templates import compose, link_to_persons_page
from notifications.templates.bodies import link_to_check
from notifications.webhooks.owing import News, owe
from referrals.models import (
    FollowUpClock,
    OnwardReferral,
    PersonLink,
    Referral,
    RetentionProposal,
    SafeguardingConcern,
    TeamArea,
)
from services_directory.models import CheckRequest, Postcode
from services_directory.services.rounds import check_listings
from tests.api.test_every_status_step_and_role import SAYS
from tests.authority.planted import WRITTEN
from tests.authority.routes import Route
from tests.conftest import NOW
from tests.stage import Cast

NOBODYS = "00000000-0000-4000-8000-000000000000"
NOWHERE = {"reference": "-22222-22222", "number": "9999", "postcode": "SK999ZZ", "decision": "publish"}
LATER = NOW + dt.timedelta(days=30)


class Things:
    """What stands in the addresses of each route, and what is sent there."""

    def __init__(self, cast: Cast, clients: Mapping[str, Client], *, onward: OnwardReferral, draft: Referral,
                 another: Referral) -> None:  # fmt: skip
        self.cast, self.clients, self.onward, self.rose = cast, clients, onward, onward.referral
        self.draft, self.another = draft, another
        self.values = self._make()

    def in_address(self, route: Route, variant: str = "") -> dict[str, Any]:
        """Return the parts of the address of the thing that a route is asked about."""
        kind = variant or next((kind for start, kind in KINDS if re.match(start, f"{route.name} {route.pattern}")), "R")
        found = self.values | {"reference": self.values[kind], "pk": self.values.get(f"{kind}.pk", self.values[kind])}
        own = {part: self.values[value] for part, value in OF_ITS_OWN.get(route.name, {}).items()}
        return found | own | {"signature": self.values["signed"].get(kind)}

    def of_nobody(self, route: Route, variant: str = "") -> dict[str, Any]:
        """Return the same of a thing that does not exist."""
        letter = str(self.in_address(route, variant)["reference"])[0]
        kept = {name: self.values[name] for name in ("step", "decision", "measure", "name")}
        return dict.fromkeys([*self.values, "pk"], NOBODYS) | kept | {
            "reference": f"{letter}-22222-22222", "message": "M-22222-22222", "number": "9999", "task_id": "9999",
            "risk_id": "9999", "signpost_id": "9999", "request_id": "9999", "postcode": "SK999ZZ", "key": "none",
            "signature": "x", "token": "x" * 20,
        } | ({"pk": self.values["passkey"]} if route.name == "mfa_remove_webauthn" else {})  # fmt: skip

    def body(self, route: Route, method: str) -> Any:
        """Return what is sent, where a refusal comes only after what was sent has been found to be sound."""
        step = route.name.partition("-")[2] if route.name.startswith("referral-") else route.name.rpartition("-")[2]
        if route.name.startswith(("referral-", "onward-referral-")) and step in SAYS:
            return SAYS[step] | ({"to_team": str(self.cast.neighbouring_team.pk)} if step == "redirect" else {})
        body = BODIES.get(f"{method} {route.name}", {})
        rows = {
            "TEAM": self.values["team"],
            "PROVIDER": self.values["provider"],
            "SERVICE": self.values["service"],
            "OWNER": str(self.cast.lead.pk),
            "REFERENCE": self.rose.reference,
        }
        return {name: rows.get(value, value) if isinstance(value, str) else value for name, value in body.items()}

    def _make(self) -> dict[str, Any]:
        cast, case = self.cast, f"/api/v1/referrals/{self.rose.reference}/"
        later = LATER.date().isoformat()
        Postcode.objects.create(code="SK58BS", lsoa="E01005901", ward="E05000781", local_authority="E08000007")
        TeamArea.objects.create(team=cast.team, kind="local_authority", code="E08000007")
        self._by("W", f"{case}safeguarding/", text=WRITTEN["safeguarding"])
        asked = self._by(
            "W",
            f"{case}clearance-requests/",
            codes=["blood_pressure"],
            professional_name=WRITTEN["professional asked"],
            professional_role="GP",
            professional_organization="Vale",
            mechanism="letter",
            due_on=later,
        )
        for kind, is_shared in (("note of the team", False), ("note shared with the referrer", True)):
            self._by("W", f"{case}notes/", text=WRITTEN[kind], is_shared=is_shared)
        self._by(
            "W",
            f"{case}contacts/",
            mechanism="01",
            outcome="spoke",
            with_whom="carer",
            with_name=WRITTEN["who was spoken with"],
            note=WRITTEN["note of a contact"],
            location=WRITTEN["where"],
        )
        listing = self._by("P", f"/api/v1/services/{cast.walking.pk}/", method="patch", minimum_age=50)
        self._by("E", "/api/v1/directory/rule-sets/", key="scheme", **RULES)
        webhook = self._by("L", "/api/v1/webhooks/", team=str(cast.team.pk), url="https://hooks.town.example/in")
        heard = News(team_id=cast.team.pk, event_type="referral.accepted", references={"referral": self.rose.reference})
        with transaction.atomic():
            owe([heard], event_key="event:1", at=NOW)
        proposed = RetentionProposal.objects.create(
            referral=self.rose, kind="supported", due_on=NOW.date(), proposed_at=NOW
        )
        self._by("W", f"{case}plan/", method="put", needs=PLAN, agreement={"with_whom": "person"})
        self._by("E", f"/api/v1/services/{cast.walking.pk}/", method="patch", rule_sets=["scheme"])
        FollowUpClock.objects.update_or_create(
            onward_referral=self.onward, defaults={"months": 3, "due_on": NOW.date(), "closes_on": LATER.date()}
        )
        session = self._by(
            "P",
            "/api/v1/sessions/",
            service=str(cast.walking.pk),
            minutes=60,
            place="Park",
            starts_at=f"{LATER:%Y-%m-%dT%H:%M}Z",
        )
        make_weekly_summaries(at=NOW + dt.timedelta(days=7))
        failed = OutboxMessage.objects.filter(context__reference=self.rose.reference).exclude(channel="webhook").first()
        assert failed is not None
        OutboxMessage.objects.filter(pk=failed.pk).update(status="failed", failure="Nobody is there.", sent_at=None)
        inbox = OutboxMessage.objects.filter(recipient=cast.team.inbox_email).exclude(pk=failed.pk).first()
        check_listings(at=NOW)
        check = CheckRequest.objects.get(checks__service=cast.visiting)
        door = self._by("X", "/api/v1/self-referrals/", **SELF)
        self.clients["X"].post("/forgotten-password/", {"email": "asks.n@work.example"})
        letter = OutboxMessage.objects.get(template="password_reset")
        words = compose(letter.template, letter.context).body
        password = re.findall(r"/new-password/([^/]+)/([^/]+)/", str(words))[0]
        by_link = f"/by-link/{self.onward.reference}/{signature_of(self.onward.reference, purpose='team-link')}/"
        code = self.clients["V"].post(by_link).headers["Location"].split("/")[-2]
        person_link = PersonLink.objects.select_related("referral").get(referral=self.rose, ended_at=None)
        return {
            "R": self.rose.reference, "O": self.onward.reference, "D": self.draft.reference,
            "L": listing["pending"]["reference"], "M": self.rose.messages_back.earliest("id").reference,
            "S": Summary.objects.get(kind="lead_week", team=cast.team).reference, "webhook": webhook["reference"],
            "SP": Summary.objects.get(kind="provider_week", team=cast.leisure).reference,
            "message": self.rose.messages_back.earliest("id").reference,
            "service": str(cast.walking.pk), "team": str(cast.team.pk), "provider": str(cast.leisure.pk),
            "session": session["sessions"][0]["id"], "retention": str(proposed.pk), "failed": str(failed.pk),
            "inbox": str(inbox.pk) if inbox else NOBODYS, "door": door["id"], "passkey": 1,
            "check": check.reference, "signed": {
                "check": link_to_check(check.reference).split("/")[-2], "password": password[1],
                "by-link": by_link.split("/")[-2],
            },
            "asked about": str(cast.visiting.pk), "provider's step": "complete", "published": "services",
            "password": password[0], "by-link": self.onward.reference, "by-link.pk": code,
            "service_id": str(cast.walking.pk), "session_id": session["sessions"][0]["id"],
            "member_id": str(cast.link_worker.pk), "message_id": str(failed.pk),
            "delivery": str(OutboxMessage.objects.get(channel="webhook").pk),
            "task_id": self._by("W", f"{case}tasks/", title=WRITTEN["task"], due_on=later)["id"],
            "signpost_id": self._by("W", f"{case}signposts/", name=WRITTEN["signpost"], follow_up_on=later)["id"],
            "risk_id": self._by("W", f"{case}risks/", description=WRITTEN["risk added later"])["id"],
            "concern": SafeguardingConcern.objects.get().pk, "number": 1,
            "provider_id": "vale", "request_id": next(iter(asked.values()))[0]["id"],
            "person_id": str(self.rose.person_id), "one": str(self.rose.person_id),
            "other": str(self.another.person_id),
            "step": "withdraw", "decision": "withdraw", "measure": "ons4", "name": "funnel",
            "own_id": str(cast.walking.pk),
            "path": "nothing", "postcode": "SK58BS", "key": "scheme",
            "token": link_to_persons_page(person_link.key).split("/")[-2],
        }  # fmt: skip

    def _by(self, letter: str, path: str, *, method: str = "post", **body: Any) -> Any:
        answer = getattr(self.clients[letter], method)(path, body, content_type="application/json")
        assert answer.status_code in {200, 201, 202}, (path, answer.status_code, answer.content)
        return answer.json()


KINDS = (
    (r"web:(record-follow-up|reroute)|.*(onward-referrals|providing)/<ref", "O"),
    (r".*webhooks/", "webhook"), (r"message-back-file|web:(message-text|file-message)", "M"), (r"summary", "S"),
    (r".*proposals/<ref", "L"), (r"web:refer-draft", "D"), (r"web:by-link", "by-link"), (r".*check/<", "check"),
    (r"web:new-password", "password"), (r"team-email-link", "provider"), (r".*services/<", "service"),
    (r".*teams/", "team"), (r".*sessions/<pk", "session"), (r".*retention|.*to-forget", "retention"),
    (r"message-try", "failed"), (r"inbox-read", "inbox"), (r"self-referral", "door"), (r"mfa_remove", "passkey"),
)  # fmt: skip
"""What a route is about, by its name and address: the first that fits, else a referral."""
VARIANTS = {"web:record": ("R", "O", "L", "M", "S"), "web:step": ("R", "O"), "referral-detail": ("R", "D")}
"""Routes that are about more than one kind of thing."""
OF_ITS_OWN = {
    "webhooks-replay-one": {"message_id": "delivery"}, "referral-end-risk": {"number": "risk_id"},
    "referral-end-safeguarding": {"number": "concern"}, "web:listing-check": {"service_id": "asked about"},
    "web:providing-step": {"step": "provider's step"}, "open-referral:list": {"name": "published"},
    "open-referral:detail": {"name": "published"},
}  # fmt: skip
"""Where a part of an address means something else than elsewhere."""
PLAN = [{"words": WRITTEN["plan"], "goals": [{"in_own_words": "Tea with somebody.", "actions": []}]}]
SELF: dict[str, Any] = {
    "email": "rose@home.example", "reason": "Company.", "no_known_risks": True, "agrees_to_referral": True,
    "agrees_to_sharing": True, "person": {"first_name": "Rose", "family_name": "Okafor",
        "date_of_birth": "1951-03-27", "postcode": "SK5 8BS", "telephone": "0161 496 0111"},
}  # fmt: skip
RULES: dict[str, Any] = {
    "name": "The scheme",
    "basis": "own",
    "source": "Its leaflet.",
    "rules": [
        {
            "code": "a",
            "kind": "blood_pressure",
            "subject": "blood_pressure",
            "severity": "absolute",
            "operator": "at_least",
            "thresholds": [180, 100],
            "clearance_by": "a doctor",
            "source": "page 2",
        }
    ],
}
PERSON = {"first_name": "Ann", "family_name": "Else", "date_of_birth": "1960-01-01", "gp_practice_code": "Z90001"}
BODIES: dict[str, Any] = {
    "put team-email-link": {"is_allowed": False},
    "post team-members": {"email": "new@work.example", "full_name": "New One", "roles": ["link_worker"]},
    "post webhooks-list": {"team": "TEAM", "url": "https://hooks.town.example/second"},
    "post service-list": {"name": "Chair yoga", "description": "Gentle.", "organization": {"name": "Company Charity"},
        "needs": ["falls"], "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}]},
    "post referral-list": {"person": PERSON, "team": "TEAM", "reason": "Company.", "no_known_risks": True,
        "consent": {"decision": "given"}},
    "post session-list": {"service": "SERVICE", "starts_at": "2026-12-09T10:00:00Z", "minutes": 60, "place": "Park"},
    "post subject-access-list": {"reference": "REFERENCE", "request": "By letter."},
    "post measure-licence-list": {"team": "TEAM", "measure": "pam", "reference": "L1", "valid_from": "2026-11-01"},
    "put service-measures": {"measures": []}, "put team-measures": {"measures": []},
    "put service-follow-ups": {"months": []}, "post team-hand-over": {"to": "OWNER"},
    "post rule-set-list": {"key": "another", **RULES}, "post rule-set-versions": RULES,
    "put service-capacity": {"capacity": "open"}, "post web:email-links": {"team": "PROVIDER", "is_allowed": "no"},
    "post inbox-read-all": {"until": "2026-11-03T09:00:00Z"},
}  # fmt: skip
"""By method and route; a word in capitals stands for the id of a row."""
QUERIES = {"directory-figures-listings": "?figure=due"}
