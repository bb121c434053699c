"""A document that states a fact is generated, or tested here."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from openapi_spec_validator import validate

from referrals.management.commands.draw_pathway import page
from referrals.models import OnwardReferral, Referral
from referrals.pathway import steps_of
from tests import matrix

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


def test_the_pathway_page_is_what_the_code_says():
    assert (ROOT / "docs" / "pathway.md").read_text(encoding="utf-8") == page(), "run: make pathway"


def test_the_readme_shows_the_same_picture():
    picture = re.search(r"```mermaid\n.*?```", page(), flags=re.DOTALL)
    assert picture is not None
    assert picture.group() in (ROOT / "README.md").read_text(encoding="utf-8"), "copy it from docs/pathway.md"


def test_the_api_document_is_what_the_code_says(tmp_path):
    fresh = tmp_path / "openapi.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
    assert (ROOT / "docs" / "openapi.yml").read_text(encoding="utf-8") == fresh.read_text(encoding="utf-8"), (
        "run: make schema"
    )


@pytest.mark.parametrize(
    ("kind", "machine", "model", "steps"),
    [
        ("referrals", "Referral", Referral, matrix.REFERRAL_TARGETS),
        ("onward-referrals", "Onward", OnwardReferral, matrix.ONWARD_TARGETS),
    ],
)
def test_the_api_document_has_every_step_and_every_problem_of_it(kind, machine, model, steps):
    document = yaml.safe_load((ROOT / "docs" / "openapi.yml").read_text(encoding="utf-8"))
    assert document["openapi"] == "3.1.0"
    for step in set(steps) - {"expire"}:  # a clock takes that one
        operation = document["paths"][f"/api/v1/{kind}/{{reference}}/{step.replace('_', '-')}/"]["post"]
        documented = set(operation["responses"])
        assert documented == {"200", "400", "401", "403", "404", "406", "409", "411", "412", "413", "415", "429"}, step
        assert "If-Match" in [parameter["name"] for parameter in operation["parameters"]]
        name = "".join(part.title() for part in step.split("_")) + machine + "Input"
        sent = document["components"]["schemas"].get(f"{name}Request", {"properties": {}, "required": []})
        declared = steps_of(model)[step].rules
        assert set(sent.get("required", [])) == {
            *(["reason"] if declared.reasons else []), *(["outcome"] if declared.outcomes else []), *declared.requires
        }, step  # fmt: skip
        assert set(sent["properties"]) == set(sent.get("required", [])) | set(declared.allows), step


def test_the_api_document_is_a_valid_one():
    validate(yaml.safe_load((ROOT / "docs" / "openapi.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_named_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)[^`]*`", document.read_text(encoding="utf-8")))
    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_named_exists(document):
    named = set(re.findall(r"`manage\.py ([a-z0-9_]+)", document.read_text(encoding="utf-8")))
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")} | {"migrate", "check", "shell"}
    assert named - ours == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_named_exists(document):
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|md|yml|toml|json))`", document.read_text(encoding="utf-8"))
    in_the_repository = [name for name in named if not name.startswith("var/")]
    assert [name for name in in_the_repository if not (ROOT / name).exists()] == []


def test_the_adrs_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_since_threats_are_modelled_says_what_could_go_wrong():
    silent = [
        path.name
        for path in sorted((ROOT / "docs" / "adr").glob("*.md"))[56:]
        if "\n## What could go wrong\n" not in path.read_text(encoding="utf-8")
    ]
    assert silent == []


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
