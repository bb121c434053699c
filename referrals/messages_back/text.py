"""The message back as plain text: to paste into a record that takes no file."""

from typing import Any

from referrals.messages_back.presentation import Block, Bullets, Facts, Words, page_of


def text_of(document: dict[str, Any]) -> str:
    """Return a document as it was issued, in lines: the same as its page says, codes included, in the same order."""
    page = page_of(document)
    parts = [[page.title], _lines(page.filed_by)]
    for section in page.sections:
        lines = [line for block in section.blocks for line in _lines(block)]
        parts.append([section.heading.upper(), *lines])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Words):
        return [block.text]
    if isinstance(block, Bullets):
        return [*([f"{block.label}:"] if block.label else []), *(f"- {item}" for item in block.items)]
    if isinstance(block, Facts):
        return [f"{name}: {value}" for name, value in block.pairs]
    rows = ("; ".join(f"{column}: {cell}" for column, cell in row if cell) for row in block.named_rows)
    return [f"{block.caption}:", *(f"- {row}" for row in rows)]
