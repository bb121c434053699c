"""Write anew what the pages take from nhsuk-frontend: `make vendor`, for a developer who moves to another version.

It needs npm, which nothing else here does: what it writes is kept with the code (docs/adr/0041). The stock sheet
fetches a typeface that only NHS bodies may use, from a host of theirs; ours asks nobody for anything.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "10.6.1"
"""The release that the macros of nhsuk-frontend-jinja 0.10.2 are written for: both move together."""
FOLDER = Path(__file__).parent / "static" / "vendor" / f"nhsuk-{VERSION}"
ICONS = ("arrow-down", "arrow-up", "arrow-up-down", "cross")
"""Those that the style sheet asks for."""
NOTICE = f"""nhsuk-frontend {VERSION}, (c) NHS England, under the MIT licence; written here by `make vendor`.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

Changed here: no typeface is fetched, icons are found beside the sheet, no source maps.
"""


def plain_sheet(sheet: str) -> str:
    """Return the style sheet without what it would ask others for.

    :raises ValueError: if a later release asks in a way that is not known here.
    """
    sheet = re.sub(r"@font-face\{.*?\}", "", sheet)
    sheet = re.sub(r"Frutiger W01, ?arial", "Arial,Helvetica", sheet)
    sheet = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", sheet)
    sheet = sheet.replace("url(/assets/images/", "url(images/")
    if found := re.findall(r"Frutiger|https?://(?!www\.w3\.org)|url\((?!images/|data:)[^)]*", sheet):
        raise ValueError(f"The style sheet asks for {found}.")
    return sheet


def main() -> None:
    """Fetch the release with npm, and write the folder anew."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(  # noqa: S603
            ["npm", "pack", "--silent", f"nhsuk-frontend@{VERSION}"],  # noqa: S607
            cwd=place,
            check=True,
        )
        with tarfile.open(next(Path(place).glob("*.tgz"))) as package:
            package.extractall(place, filter="data")
        source = Path(place) / "package" / "dist" / "nhsuk"
        (FOLDER / "images").mkdir(parents=True, exist_ok=True)
        sheet = (source / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
        (FOLDER / "nhsuk.min.css").write_text(plain_sheet(sheet), encoding="utf-8")
        script = (source / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
        script = re.sub(r"//# sourceMappingURL=\S+", "", script)
        (FOLDER / "nhsuk.min.js").write_text(script, encoding="utf-8")
        for icon in ICONS:
            name = f"nhsuk-icon-{icon}.svg"
            (FOLDER / "images" / name).write_bytes((source / "assets" / "images" / name).read_bytes())
        (FOLDER / "LICENCE.txt").write_text(NOTICE, encoding="utf-8")
    sys.stdout.write(f"Written: nhsuk-frontend {VERSION}. Delete the folder of the release before it.\n")


if __name__ == "__main__":
    main()
