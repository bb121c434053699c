"""Draw the machines from their declarations: `docs/pathway.md` is made of this and tested to be fresh."""

from collections.abc import Mapping

from referrals.pathway.steps import Step


def diagram(*, steps: Mapping[str, Step], ended: tuple[str, ...], first: str) -> str:
    """Return a machine as a Mermaid state diagram: one arrow for each source, target and step."""
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR", f"    [*] --> {first}"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in steps.values():
        for source in step.sources:
            arrows.setdefault((source, step.target), []).append(step.name.replace("_", " "))
    lines += [f"    {source} --> {target} : {' / '.join(names)}" for (source, target), names in arrows.items()]
    lines += [f"    {status} --> [*]" for status in ended]
    return "\n".join([*lines, "```"])


def table(*, steps: Mapping[str, Step]) -> str:
    """Return a machine's steps as a Markdown table: from, to, who, and what must be said."""
    rows = ["| step | from | to | who | must say | may say |", "|---|---|---|---|---|---|"]
    for step in steps.values():
        rules = step.rules
        must = [*(["a reason"] if rules.reasons else []), *(["an outcome"] if rules.outcomes else []), *rules.requires]
        cells = (
            f"**{step.name}**",
            ", ".join(step.sources),
            step.target,
            ", ".join(sorted(role.label.lower() for role in rules.by)),
            ", ".join(must),
            ", ".join(rules.allows),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
