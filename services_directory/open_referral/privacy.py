"""What of a listing is a named person's, and so is not published: the one place that says so (docs/adr/0010).

A listing names people as its contacts and in the `attention` line of an address. A name all of whose words are a role's
("General Enquiries") is nobody's. One that is made of the listing's own words may be: it counts as the organisation's
only where it says that it is a body or a desk ("Brinnington Community Centre"), since listings bear people's names,
too: of "Jane Smith Yoga" the contact "Jane Smith" is a person, and so is "Margaret Hill" of "Walk with Margaret Hill".
The name of a listing stays as it is, also where it stands in a text: under it the provider offers the service to
everybody, and without it nobody could find it. What leads to the person does not come with it.

Of a person nothing is published: not the contact, not the telephones that hang on it, not an email that is theirs, and
not their name or mobile number in a text. An email is a person's where it looks like one (`first.last@`, a given name)
or belongs to a named contact, and nothing in it says that an organisation reads it. What cannot be told is left out of
the stricter places (who assured a record) and kept in the others, because an organisation's address is what a directory
is for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from services_directory.open_referral.values import names_in

ROLES = names_in(
    """a access activities activity admin administration administrator advice adviser advisor advocacy all allotment
    and answer appointments arts assistant association at bereavement booking bookings box branch bureau business
    cafe calls cancer care carers center centre chair chairman chairperson charity children childrens choir church
    clerk client clinic club co college commissioning committee communities community company complaints connect
    contact contacts coordinator council counselling counter crisis customer customers day dementia department dept
    deputy desk development digital director directory discharge duty early education email emergency employment
    engagement enquire enquiries enquiry events exercise falls families family farm feedback finance first fitness
    food for foundation freephone friends front garden gardens general green group groups gym hall head health hello
    help helpdesk helpline home hospice hospital hotline hour hours housing hq hub info information inspire intake
    is joint junction kids lane lead learning leisure lib libraries library line link local mail mailbox main
    manager marketing media meeting member members membership memory mental mind mobile museum music navigator
    neighbourhood network news nhs number nursing of office officer older on online open operations order organiser
    out outreach parish park partnership patient people person phone physical place planning post practice
    prescribing primary project projects public reception receptionist recovery referral referrals registrar
    representative reservations resource road room safeguarding sales scheme school schools secretary senior service
    services shop single social society sport sports st staff store street studio sure surgery swim swimming
    switchboard talking team teams tel telephone text textphone the theatre to tourism town training transport
    treasurer trust trustees university us venue village voluntary volunteer volunteering volunteers walking walks
    warden webmaster website wellbeing women womens work worker working youth"""
)
"""Words of roles and organisations, in names of contacts and before the @ of an email."""
GIVEN_NAMES = names_in(
    """adam aisha alan alex alison amanda amy andrea andrew andy angela ann anna anne barbara ben bob brian carol
    caroline catherine charlotte cheryl chris christine claire clare colin craig daniel darren dave david dawn
    debbie deborah denise diane donna dorothy elaine elizabeth emily emma fatima fiona frances gareth gary gemma
    geoff george gill gillian gordon graham greg hannah hazel heather helen ian imran irene jack jackie jacqueline
    james jan jane janet jason jean jennifer jenny jeremy jill jim joan joanna joanne joe john jon jonathan joseph
    joyce judith julia julie karen kate katherine kathleen katie keith kelly ken kerry kevin kim laura lauren lesley
    liam linda lindsay lisa liz lorraine louise lucy luke lynn maggie margaret maria marie marion mark martin mary
    matt matthew maureen megan mel melanie michael michelle mick mike mohammed muhammad nadia natalie neil nicholas
    nick nicola nigel olivia pam pamela pat patricia patrick paul paula pauline penny pete peter phil philip rachel
    ray rebecca richard rob robert robin roger ron rosemary roy russell ruth ryan sally sam samantha samuel sandra
    sara sarah shane sharon sheila shirley simon sophie stephanie stephen steve steven stuart sue susan suzanne
    sylvia tara terry thomas tim tina toby tom tony tracey tracy trevor valerie vanessa vera victoria wendy william
    yasmin yvonne zoe"""
)
"""Given names common in the United Kingdom, for an email that is one word."""
BODIES = names_in(
    """admin administration association bookings bureau center centre charity club committee community company council
    department dept desk enquiries foundation friends group groups helpdesk helpline hospice hospital hotline
    information libraries library museum network office partnership reception school schools service services society
    staff surgery switchboard team teams theatre trust trustees university volunteers"""
)
"""Words of roles that say of a name that it is no person's: a body of several, or its desk. Nobody is called so."""
HOLDERS = names_in(
    """adviser advisor assistant chair chairman chairperson clerk coordinator counsellor deputy director head lead
    librarian manager navigator officer organiser receptionist registrar representative secretary treasurer warden
    worker"""
)
"""Words of roles that one person holds."""
_SAINTS = ("st", "saint")
_TITLES = names_in("mr mrs ms miss mx dr rev prof sir dame")
_TELLING = (
    *(
        "admin",
        "advice",
        "bookings",
        "centre",
        "center",
        "charity",
        "church",
        "club",
        "community",
        "contact",
        "council",
    ),
    *("desk", "enquir", "health", "hello", "helpline", "info", "leisure", "libraries", "library", "museum", "office"),
    *("reception", "refer", "school", "service", "support", "surgery", "team", "trust", "volunteer", "wellbeing"),
)
"""Words that tell of an organisation also where they are run together with others."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
# The word before the @ is tried once, from its beginning: from each of its letters, a long word costs its square.
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@[\w-]+(?:\.[\w-]+)+")
# A bracket is part of a number where it closes after a few figures: of "(07700 900456, …" it is the sentence's.
_NUMBER = re.compile(r"(?<![\w+])\+?(?:\((?=[\d\s]{1,7}\)))?\d(?:[\s()-]{0,2}\d){8,13}(?!\w)")
WITHHELD = {"name": "(name withheld)", "email": "(email withheld)", "number": "(number withheld)"}


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without figures and without the 's of a possessor."""
    return [re.sub("['\u2019]s$", "", word.lower()) for word in _WORD.findall(text)]


