"""The proof that nothing is lost: every rule of the pathway, over the whole database (docs/integrity.md)."""

from insights.integrity.audit import Audit, audit, latest_run, run_audit
from insights.integrity.findings import Finding, Findings, latest_findings
from insights.integrity.rules import RULES

__all__ = [
    "RULES",
    "Audit",
    "Finding",
    "Findings",
    "audit",
    "latest_findings",
    "latest_run",
    "run_audit",
]
