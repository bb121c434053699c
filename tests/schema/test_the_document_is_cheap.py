"""The OpenAPI document is there for everybody, so that nobody may make the service work for it again and again."""

import json

import yaml
from django.test import Client

from core.api import SchemaView


def test_each_form_of_it_is_written_once(db, monkeypatch):
    monkeypatch.setattr(SchemaView, "written", {})
    asked = {"": "application/vnd.oai.openapi", "?format=json": "application/vnd.oai.openapi+json"}
    first = {query: Client().get(f"/api/v1/schema/{query}") for query in asked}
    assert [answer.headers["Content-Type"].partition(";")[0] for answer in first.values()] == list(asked.values())
    assert yaml.safe_load(first[""].content) == json.loads(first["?format=json"].content)

    def write(*args, **kwargs):
        raise AssertionError("written again")

    monkeypatch.setattr("drf_spectacular.views.SpectacularAPIView.get", write)
    for query, answer in first.items():
        assert Client().get(f"/api/v1/schema/{query}").content == answer.content
    assert Client().get("/api/v1/schema/?format=xml").status_code == 406
