"""The secret of a link: the same each time, found again however it is typed, and nowhere in the row."""

import datetime as dt
import re

from core.links import digest_of, is_token, opened_by, pass_of, token_of

REFERENCE = "L-7K3M9-QXD24"
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


def test_a_token_is_typed_from_paper_and_known_by_its_digest_alone():
    token = token_of(REFERENCE, purpose="a")
    digest = digest_of(token)

    assert re.fullmatch(r"([2-9CDFGHJKMNPQRTVWX]{5}-){4}[2-9CDFGHJKMNPQRTVWX]{5}", token)
    assert [token_of(REFERENCE, purpose="a"), token_of(REFERENCE, purpose="a", digest=digest)] == [token, token]
    assert token not in {token_of(REFERENCE, purpose="b"), token_of("L-7K3M9-QXD25", purpose="a")}
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert all(is_token(typed, digest) for typed in (token, token.lower(), token.replace("-", " ")))
    assert not any(is_token(typed, digest) for typed in (token[:-1], "", token_of(REFERENCE, purpose="b")))


def test_a_link_on_paper_outlives_the_secret_key_that_made_it(settings):
    token = token_of(REFERENCE, purpose="a")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key" * 5

    assert token_of(REFERENCE, purpose="a", digest=digest_of(token)) == token
    assert token_of(REFERENCE, purpose="a") != token


def test_a_pass_opens_one_row_for_one_purpose_for_a_time():
    given = pass_of(REFERENCE, purpose="a", until=NOON)

    assert opened_by(given, purpose="a", at=NOON - dt.timedelta(seconds=1)) == REFERENCE
    refused = [(given, "a", NOON), (given, "b", NOON - dt.timedelta(hours=1)), (given.replace("24.", "25."), "a", NOON)]
    assert [opened_by(value, purpose=purpose, at=at) for value, purpose, at in refused] == ["", "", ""]
    assert [opened_by(value, purpose="a", at=NOON) for value in ("", "x", f"{REFERENCE}.9999999999")] == ["", "", ""]
