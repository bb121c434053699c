# ruff: noqa: S603 - these tests start programs, that is their point
"""The stand-in for GOV.UK Notify, as a process of its own over real HTTP. The service sends to it in other tests."""

import base64
import hashlib
import hmac
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from standalone import notify_catcher, processes
from standalone.ports import answers
from tests.standalone.stub_project import PROJECT, environment, own_ports, wait_until

REFERENCE = "0f0c2f5e-6a9f-4f0b-8a53-9a3c1d1b7e31"


def bearer() -> str:
    """A token as anybody makes one who has read RFC 7519 and not our code."""

    def text(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).decode().rstrip("=")

    service, secret = notify_catcher.API_KEY[-73:-37], notify_catcher.API_KEY[-36:]
    signed = (
        text(b'{"alg":"HS256","typ":"JWT"}') + "." + text(f'{{"iss":"{service}","iat":{int(time.time())}}}'.encode())
    )
    return f"Bearer {signed}.{text(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def ask(port: int, method: str, path: str, body: Any = None, *, token: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        content = body if isinstance(body, str) else json.dumps(body)
        connection.request(method, path, content, {"Authorization": token} if token else {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def text_to(number: str, *, words: str = "There is news.") -> dict[str, Any]:
    return {
        "phone_number": number, "template_id": notify_catcher.TEMPLATES["sms"], "reference": REFERENCE,
        "personalisation": {"message": words},
    }  # fmt: skip


def test_what_it_took_is_there_after_a_kill_and_nothing_runs_in_a_browser(tmp_path: Path) -> None:
    port = int(own_ports()["NOTIFY_PORT"])
    command = [sys.executable, "-m", *processes.notify_catcher(str(tmp_path), port)]
    with subprocess.Popen(command, cwd=PROJECT, env=environment()) as process:
        wait_until(lambda: answers(port))
        status, said = ask(
            port, "POST", "/v2/notifications/sms", text_to("07700 900123", words="<b>news"), token=bearer()
        )
        assert (status, json.loads(said)["reference"]) == (201, REFERENCE)
        process.kill()
    with subprocess.Popen(command, cwd=PROJECT, env=environment()) as process:
        wait_until(lambda: answers(port))
        _, listed = ask(port, "GET", f"/v2/notifications?reference={REFERENCE}", token=bearer())
        (row,) = json.loads(listed)["notifications"]
        assert (row["to"], row["status"]) == ("07700 900123", "sending")
        one = json.loads(ask(port, "GET", f"/v2/notifications/{row['id']}", token=bearer())[1])
        assert one == row
        page = ask(port, "GET", "/")[1]
        assert "1 caught" in page
        assert "&lt;b&gt;news" in page
        for method, path, body, token, expected in (
            ("GET", "/v2/notifications", None, "", 403),
            ("POST", "/v2/notifications/sms", text_to("07700 900123"), "Bearer x", 403),
            ("POST", "/v2/notifications/sms", "{never closed", bearer(), 400),
            ("POST", "/v2/notifications/sms", text_to("0161 496 0000"), bearer(), 400),
            ("POST", "/v2/notifications/email", text_to("07700 900123"), bearer(), 404),
            ("GET", "/v2/notifications/unknown", None, bearer(), 404),
        ):
            assert ask(port, method, path, body, token=token)[0] == expected, path
        assert "1 caught" in ask(port, "GET", "/")[1]
        process.terminate()
        assert process.wait(timeout=10) == 0
