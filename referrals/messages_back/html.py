"""The message back as a web page: for reading on any screen, with any assistive technology, and for printing."""

from typing import Any

from django.template.loader import render_to_string

from referrals.messages_back.presentation import page_of


def html_of(document: dict[str, Any], *, pdf_url: str = "") -> str:
    """Return the page of a document as it was issued, with a link to the same as PDF where its address is given."""
    return render_to_string("referrals/message_back.html", {"page": page_of(document), "pdf_url": pdf_url})
