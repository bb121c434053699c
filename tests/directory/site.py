"""The published directory as a reader of it meets it, and the directory emptied."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client

ROOT = "/open-referral/v3"
KINDS = ("services", "service_at_locations", "taxonomies", "taxonomy_terms", "organizations")


class Site:
    """Reads what is published, without signing in."""

    def __init__(self) -> None:
        self.client = Client()

    def ask(self, path: str, expect: int = 200, **query: Any) -> Any:
        """Return the answer at an address, having held it to what every answer must have."""
        response = self.client.get(f"{ROOT}{path}", query)
        assert response.status_code == expect, (path, query, response.content)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response.cookies == {}
        return response.json()

    def pages(self, kind: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list, to the last."""
        number = 1
        while True:
            page = self.ask(f"/{kind}", page=number, **query)
            yield page
            if page["last_page"]:
                return
            number += 1

    def walk(self, kind: str, per_page: int = 100, **query: Any) -> list[dict[str, Any]]:
        """Return all that a list has."""
        return [entry for page in self.pages(kind, per_page=per_page, **query) for entry in page["contents"]]

    def names(self, kind: str = "services", **query: Any) -> list[str]:
        """Return the names of what a list has, in order."""
        return sorted(entry["name"] for entry in self.walk(kind, **query))

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Return all that is published, whole."""
        whole = {kind: self.walk(kind, full="true") for kind in ("services", "service_at_locations", "organizations")}
        listed = {f"{kind} listed": self.walk(kind) for kind in KINDS}
        taxonomies = [self.ask(f"/taxonomies/{entry['id']}") for entry in listed["taxonomies listed"]]
        return whole | listed | {"taxonomies": taxonomies}


def empty_directory() -> None:
    """Take away every row of the directory."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("services_directory_")]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
