"""The banner of a case: who it is, how to reach them, and what whoever meets them must know, on one glance."""

import datetime as dt
import re
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from referrals.enums import InformationFormat, Permission, TelephoneRule
from referrals.models import Referral
from web import words
from web.states import Tag, tag_of


@dataclass(frozen=True, kw_only=True)
class Banner:
    """The person of a case."""

    name: str
    born: str
    age: int
    nhs_number: str
    telephone: str
    dials: str
    email: str
    prefers: str
    rules: list[str]
    speaks: str
    needs: list[str]
    risk: Tag
    risks: list[str]
    died: str


def banner_of(referral: Referral, *, today: dt.date) -> Banner:
    """Return the banner of a referral with its needs, risks and person."""
    rows = list(referral.risks.all())
    risks = [risk.description for risk in rows if not risk.is_none_known]
    state = "recorded" if risks else "none" if rows else "not_asked"
    person = referral.person
    on = f" on {words.short_day(person.died_on)}" if person.died_on else ""
    return Banner(
        name=words.full_name(referral),
        born=words.short_day(referral.date_of_birth),
        age=relativedelta(person.died_on or today, referral.date_of_birth).years,
        nhs_number=words.nhs_number_unbroken(referral.nhs_number),
        telephone=referral.telephone,
        dials=dials(referral.telephone),
        email=referral.email,
        prefers=words.WAYS_TO_REACH.get(referral.preferred_contact, ""),
        rules=_rules(referral),
        speaks=_speaks(referral),
        needs=[": ".join(filter(None, (need.term.name, need.note))) for need in referral.needs.all()],
        risk=tag_of("risk", state),
        risks=risks,
        died=f"Died{on}" if person.is_deceased else "",
    )


def dials(telephone: str) -> str:
    """Return what a telephone is told to dial: digits and a plus alone; empty where there is no number."""
    return re.sub(r"[^\d+]", "", telephone)


def _rules(referral: Referral) -> list[str]:
    """Return what the person said no to."""
    found = [f"Said no thanks on their own page, {words.day_of(referral.said_no_at)}"] if referral.said_no_at else []
    found += [str(TelephoneRule(referral.telephone_rule).label)] if referral.telephone_rule else []
    ways = (("may_telephone", "no calls"), ("may_voicemail", "no messages on the telephone"), ("may_sms", "no texts"),
            ("may_email", "no emails"), ("may_letter", "no letters"))  # fmt: skip
    said_no = [way for name, way in ways if getattr(referral, name) == Permission.NO]
    return found + ([f"Said: {', '.join(said_no)}"] if said_no else [])


def _speaks(referral: Referral) -> str:
    parts = [referral.communication_needs]
    if referral.interpreter_language:
        parts.append(f"Interpreter: {referral.interpreter_language}")
    if referral.needs_bsl_interpreter:
        parts.append("BSL interpreter")
    parts += [str(InformationFormat(each).label) for each in referral.information_formats]
    return "; ".join(filter(None, parts))
