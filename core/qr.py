"""A square code of dots, for a camera to read from a page or from paper."""

from qrcode.main import QRCode


def svg_of(text: str, *, label: str) -> str:
    """Draw a text as a square code within a page, without a style of its own: the pages allow none.

    :param label: what it is, for who does not see it; ours, never typed by anybody.
    """
    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    side = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return (
        f'<svg viewBox="0 0 {side} {side}" width="240" height="240" role="img" '
        f'aria-label="{label}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    )
