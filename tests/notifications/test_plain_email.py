"""An email is written in less time than Django takes, and is to the letter what Django would have written."""

import datetime as dt
import smtplib
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.plain_email import PlainBackend, PlainEmail
from notifications.templates import TEMPLATES, compose

LONG = "a subject that goes on for so long that it stands on two lines or three of the message, wherever it is read"
HEADERS = {"Message-ID": "<0b9d2c6e-6a55-4e2c-8c5e-2f0b6a0d1e11@referral.example>", "Auto-Submitted": "auto-generated"}


FROM = "Community Referral <no-reply@referral.example>"


def both(from_email=FROM, headers=HEADERS, **said):
    """Return an email as it goes to the mail server, and as Django would let it go."""
    headers = {"Date": "x", **headers}
    ours = PlainEmail(from_email=from_email, headers=headers, **said)
    django = EmailMessage(from_email=from_email, headers=headers, **said)
    return [ours.written(), django.message().as_bytes(linesep="\r\n")]  # type: ignore[call-arg]  # as in Django 5.2


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_each_message_of_ours(template):
    context = {"reference": "R-22222-77777", "due_on": "2026-12-01"}
    text = compose(template, {name: context[name] for name in TEMPLATES[template].context})
    ours, django = both(subject=text.subject, body=text.body, to=["reader@work.example"])
    assert ours == django
    assert b"\r\nMessage-ID: <0b9d2c6e" in ours


@pytest.mark.parametrize(
    ("subject", "body", "to"),
    [
        (LONG, "News.", "reader@work.example"),
        ("Grüße aus Brinnington", "News.", "reader@work.example"),
        ("", "", "reader@work.example"),
        ("x" * 66, "News.", "reader@work.example"),
        ("x" * 67, "News.", "reader@work.example"),
        ("y " * 60, "News.", "reader@work.example"),
        ("tab\tin it", "News.", "reader@work.example"),
        ("News", "From here on.\n.\nFrom there: é\r\n" + "z" * 1200, "reader@work.example"),
        ("News", "News.", f"{'long-' * 12}reader@{'far-' * 14}away.example"),
        ("News", "News.", "Zoë Reader <reader@work.example>"),
        ("News", "News.", "reader@bücher.example"),
    ],
)
def test_whatever_it_holds(subject, body, to):
    ours, django = both(subject=subject, body=body, to=[to])
    assert ours == django


@pytest.mark.parametrize("length", range(60, 90))
def test_a_header_is_folded_where_django_folds_it(length):
    """Django itself folds a subject; any other header is folded as it is written."""
    value = ("word " * 20)[:length].strip().ljust(length, "x")
    for name in ("X-About", "X-Message-Id"):
        ours, django = both(
            subject="News", body="News.", from_email="a@work.example", to=["b@work.example"],
            headers={"Message-ID": "<1@work.example>", name: value},
        )  # fmt: skip
        assert ours == django


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    subject=ANY_TEXT, body=ANY_TEXT | st.from_regex(r"([ -~]{0,300}[\n\r\x0b\u2028]?){0,4}", fullmatch=True),
    to=st.sampled_from(["a@work.example", "Ann <a@work.example>", "Zoë <a@work.example>", " a@work.example ", ""]),
    about=ANY_TEXT,
)  # fmt: skip
def test_of_any_text_it_is_what_django_writes_or_refused_as_django_refuses(subject, body, to, about):
    said = {"subject": subject, "body": body, "to": [to], "headers": {**HEADERS, "Auto-Submitted": about}}
    try:
        ours, django = both(**said)
    except ValueError:  # a line end in a header
        email = PlainEmail(from_email=FROM, **said)
        with pytest.raises(ValueError, match="newlines"):
            email.written()
        return
    assert ours == django


def test_without_a_date_it_has_the_one_of_now():
    email = PlainEmail(subject="News", body="News.", from_email=FROM, to=["reader@work.example"], headers=HEADERS)
    written = message_from_bytes(email.written())
    said = parsedate_to_datetime(written["Date"]).replace(tzinfo=dt.UTC)
    assert abs(said - timezone.now()) < dt.timedelta(minutes=1)
    assert list(written) == list(message_from_bytes(email.message().as_bytes()))


@pytest.mark.parametrize("subject", ["one\ntwo", "one\r\nBcc: others@work.example"])
def test_no_line_of_a_subject_becomes_a_header(subject):
    with pytest.raises(ValueError, match="newlines"):
        both(subject=subject, body="News.", to=["reader@work.example"])


class Line:
    """A connection that keeps what it is handed, and refuses who is called nobody."""

    def __init__(self):
        self.sent = []

    def sendmail(self, sender, recipients, written):
        if "nobody@work.example" in recipients:
            raise smtplib.SMTPRecipientsRefused({"nobody@work.example": (550, b"No such user")})
        self.sent.append((sender, recipients, written))


def handed_over(backend, *emails, is_silent=False):
    backend = backend(fail_silently=is_silent)
    backend.connection = Line()
    sent = backend.send_messages(emails)
    return sent, backend.connection.sent


@pytest.mark.parametrize(
    "to",
    [
        ["reader@work.example"],
        ["Zoë Reader <reader@work.example>", '"Reader, A." <reader@work.example>'],
        ["reader@bücher.example"],
        ["rosé@work.example"],
        [],
    ],
)
def test_what_is_handed_to_the_mail_server_is_what_django_hands_over_the_first_time_and_the_second(to):
    emails = [
        PlainEmail(subject="News", body=f"{number}", from_email="Community Referral <no-reply@referral.example>", to=to,
                   headers={"Date": "x", **HEADERS})
        for number in range(2)
    ]  # fmt: skip
    ours = handed_over(PlainBackend, *emails)
    assert ours == handed_over(EmailBackend, *emails)
    assert ours[0] == (2 if to else 0)


def test_whom_the_server_refuses_is_told_as_django_tells_it():
    email = PlainEmail(subject="News", body="News.", from_email="a@work.example", to=["nobody@work.example"])
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        handed_over(PlainBackend, email)
    assert handed_over(PlainBackend, email, is_silent=True) == (0, [])


@pytest.mark.parametrize("to", ["a@work.example b@work.example", "a@work.example\nBcc: b@work.example"])
def test_what_is_no_address_is_refused_each_time(to):
    email = PlainEmail(subject="News", body="News.", from_email="a@work.example", to=[to])
    for _ in range(2):
        with pytest.raises(ValueError, match=r"[Ii]nvalid address|newlines"):
            handed_over(PlainBackend, email)
