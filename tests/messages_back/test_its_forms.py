"""The web page and the PDF: accessible, and saying the same, word for word."""

import io
import json
from dataclasses import asdict, replace
from html.parser import HTMLParser
from itertools import pairwise

import pypdf
import pytest

from referrals.messages_back.html import html_of
from referrals.messages_back.pdf import pdf_of
from referrals.messages_back.presentation import Words, page_of
from referrals.models import MessageBack
from tests.messages_back.letters import LONG, ROSE, SHORT, issued

VOID = {"meta", "link", "br"}


def text_of_block(block):
    assert isinstance(block, Words)
    return block.text


class Reading(HTMLParser):
    """Reads a page as a parser does: the elements in order, what stands in what, and the words of the main part."""

    def __init__(self, page):
        super().__init__()
        self.open: list[str] = []
        self.elements, self.words = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "main" in self.open:
            self.words += data.split()

    def of(self, *tags):
        return [(tag, attrs) for tag, attrs, _ in self.elements if tag in tags]

    def inside(self, tag):
        """Return, for each such element, the tags of the elements within it."""
        found = []
        for at, (name, _, path) in enumerate(self.elements):
            if name == tag:
                rest = self.elements[at + 1 :]
                found.append([inner for inner, _, way in rest if way[: len(path) + 1] == (*path, tag)])
        return found


