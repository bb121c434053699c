"""Nobody carries everything off, and whoever watches hears of who tries."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.services import issue_token
from core import limits
from core.addresses import address_of
from tests.api.test_problems import check

PUBLIC = ("/directory/", "/open-referral/v3/services", "/api/v1/schema/?format=json", "/sign-in/")


def seen(by: dict[str, str], *, proxies: int, settings, rf: RequestFactory) -> str:
    settings.TRUSTED_PROXIES = proxies
    request: HttpRequest = rf.get("/", REMOTE_ADDR=by.pop("from"), headers=by)
    return address_of(request)


@pytest.mark.parametrize(
    ("proxies", "sender", "said", "counted"),
    [
        (0, "203.0.113.5", "192.0.2.7", "203.0.113.5"),  # nobody stands before us: whatever is said is forged
        (1, "10.0.0.1", "192.0.2.7", "192.0.2.7"),
        (1, "10.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.7"),  # the first was written by who asks
        (2, "10.0.0.1", "6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "10.0.0.1", "192.0.2.7", "192.0.2.7"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense" * 20, ("nonsense" * 20)[:64]),
        (0, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),  # one customer has 2^64 of them
        (0, "2001:db8:1:2:ffff::9", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.5", "", "203.0.113.5"),
    ],
)  # fmt: skip
def test_where_somebody_comes_from_is_what_the_last_of_our_proxies_says(proxies, sender, said, counted, rf, settings):
    assert seen({"from": sender, "X-Forwarded-For": said}, proxies=proxies, settings=settings, rf=rf) == counted


def test_one_address_reads_so_much_and_another_goes_on(db, settings, caplog):
    settings.PUBLIC_READS_PER_MINUTE = 5
    reads = [Client().get(path).status_code for path in PUBLIC[:2] * 3]
    assert reads == [200, 200, 200, 200, 200, 429]
    check(Client().get(PUBLIC[1]), 429, "throttled")
    assert [Client().get(path).status_code for path in PUBLIC[2:]] == [429, 429]
    page = Client().get(PUBLIC[0])
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Wait a minute, and go on" in page.content.decode()
    assert 0 < int(page.headers["Retry-After"]) <= 60
    assert Client().get("/healthz").status_code == 200, "whoever watches is not counted"
    assert Client(REMOTE_ADDR="203.0.113.9").get(PUBLIC[0]).status_code == 200
    assert [line.getMessage() for line in caplog.records if line.levelname == "WARNING" and "asks" in line.msg] == [
        "one address asks for more than 5 public pages a minute"
    ]


def test_a_user_who_reads_too_much_is_seen_and_then_stopped_in_pages_and_api_together(cast, settings, caplog):
    settings.USER_REQUESTS_UNUSUAL, settings.USER_REQUESTS_MOST = 3, 5
    browser, program = Client(), Client(headers={"Authorization": f"Bearer {issue_token(user=cast.lead)[0]}"})
    browser.force_login(cast.lead)
    answers = [(browser.get("/"), program.get("/api/v1/referrals/")) for _ in range(3)]
    assert [answer.status_code for pair in answers for answer in pair] == [200, 200, 200, 200, 200, 429]
    check(program.get("/api/v1/me/"), 429, "throttled")
    stopped = browser.get("/")
    assert (stopped.status_code, 0 < int(stopped.headers["Retry-After"]) <= 600) == (429, True)
    told = [
        (line.getMessage(), line.user) for line in caplog.records if line.levelname == "WARNING" and "user" in line.msg
    ]
    assert told == [
        ("a user asks unusually much: 3 requests in ten minutes", str(cast.lead.pk)),
        ("a user is stopped: 6 requests in ten minutes", str(cast.lead.pk)),
    ]
    other = Client()
    other.force_login(cast.gp)
    assert other.get("/").status_code == 200


def test_the_count_begins_anew_and_fills_no_memory(time_machine, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 3)
    time_machine.move_to(1_000_000_000, tick=False)
    span = limits.Span(60)
    assert [span.add("a"), span.add("a"), span.add("b")] == [1, 2, 1]
    time_machine.shift(60)
    assert span.add("a") == 1
    for number in range(10):
        span.add(number)
    assert len(span._seen) <= 4
