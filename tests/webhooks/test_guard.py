"""Where a webhook may go. Each address is written by hand, with what becomes of it where real people are served."""

import ipaddress
import socket

import pytest

from notifications.webhooks import guard

PUBLIC = "93.184.215.14"
IN_WRITING = [
    ("https://hooks.practice.example/in", None),
    ("https://hooks.practice.example:8443/in?key=1", None),
    (f"https://{PUBLIC}/in", None),
    ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/in", None),
    ("http://hooks.practice.example/in", "begins with https"),
    (f"http://{PUBLIC}/in", "begins with https"),
    ("ftp://hooks.practice.example/in", "begins with https"),
    ("file:///etc/passwd", "begins with https"),
    ("//hooks.practice.example/in", "begins with https"),
    ("hooks.practice.example", "begins with https"),
    ("https:///in", "begins with https"),
    ("", "begins with https"),
    ("https://rose:secret@hooks.practice.example/in", "user and password"),
    ("https://rose@hooks.practice.example/in", "user and password"),
    ("https://@hooks.practice.example/in", "user and password"),
    ("https://hooks.practice.example/in#part", "what follows the #"),
    ("https://hooks.practice.example/in side", "ASCII"),
    ("https://hooks.practice.example/in\r\nX-Injected: 1", "ASCII"),
    ("https://prаctice.example/in", "ASCII"),  # noqa: RUF001 - the second letter is Cyrillic
    ("https://hooks.practice.example:99999/in", "not a web address"),
    ("https://hooks.practice.example:x/in", "not a web address"),
    ("https://[::1/in", "not a web address"),
    ("https://postgres/in", "a dot in it"),
    ("https://localhost/in", "a dot in it"),
    ("https://redis:6379/", "a dot in it"),
    ("http://localhost:8000/in", "a dot in it"),
    ("https://127.0.0.1/in", "public internet"),
    ("http://127.0.0.1/in", "public internet"),
    ("https://127.8.8.8/in", "public internet"),
    ("https://127.1/in", "public internet"),
    ("https://2130706433/in", "public internet"),
    ("https://0x7f.0.0.1/in", "public internet"),
    ("https://0177.0.0.1/in", "public internet"),
    ("https://127.0.0.1./in", "public internet"),
    ("https://0.0.0.0/in", "public internet"),
    ("https://10.0.0.5/in", "public internet"),
    ("https://172.16.0.1/in", "public internet"),
    ("https://172.31.255.254/in", "public internet"),
    ("https://192.168.1.1/in", "public internet"),
    ("https://169.254.169.254/latest/meta-data/", "public internet"),
    ("https://168.63.129.16/machine", "public internet"),
    ("https://192.0.0.192/opc/v2/", "public internet"),
    ("https://100.100.100.200/latest/", "public internet"),
    ("https://100.64.0.1/in", "public internet"),
    ("https://192.0.2.1/in", "public internet"),
    ("https://198.18.0.1/in", "public internet"),
    ("https://224.0.0.1/in", "public internet"),
    ("https://255.255.255.255/in", "public internet"),
    ("https://[::1]/in", "public internet"),
    ("https://[::]/in", "public internet"),
    ("https://[fe80::1]/in", "public internet"),
    ("https://[fe80::1%25eth0]/in", "begins with https"),
    ("https://[fc00::1]/in", "public internet"),
    ("https://[fd00:ec2::254]/in", "public internet"),
    ("https://[::ffff:127.0.0.1]/in", "public internet"),
    ("https://[::ffff:10.0.0.5]/in", "public internet"),
    ("https://[64:ff9b::7f00:1]/in", "public internet"),
    ("https://[2002:7f00:1::]/in", "public internet"),
    ("https://[2001::1]/in", "public internet"),
    ("https://[2001:db8::1]/in", "public internet"),
    ("https://[ff02::1]/in", "public internet"),
]


def judged(url):
    try:
        guard.target_of(url)
    except guard.Refused as refusal:
        return str(refusal)
    return None


@pytest.fixture
def production(settings):
    settings.WEBHOOKS_MAY_GO_TO_LOOPBACK = False


@pytest.mark.parametrize(("url", "refusal"), IN_WRITING)
def test_what_is_judged_in_writing(url, refusal, production):
    said = judged(url)
    assert said is None if refusal is None else refusal in (said or "")


@pytest.mark.parametrize(
    ("host", "is_named"),
    [
        ("hooks.practice.example", True),
        ("HOOKS.practice.example.", True),
        ("in.hooks.practice.example", False),
        ("practice.example", False),
        ("hooks.practice.example.evil.example", False),
        ("pas.trust.nhs.example", True),
        ("nhs.example", False),  # all below it
        ("evilnhs.example", False),
        (PUBLIC, False),
        ("[2606:2800:21f:cb07:6820:80da:af6b:8b2c]", False),
    ],
)
def test_it_goes_to_those_hosts_alone_that_were_named(host, is_named, production, settings):
    settings.WEBHOOK_HOSTS = ["Hooks.practice.example", ".nhs.example"]
    said = judged(f"https://{host}/in")
    assert said is None if is_named else "Webhooks may not go to this host." in (said or "")
    settings.WEBHOOK_HOSTS = []
    assert "Webhooks may not go to this host." in (judged(f"https://{host}/in") or "")


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://127.0.0.1:8000/in", None),
        ("http://localhost:8000/in", None),
        ("http://[::1]:8000/in", None),
        ("http://10.0.0.5/in", "public internet"),
        ("http://169.254.169.254/in", "public internet"),
        ("http://hooks.practice.example/in", "begins with https"),
        ("http://localhost.practice.example/in", "begins with https"),
    ],
)
def test_where_nobody_real_is_served_a_receiver_may_be_on_this_machine_and_nowhere_else_inside(url, refusal):
    said = judged(url)
    assert said is None if refusal is None else refusal in (said or "")


@pytest.mark.parametrize(
    ("found", "is_refused"),
    [
        ([PUBLIC], False),
        ([PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"], False),
        (["127.0.0.1"], True),
        (["10.0.0.5"], True),
        (["169.254.169.254"], True),
        (["fd00::1"], True),
        (["fe80::1%eth0"], True),
        (["::ffff:192.168.1.1"], True),
        ([PUBLIC, "10.0.0.5"], True),  # one that is inside spoils them all
    ],
)
def test_what_a_name_leads_to_is_judged_when_it_is_sent(found, is_refused, production, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443)) for address in found])
    target = guard.target_of("https://hooks.practice.example/in")
    if is_refused:
        with pytest.raises(guard.Refused, match="public internet"):
            guard.resolve(target)
    else:
        assert guard.resolve(target) == [ipaddress.ip_address(address) for address in found]


def test_a_name_that_leads_to_the_outside_is_no_excuse_for_http(monkeypatch):
    """`localhost` may be asked by http in the demo; a machine on which it means something else gains nothing."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (PUBLIC, 80))])
    with pytest.raises(guard.Refused, match="begins with https"):
        guard.resolve(guard.target_of("http://localhost/in"))


def test_the_parts_of_an_address():
    target = guard.target_of("https://hooks.practice.example:8443/in?key=1")
    assert (target.is_tls, target.host, target.port, target.path, target.authority) == (
        True, "hooks.practice.example", 8443, "/in?key=1", "hooks.practice.example:8443",
    )  # fmt: skip
    assert guard.target_of("https://hooks.practice.example").path == "/"
    assert guard.target_of("https://hooks.practice.example").authority == "hooks.practice.example"
