"""People who do not exist, as a referrer would describe them.

Their NHS numbers are of the range that is never issued (999 …), with right check digits; their telephones are of the
ranges that Ofcom keeps for drama; their streets are made up, in postcodes of the made-up sample.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from nhs_number.validate import calculate_checksum

from demo.names import FAMILIES, STREETS
from demo.places import NEIGHBOURHOODS, Practice
from referrals.enums import NhsNumberStatus, PreferredContact
from referrals.services.people import PersonDetails
from services_directory.demo.postcodes import INWARD

FIRST_STEM = 999_100_000
"""Ordinary people's numbers begin here; the named people's (`named_people`) lie below."""
COMMUNICATION_NEEDS = (
    "Hard of hearing: please speak slowly, and let it ring for long.", "Interpreter: Urdu.", "Interpreter: Polish.",
    "Interpreter: Cantonese.", "Interpreter: Farsi.", "Letters in large print, please.",
    "Her daughter speaks for her on the telephone.", "Reads little: please ring rather than write.",
)  # fmt: skip


def nhs_number_from(stem: int) -> str | None:
    """Return the number of nine digits and their check digit, or None where there is none (a remainder of one)."""
    check = calculate_checksum(str(stem))
    return None if check is None or not 0 <= check <= 9 else f"{stem}{check}"


@dataclass
class Crowd:
    """Makes one person after another, and never the same NHS number twice."""

    rng: Random
    _stem: int = field(default=FIRST_STEM)

    def someone(self, *, practice: Practice, ages: tuple[int, int], today: dt.date) -> PersonDetails:
        """Return a person of a practice, of an age within the bounds."""
        rng = self.rng
        first, family = self._name()
        area = NEIGHBOURHOODS[practice.neighbourhood]
        sector = rng.choice(area.districts)
        number = self._next_number() if rng.random() < 0.93 else ""
        contact = rng.choices(
            (PreferredContact.TELEPHONE, PreferredContact.SMS, PreferredContact.LETTER, PreferredContact.EMAIL),
            (60, 24, 8, 8),
        )[0]
        by_email = contact == PreferredContact.EMAIL
        return PersonDetails(
            first_name=first,
            family_name=family,
            date_of_birth=today - dt.timedelta(days=rng.randint(ages[0] * 366, ages[1] * 365)),
            gp_practice_code=practice.ods_code,
            nhs_number=number,
            nhs_number_status=NhsNumberStatus.PRESENT_VERIFIED if number else NhsNumberStatus.TRACE_REQUIRED,
            address=f"{rng.randint(1, 140)} {rng.choice(STREETS)}\n{rng.choice(area.towns)}\nStockport",
            postcode=f"{sector}{rng.choice(INWARD)}",
            telephone=self._telephone(),
            email=f"{first}.{family}@person.example".lower().replace("'", "") if by_email else "",
            preferred_contact=contact,
            communication_needs=rng.choice(COMMUNICATION_NEEDS) if rng.random() < 0.08 else "",
        )

    def _name(self) -> tuple[str, str]:
        shares = [share for share, _, _ in FAMILIES]
        _, firsts, families = self.rng.choices(FAMILIES, shares)[0]
        if self.rng.random() < 0.1:
            _, _, families = self.rng.choices(FAMILIES, shares)[0]
        return self.rng.choice(firsts.split()), self.rng.choice(families.split())

    def _next_number(self) -> str:
        while True:
            self._stem += self.rng.randint(1, 900)
            number = nhs_number_from(self._stem)
            if number is not None:
                return number

    def _telephone(self) -> str:
        if self.rng.random() < 0.45:
            return f"0161 496 0{self.rng.randint(0, 999):03}"
        return f"07700 900{self.rng.randint(0, 999):03}"
