"""How a test takes a step and reads what was sent back."""


def listed(client, referral):
    answer = client.get(f"/api/v1/referrals/{referral.reference}/messages-back/")
    assert answer.status_code == 200
    return answer.json()["results"]


def newest(client, referral):
    answer = client.get(listed(client, referral)[0]["url"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json()


def take(client, referral, step, said=None):
    answer = client.post(f"/api/v1/referrals/{referral.reference}/{step}/", said or {})
    assert answer.status_code == 200, answer.json()