@pytest.mark.parametrize("document", [LONG, SHORT])
def test_the_page_is_made_for_every_reader(document):
    reading = Reading(html_of(issued(document), pdf_url="?format=pdf"))
    assert reading.of("html") == [("html", {"lang": "en-GB"})]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in [a for _, a in reading.of("meta")]
    assert len(reading.of("title")) == len(reading.of("main")) == len(reading.of("h1")) == 1
    levels = [int(tag[1]) for tag, _ in reading.of("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    headings = {attrs["id"] for _, attrs in reading.of("h2")}
    assert {attrs["aria-labelledby"] for _, attrs in reading.of("section")} == headings
    for within in reading.inside("table"):
        assert within[0] == "caption"
    scopes = [attrs["scope"] for _, attrs in reading.of("th")]
    assert set(scopes) <= {"col", "row"}
    assert len(scopes) == len(reading.of("th"))
    assert reading.of("script", "style", "font", "img") == []
    assert [attrs for _, attrs, _ in reading.elements if "style" in attrs or "onclick" in attrs] == []


def test_the_plan_comes_first_and_the_rest_in_the_order_of_the_standard():
    sections = [section.heading for section in page_of(issued(LONG)).sections]
    assert sections == [
        "Plan and requested actions", "Clinical summary", "Person", "GP practice", "Referral", "Contacts",
        "Signposting", "Onward referrals", "Assessments", "Risks", "Goals", "For the record",
    ]  # fmt: skip


def test_what_is_not_known_is_left_out_and_no_action_is_said():
    page = page_of(issued(SHORT))
    assert [section.heading for section in page.sections] == [
        "Plan and requested actions", "Clinical summary", "Person", "GP practice", "Referral", "Risks",
        "For the record",
    ]  # fmt: skip
    assert text_of_block(page.sections[0].blocks[0]) == "No action needed."
    assert text_of_block(page.sections[-1].blocks[0]) == "No code to record."


@pytest.mark.parametrize(
    ("count", "ways", "days", "said"),
    [
        (0, [], [], "No attempt to reach them is recorded in the contact log."),
        (1, ["Letter"], ["2026-11-09"], "Tried once, by letter, on 9 November 2026."),
        (
            3, ["Telephone", "Letter"], ["2026-11-03", "2026-11-09"],
            "Tried 3 times, by telephone and letter, on 3 November 2026 and 9 November 2026.",
        ),
    ],
)  # fmt: skip
def test_what_was_tried_is_said_in_a_sentence(count, ways, days, said):
    document = issued(SHORT)
    document["clinical_summary"]["attempts"] = {"count": count, "ways": ways, "days": days}
    assert text_of_block(page_of(document).sections[1].blocks[1]) == said


# --- The PDF ----------------------------------------------------------------------------------------------------------


def read_pdf(content):
    return pypdf.PdfReader(io.BytesIO(content))


def words_of(reader, document):
    """Return the words of a PDF without what stands at the head and foot of each page, and without its bullets."""
    words = []
    page = page_of(document)
    for number, sheet in enumerate(reader.pages, start=1):
        text = " ".join(sheet.extract_text().split())
        foot = f"{page.running} Page {number} of {len(reader.pages)}"
        head = " ".join(page.filed_by.pairs[0][1].split()) if number > 1 else ""
        assert foot in text
        assert head in text
        words += [word for word in text.replace(foot, "", 1).replace(head, "", int(number > 1)).split() if word != "•"]
    return words


@pytest.mark.parametrize("document", [LONG, SHORT])
def test_the_pdf_says_what_the_page_says_word_for_word(document):
    document = issued(document)
    assert words_of(read_pdf(pdf_of(document)), document) == Reading(html_of(document)).words


def test_the_pdf_is_tagged_titled_and_in_a_language_and_its_headings_are_bookmarks():
    document = issued(LONG)
    reader = read_pdf(pdf_of(document))
    catalog = reader.trailer["/Root"]
    assert (catalog["/Lang"], catalog["/MarkInfo"]["/Marked"]) == ("en-GB", True)
    assert "/StructTreeRoot" in catalog
    assert reader.metadata.title == f"{document['title']} - {page_of(document).running}"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part>1" in catalog["/Metadata"].get_data()
    marks = reader.outline
    assert [marks[0].title, *(mark.title for mark in marks[1] if not isinstance(mark, list))] == [
        document["title"], *(section.heading for section in page_of(document).sections)
    ]  # fmt: skip


def test_a_short_one_is_one_page_and_a_long_one_two_each_numbered_and_named():
    assert [len(read_pdf(pdf_of(issued(document))).pages) for document in (SHORT, LONG)] == [1, 2]


def test_a_table_is_not_parted_from_its_heading():
    second = " ".join(read_pdf(pdf_of(issued(LONG))).pages[1].extract_text().split())
    assert second.startswith("OKAFOR, Rose, born 27 March 1951, NHS number 999 000 0018 Signposting")


def test_the_same_document_is_the_same_file():
    assert pdf_of(issued(LONG)) == pdf_of(issued(LONG))


def named(first_name):
    return issued(replace(SHORT, person=replace(ROSE, first_name=first_name)))


@pytest.mark.parametrize(
    "name",
    ["Siân Ŵyn", "Łucja Żółć", "Zoë Çelik", "Nguyễn Ánh", "Ðorđe Ğülşah", "Ελένη", "Олена", "O'Brien", "محمد", "עמית"],
)
def test_names_of_many_languages_are_printed_as_they_are_written(name):
    text = "".join(read_pdf(pdf_of(named(name))).pages[0].extract_text().split())
    assert "U+" not in text
    if name not in {"محمد", "עמית"}:  # of a script from right to left only the picture can be looked at
        assert "".join(name.split()) in text


@pytest.mark.parametrize(
    ("name", "printed"), [("王芳", "[U+738B][U+82B3]"), ("Jo😀", "Jo[U+1F600]"), ("a\x07b", "a[U+0007]b")]
)
def test_a_letter_without_a_picture_is_never_a_blank(name, printed):
    text = " ".join(read_pdf(pdf_of(named(name))).pages[0].extract_text().split())
    assert printed in text
    assert "Letters that cannot be printed here stand as their codes" in text
    assert name in html_of(named(name))


@pytest.mark.parametrize(
    "name",
    ['#read("/etc/passwd")', "*bold* _x_", "$x^2$", "= Heading", "<script>alert(1)</script>", '"; DROP', "a\\ b"],
)
def test_what_people_type_means_nothing_to_the_typesetter_or_the_browser(name):
    document = named(name)
    text = "".join(read_pdf(pdf_of(document)).pages[0].extract_text().split())
    assert "".join(name.split()) in text
    reading = Reading(html_of(document))
    assert reading.of("script") == []
    assert "".join(name.split()) in "".join(reading.words)


# --- Over HTTP --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/pdf", "application/pdf"),
    ],
)
def test_the_form_is_the_one_asked_for(accept, content_type, cast, referral_at, as_user):
    referral = referral_at("accepted")
    message = referral.messages_back.get()
    url = f"/api/v1/referrals/{referral.reference}/messages-back/{message.reference}/"
    answer = as_user(cast.gp).get(url, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
    forms = {
        "application/json": lambda: json.dumps(json.loads(message.text)).encode(),
        "text/html; charset=utf-8": lambda: html_of(message.document, pdf_url="?format=pdf").encode(),
        "application/pdf": lambda: pdf_of(message.document),
    }
    expected = forms[content_type]()
    given = json.dumps(answer.json()).encode() if content_type == "application/json" else answer.content
    assert given == expected
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_file_is_named_by_its_reference_alone(cast, referral_at, as_user):
    message = referral_at("accepted").messages_back.get()
    url = f"/api/v1/referrals/{message.referral.reference}/messages-back/{message.reference}/?format=pdf"
    named_as = as_user(cast.gp).get(url).headers["Content-Disposition"]
    assert named_as == f'inline; filename="message-back-{message.reference}.pdf"'


@pytest.mark.parametrize("accept", ["text/html", "application/pdf", "application/json"])
def test_a_refusal_is_a_problem_in_every_form(accept, cast, as_user):
    url = "/api/v1/referrals/R-23456-789CD/messages-back/M-23456-789CD/"
    answer = as_user(cast.gp).get(url, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.content)["code"] == "not_found"


def test_the_notices_link_leads_to_the_page_and_so_does_the_page_of_the_referral(cast, referral_at, client):
    message = referral_at("accepted").messages_back.get()
    client.force_login(cast.gp)
    page = client.get(f"/r/{message.reference}")
    assert page.status_code == 200
    address = f"/api/v1/referrals/{message.referral.reference}/messages-back/{message.reference}/?format=pdf"
    assert f'href="{address}"' in page.content.decode()
    assert f'href="/r/{message.reference}"' in client.get(f"/r/{message.referral.reference}").content.decode()
    client.force_login(cast.provider)
    assert client.get(f"/r/{message.reference}").status_code == 404


def test_what_is_kept_is_what_the_document_says(cast, referral_at):
    referral_at("accepted")
    assert MessageBack.objects.get().document == json.loads(MessageBack.objects.get().text)
    assert list(issued(LONG)) == list(asdict(LONG))


def test_a_moment_of_real_life_has_parts_of_a_second():
    document = issued(SHORT) | {"issued_at": "2026-11-02T09:30:15.123456+00:00"}
    assert pdf_of(document) == pdf_of(document | {"issued_at": "2026-11-02T09:30:15+00:00"})
