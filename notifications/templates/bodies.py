"""What the messages have in common: how one begins and ends, and where its link leads."""

from string import Template

from django.conf import settings

from core.links import token_of
from core.signed_links import signature_of

LISTING_CHECK = "listing-check"
"""What the signed link of a listing check is for."""


PERSONS_PAGE = "persons-page"
"""What the secret of the link to a person's own page is for."""


SELF_REFERRAL_CODE = "self_referral_code"
"""The template with the code, and what its code is for."""

PASSWORD_RESET = "password-reset"  # noqa: S105 - no secret
"""What the signed link to a new password is for."""


TEAM_LINK = "team-link"
"""What the signed link to a provider's pages is for, where the team works by email link."""
TEAM_LINK_CODE = "team_link_code"
"""The template with the code that is asked for behind such a link, and what its code is for."""


def link_to(reference: str) -> str:
    """Return the address at which whoever may see it finds what a reference stands for."""
    return f"{settings.PUBLIC_URL}/r/{reference}"


def link_to_check(reference: str) -> str:
    """Return the signed address at which whoever keeps some listings says whether they are still right."""
    return f"{settings.PUBLIC_URL}/check/{reference}/{signature_of(reference, purpose=LISTING_CHECK)}/"


def link_to_new_password(reference: str) -> str:
    """Return the signed address at which somebody chooses a new password."""
    return f"{settings.PUBLIC_URL}/new-password/{reference}/{signature_of(reference, purpose=PASSWORD_RESET)}/"


def link_to_account(_: str) -> str:
    """Return the address of everybody's own account."""
    return f"{settings.PUBLIC_URL}/me/"


def link_to_persons_page(key: str, *, digest: str = "") -> str:
    """Return the address at which the person of a referral finds their own page, by the key of their link.

    :param digest: of its secret, where the caller knows it: see `core.links.token_of`.
    """
    return f"{settings.PUBLIC_URL}/p/{token_of(key, purpose=PERSONS_PAGE, digest=digest)}/"


def link_for_team(reference: str) -> str:
    """Return the signed address at which a team that works by email link begins to see an onward referral."""
    return f"{settings.PUBLIC_URL}/by-link/{reference}/{signature_of(reference, purpose=TEAM_LINK)}/"


def link_to_figures(_: str) -> str:
    """Return the address of the page of the directory's keeper."""
    return f"{settings.PUBLIC_URL}/directory/figures/"


def link_to_webhook(reference: str) -> str:
    """Return the address at which the API says what became of an endpoint."""
    return f"{settings.PUBLIC_URL}/api/v1/webhooks/{reference}/"


ABOUT_A_PERSON = Template(
    """\
Hello,

$news

You can see it here, once you have signed in:
$link

To keep the person's details private, this message says nothing about them.
Please do not reply to it: nobody reads this mailbox.

$service
"""
)
TO_A_KEEPER = Template(
    """\
Hello,

$news

You can see it here, once you have signed in:
$link

Please do not reply to this message: nobody reads this mailbox.

$service
"""
)
BY_LINK_ALONE = Template(
    """\
Hello,

$news

You can answer here, without signing in:
$link

The link is for you and your colleagues. Each listing can be answered once.
Please do not reply to this message: nobody reads this mailbox.

$service
"""
)


ABOUT_A_PERSON_BY_LINK = Template(
    """\
Hello,

$news

You can see it here, without signing in. To show that it is you, we send a code to this mailbox first:
$link

The link is for your team, and works for 30 days. Please do not pass this message on.
To keep the person's details private, this message says nothing about them.
Please do not reply to it: nobody reads this mailbox.

$service
"""
)
TO_WHO_FORGOT = Template(
    """\
Hello,

$news

You can choose a new password here, within one hour:
$link

If you did not ask for it, do nothing: your password stays as it is.
Please do not reply to this message: nobody reads this mailbox.

$service
"""
)
TO_WHO_JOINS = Template(
    """\
Hello,

$news

Choose your password here, within seven days:
$link

After that you sign in with the address to which this message came. If you expected nothing of the kind, do nothing.
Please do not reply to this message: nobody reads this mailbox.

$service
"""
)
ABOUT_AN_ACCOUNT = Template(
    """\
Hello,

$news

You can see what it was here, once you have signed in:
$link

If it was not you, tell whoever runs this service for you at once.
Please do not reply to this message: nobody reads this mailbox.

$service
"""
)


TO_THE_PERSON = Template(
    """\
Hello,

$news

If you ring us about it, please say this reference. To keep things private, this message says nothing more.
Please do not reply to it: nobody reads this mailbox.

$service
"""
)
TO_THE_PERSON_WITH_A_LINK = Template(
    """\
Hello,

$news

You can open it here. You do not need a password:
$link

We will ask for your date of birth, so that nobody else can read it. Did you not expect this? Then do nothing.
Please do not reply to it: nobody reads this mailbox.

$service
"""
)
WITH_FIGURES = Template(
    """\
Hello,

$news

You can read it here, once you have signed in:
$link

To keep figures about people private, this message holds none.
Please do not reply to it: nobody reads this mailbox.

$service
"""
)
WITH_A_CODE = Template(
    """\
Hello,

$news

$code

It works for 30 minutes. If you did not ask for it, do nothing: without the code nothing happens, and what was written
is deleted within a day or so.

$service
"""
)
WITH_A_CODE_FOR_A_TEAM = Template(
    """\
Hello,

$news

$code

It works for 30 minutes. If nobody of your team asked for it, do nothing: without the code nothing is shown.

$service
"""
)
