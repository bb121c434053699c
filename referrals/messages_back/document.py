"""What a message back holds, in the order in which it is read: what to do comes first (field notes 2.3, rule 13).

The order of the fields is that of the profile in field notes 2.5, and of the JSON. Times are aware; days are those of
England. An empty section is an empty tuple: nothing is known of it, or there is nothing to say.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass

VERSION = 1
"""Of the form of the document. One that was issued is read as its own version says."""

HELD_BACK = "The person asked that no more be shared."


@dataclass(frozen=True, kw_only=True)
class RequestedAction:
    """Something that the practice is asked to do."""

    what: str
    due_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the practice is asked to do, and what the team does next. No action is said, never left blank (rule 13)."""

    no_action_needed: bool
    requested_actions: tuple[RequestedAction, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One measure, at the start and at the latest point: both, so that a change can be seen (rule 12)."""

    measure: str
    first: str
    first_on: dt.date
    latest: str = ""
    latest_on: dt.date | None = None
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """What was tried to reach the person: how often, by which ways, on which days; never what was noted of it."""

    count: int
    ways: tuple[str, ...]
    days: tuple[dt.date, ...]


@dataclass(frozen=True, kw_only=True)
class ClinicalSummary:
    """What happened, what was done, the scores before and after, and what did not work (rule 12)."""

    what_happened: str
    in_their_words: str
    done: tuple[str, ...]
    scores: tuple[Score, ...]
    did_not_work: tuple[str, ...]
    attempts: Attempts | None


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """Who it is about."""

    first_name: str
    family_name: str
    date_of_birth: dt.date
    nhs_number: str


@dataclass(frozen=True, kw_only=True)
class Practice:
    """The practice where the person is registered, or the code that says there is none or none known (rule 2)."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """The referral that it answers: when, by whom, and who receives the answer (rule 7)."""

    referred_on: dt.date | None
    referrer: str
    service: str
    organization: str
    return_response_to: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact, or attempt, with the person or about them."""

    on: dt.date
    way: str
    with_whom: str
    was_reached: bool


@dataclass(frozen=True, kw_only=True)
class Signpost:
    """That the person was told of something: no referral (rule 14)."""

    on: dt.date
    to: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class OnwardEnd:
    """One onward referral, and how it stands or ended."""

    service: str
    provider: str
    sent_on: dt.date
    status: str
    ended_on: dt.date | None
    because: str
    sessions_attended: int
    sessions_recorded: int


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One assessment that was made."""

    on: dt.date
    what: str
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal of the plan, and what came of it."""

    goal: str
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A SNOMED CT code for the person's record. It is recorded once: where this message is the first to tell it."""

    code: str
    display: str
    dated: dt.date
    record_now: bool


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who issued it, and where to ask."""

    name: str
    team: str
    organization: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class FullMessage:
    """A message back that holds all it may."""

    version: int = VERSION
    reference: str
    referral: str
    kind: str
    title: str
    issued_at: dt.datetime
    issued_by: Sender
    recipients: tuple[str, ...]
    plan: Plan
    clinical_summary: ClinicalSummary
    person: PersonDetails
    gp_practice: Practice
    referral_details: Source
    contacts: tuple[Contact, ...]
    signposts: tuple[Signpost, ...]
    onward_referrals: tuple[OnwardEnd, ...]
    assessments: tuple[Assessment, ...]
    risks: tuple[str, ...]
    goals: tuple[Goal, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True, kw_only=True)
class CodesOnly:
    """A message back of a person who holds back all but the codes (field notes 3.9, S32)."""

    version: int = VERSION
    reference: str
    referral: str
    issued_at: dt.datetime
    held_back: str = HELD_BACK
    person: PersonDetails
    codes: tuple[Code, ...]


Document = FullMessage | CodesOnly


def text_of(document: Document) -> str:
    """Return the document as JSON text, its members in the order of the fields; days and times in ISO 8601."""
    return json.dumps(asdict(document), ensure_ascii=False, default=_in_iso)


def _in_iso(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a document holds no {type(value).__name__}")
