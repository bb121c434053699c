"""The link worker's pages: triage, caseload, a case, contacts, the plan."""
