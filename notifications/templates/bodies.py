"""What the messages have in common: how one begins and ends, and where its link leads."""

from string import Template

from django.conf import settings

from core.signed_links import signature_of

LISTING_CHECK = "listing-check"
"""What the signed link of a listing check is for."""


SELF_REFERRAL_CODE = "self_referral_code"
"""The template with the code, and what its code is for."""


def link_to(reference: str) -> str:
    """Return the address at which whoever may see it finds what a reference stands for."""
    return f"{settings.PUBLIC_URL}/r/{reference}"


def link_to_check(reference: str) -> str:
    """Return the signed address at which whoever keeps some listings says whether they are still right."""
    return f"{settings.PUBLIC_URL}/check/{reference}/{signature_of(reference, purpose=LISTING_CHECK)}/"


def link_to_figures(_: str) -> str:
    """Return the address of the page of the directory's keeper."""
    return f"{settings.PUBLIC_URL}/directory/figures/"


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


TO_THE_PERSON = Template(
    """\
Hello,

$news

If you ring us about it, please say this reference. To keep things private, this message says nothing more.
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