def is_a_person(name: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether a contact's name is a person's, in doubt it is.

    :param known: the words of the listing's and its organisation's own names.
    """
    return any(_is_one(words(said), known) for said in re.split(r"[:;,/()|]|\s[-\u2013]\s", name))


def _is_one(found: list[str], known: frozenset[str]) -> bool:
    own = [word for word in found if word not in ROLES]
    if not own:
        return False
    if not known.issuperset(own) or found[0] in _TITLES:
        return True
    for before, word in zip(["", *found], found, strict=False):
        if word in GIVEN_NAMES and before not in _SAINTS:
            return True
    # A body's name does not end with what it is called after: that of "Centre Manager Imelda Quarrington" does.
    bodies = BODIES.intersection(found)
    return found[-1] not in ROLES or not (bodies & known if HOLDERS.intersection(found) else bodies)


def digits(number: str) -> str:
    """Return the figures of a telephone number as they are dialled within the United Kingdom."""
    found = re.sub(r"\D", "", number.replace("(0)", ""))
    return "0" + found.removeprefix("00").removeprefix("44") if re.match(r"\s*(\+|00)44", number) else found


@dataclass(frozen=True, kw_only=True)
class Named:
    """Somebody whom a listing names: a contact with a telephone of theirs, or an `attention` line."""

    name: str
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class People:
    """The people behind one listing. `known` are the words of its organisation's and its own names, `titles` these."""

    named: tuple[Named, ...] = ()
    known: frozenset[str] = field(default_factory=frozenset)
    titles: tuple[str, ...] = ()

    @classmethod
    def of(cls, named: Iterable[Named], *names: str) -> "People":
        """Return the people among those named, given the names of the listing and its organisation."""
        known = frozenset(word for name in names for word in words(name) if len(word) > 2)
        nobody = cls((), known)
        titles = tuple(name for name in names if name)
        return cls(tuple(one for one in named if nobody.has(one.name, one.email)), known, titles)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(word for one in self.named for word in words(one.name) if len(word) > 2 and word not in ROLES)

    @cached_property
    def _emails(self) -> frozenset[str]:
        return frozenset(one.email.lower() for one in self.named if one.email)

    @cached_property
    def _mobiles(self) -> frozenset[str]:
        return frozenset(found for one in self.named if (found := digits(one.number)).startswith("07"))

    @cached_property
    def _in_texts(self) -> re.Pattern[str] | None:
        full = {r"\W+".join(map(re.escape, found)) for one in self.named if len(found := words(one.name)) > 1}
        last = {found[-1] for one in self.named if len(found := words(one.name)) > 1 and len(found[-1]) > 2}
        titled = {rf"(?:mr|mrs|ms|miss|mx|dr|rev|prof)\.?\s+{re.escape(name)}" for name in last}
        every = sorted(full | titled, key=len, reverse=True)
        # First, so that a listing's own name is passed over where a person's is a part of it.
        names = sorted(map(re.escape, self.titles), key=len, reverse=True)
        kept = rf"(?P<title>{'|'.join(names)})|" if names else ""
        return re.compile(rf"(?<!\w)(?:{kept}{'|'.join(every)})(?!\w)", re.IGNORECASE) if every else None

    def has(self, name: str, email: str = "") -> bool:
        """Whether a contact is a person: by its name, or where it has none by its email."""
        return is_a_person(name, self.known) if name else bool(email) and self.owns_email(email)

    def owns_email(self, email: str, *, strictly: bool = False) -> bool:
        """Whether an email is a person's; `strictly`: whether nothing says that it is an organisation's."""
        local = email.partition("@")[0].lower()
        parts = [re.sub(r"[\d']+", "", part) for part in re.split(r"[._+-]", local)]
        parts = [part for part in parts if part]
        theirs = [part for part in parts if part in self._names]
        if theirs and all(part in self._names or len(part) == 1 or part not in ROLES for part in parts):
            return True
        if self._is_an_organisations(parts):
            return False
        if strictly or email.lower() in self._emails:
            return True
        run_together = "".join(parts)
        if any(len(name) > 3 and name in run_together for name in self._names):
            return True
        if len(parts) == 1:
            return parts[0] in GIVEN_NAMES
        return 2 <= len(parts) <= 3

    def _is_an_organisations(self, parts: list[str]) -> bool:
        if not parts or any(part in ROLES for part in parts if len(part) > 1):
            return True
        if any(telling in part for part in parts for telling in _TELLING):
            return True
        if any(len(part) > 1 and not set(part) & set("aeiouyàáèéìíòóùú") for part in parts):
            return True  # initials of something
        own = {word for word in self.known if len(word) > 3 and word not in self._names and word not in GIVEN_NAMES}
        looked_at = parts[:1] if parts[0] in GIVEN_NAMES or len(parts[0]) == 1 else parts
        return any(word in part for part in looked_at for word in own)

    def owns_number(self, number: str, description: str = "") -> bool:
        """Whether a telephone that hangs on no contact is a person's: the mobile of one, or said to be theirs."""
        return digits(number) in self._mobiles or bool(self._names & set(words(description)))

    def without(self, text: str) -> str:
        """Return a text in which no person behind the listing is named or can be rung, and no person's email stands."""
        if "@" in text:
            text = _EMAIL.sub(lambda found: WITHHELD["email"] if self.owns_email(found[0]) else found[0], text)
        if self.named:
            if self._in_texts is not None:
                text = self._in_texts.sub(_withheld_unless_a_title, text)
            if self._mobiles:
                text = _NUMBER.sub(
                    lambda found: WITHHELD["number"] if digits(found[0]) in self._mobiles else found[0], text
                )
        return text


def _withheld_unless_a_title(found: re.Match[str]) -> str:
    return found[0] if found.groupdict().get("title") else WITHHELD["name"]
