"""The page of a message back (M-…): the document as it was issued, and nothing around it, so that it can be printed."""

from django.urls import reverse

from accounts.models import User
from referrals.messages_back.html import html_of
from referrals.selectors.messages_back import get_message_back


def get_page(user: User, reference: str) -> str:
    """Return the page of the one message back with this reference.

    :raises NotVisible: if there is none, or none that the user may read; it does not say which.
    """
    message = get_message_back(user, reference)
    address = reverse("referral-message-back", args=[message.referral.reference, message.reference])
    return html_of(message.document, pdf_url=f"{address}?format=pdf")
