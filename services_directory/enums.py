"""The words of the directory. A leaf: imports nothing of ours. HSDS words keep their HSDS spelling."""

from django.db import models


class ServiceStatus(models.TextChoices):
    """What Open Referral says of a service."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    DEFUNCT = "defunct", "No longer exists"
    TEMPORARILY_CLOSED = "temporarily closed", "Temporarily closed"


class LocationType(models.TextChoices):
    """What sort of place a location or an address is."""

    PHYSICAL = "physical", "A place to go to"
    POSTAL = "postal", "A place to write to"
    VIRTUAL = "virtual", "Online"


class Frequency(models.TextChoices):
    """How often a schedule repeats; the UK profile knows no other."""

    WEEKLY = "WEEKLY", "Every week"
    MONTHLY = "MONTHLY", "Every month"


class Weekday(models.TextChoices):
    """The days of an RRULE."""

    MONDAY = "MO", "Monday"
    TUESDAY = "TU", "Tuesday"
    WEDNESDAY = "WE", "Wednesday"
    THURSDAY = "TH", "Thursday"
    FRIDAY = "FR", "Friday"
    SATURDAY = "SA", "Saturday"
    SUNDAY = "SU", "Sunday"


class ReferralRoute(models.TextChoices):
    """Whether a person is referred to a service here, or told about it."""

    REFERRAL = "referral", "Takes referrals here"
    SIGNPOSTING = "signposting", "Signposting only"


class Capacity(models.TextChoices):
    """Whether a service has room, as it says itself."""

    OPEN = "open", "Has places"
    WAITING_LIST = "waiting_list", "Has a waiting list"
    FULL = "full", "Full"
    PAUSED = "paused", "Not taking anybody for now"


class CapacityReportKind(models.TextChoices):
    """How a service came to have the capacity that a report says."""

    SAID = "said", "Said"
    CONFIRMED = "confirmed", "Still so"
    COUNTED = "counted", "By the count of its places"
    PAUSE_OVER = "pause_over", "The pause was over"


class FirstContact(models.TextChoices):
    """Who makes the first contact after a referral."""

    SERVICE = "service", "The service contacts the person"
    PERSON = "person", "The person contacts the service"


class Delivery(models.TextChoices):
    """Where the service reaches the person."""

    IN_PLACE = "in_place", "At its own place"
    AT_HOME = "at_home", "At the person's home, or by telephone"
    ONLINE = "online", "Online"
    POSTED = "posted", "Sent by post or delivered"


class LifeCourseStage(models.TextChoices):
    """The stages of the life-course approach (All Together Active)."""

    START_WELL = "start_well", "Start well"
    LIVE_WELL = "live_well", "Live well"
    AGE_WELL = "age_well", "Age well"


class Gender(models.TextChoices):
    """For whom a service is, and what a person says of themself; after the NHS's gender identity code (S110)."""

    FEMALE = "female", "Women, including trans women"
    MALE = "male", "Men, including trans men"
    NON_BINARY = "non_binary", "Non-binary people"
    OTHER = "other", "Another gender"


class VerificationSource(models.TextChoices):
    """How somebody came to say that a listing is right, or is not."""

    PROVIDER_LINK = "provider_link", "Answered our email"
    PROVIDER = "provider", "Said so, signed in"
    PROVIDER_EDIT = "provider_edit", "Brought it up to date"
    EDITOR = "editor", "Checked by the directory's editor"


class CheckAnswer(models.TextChoices):
    """What can be answered to "is it still right?"."""

    STILL_RIGHT = "still_right", "Still right"
    CHANGED = "changed", "Something has changed"
    CLOSED = "closed", "It has closed"


class ReaderFinding(models.TextChoices):
    """What somebody who reads the public directory can say is wrong with a listing."""

    CLOSED = "closed", "It has closed, or does not run any more"
    TIMES = "times", "The day or the time"
    PLACE = "place", "The place"
    CONTACT = "contact", "The phone number, email or website"
    COST = "cost", "The cost"
    OTHER = "other", "Something else"


class ChangeKind(models.TextChoices):
    """How a listing came to change."""

    EDIT = "edit", "Edited here"
    APPROVAL = "approval", "A proposed change was approved"
    SPREADSHEET = "spreadsheet", "Changed by a spreadsheet"
    IMPORT = "import", "Read from its feed"
    WITHDRAWAL = "withdrawal", "No longer in its feed"
    VERIFICATION = "verification", "Confirmed by its provider"
    RULES = "rules", "Its rules have a new version"


class ChangeSide(models.TextChoices):
    """On whose side somebody acts who changes a listing."""

    PROVIDER = "provider", "Its provider"
    EDITOR = "editor", "A directory editor"
    FEED = "feed", "Its feed"
    SERVICE = "service", "The service itself"


class ProposalStatus(models.TextChoices):
    """What became of a proposed change."""

    PENDING = "pending", "Waits for a directory editor"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn by its side"
    SUPERSEDED = "superseded", "Replaced by a later proposal"
