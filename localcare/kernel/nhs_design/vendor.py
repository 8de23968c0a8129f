"""Refreshes or checks the vendored front-end files: `python -m localcare.kernel.nhs_design.vendor [--check]`.

Refreshing needs Node.js with npm, in a throw-away folder; serving, testing and checking need neither.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOM = Path(__file__).resolve().parent
MANIFEST = ROOM / "vendored.yaml"
STATIC = ROOM / "static" / "nhs_design"
ICONS = (
    "nhsuk-icon-arrow-down.svg",
    "nhsuk-icon-arrow-up.svg",
    "nhsuk-icon-arrow-up-down.svg",
    "nhsuk-icon-cross.svg",
)
MIT = """The MIT Licence (MIT)

Copyright (c) {copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def manifest() -> dict[str, Any]:
    """The manifest as written in `vendored.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return loaded


def checksum(file: Path) -> str:
    """SHA-256 of one file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def problems() -> list[str]:
    """What differs between the manifest and the files on disk, each with its remedy."""
    remedy = "run: python -m localcare.kernel.nhs_design.vendor"
    found = []
    for name, listed in manifest()["files"].items():
        file = STATIC / name
        if not file.exists():
            found.append(f"{name} is missing; {remedy}")
        elif checksum(file) != listed:
            found.append(f"{name} was changed by hand; {remedy}")
    return found


def refresh() -> None:
    """Build the files from the packages named in the manifest and write their checksums."""
    content = manifest()
    with tempfile.TemporaryDirectory() as folder:
        files = _build(Path(folder), content["packages"][0])
    content["files"] = {str(file.relative_to(STATIC)): checksum(file) for file in sorted(files)}
    MANIFEST.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _build(folder: Path, package: dict[str, Any]) -> list[Path]:
    """Install into the folder, compile the styles, copy what pages use; returns the files written."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("Refreshing the vendored files needs Node.js with npm, and npm is not on the PATH.")
    wanted = [f"{package['name']}@{package['version']}"]
    wanted += [f"{tool}@{version}" for tool, version in package["built_with"].items()]
    _run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted])
    built = folder / "node_modules" / package["name"] / "dist" / "nhsuk"
    images = STATIC / "assets" / "images"
    images.mkdir(parents=True, exist_ok=True)
    styles, script = STATIC / "nhsuk-frontend.css", STATIC / "nhsuk-frontend.js"
    sass = folder / "node_modules" / ".bin" / "sass"
    options = [
        "--no-source-map",
        "--style=compressed",
        "--quiet-deps",
        f"--load-path={folder / 'node_modules'}",
    ]
    _run([str(sass), *options, str(ROOM / "styles" / "nhsuk.scss"), str(styles)])
    source = (built / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    script.write_text(_without_source_map(source), encoding="utf-8")
    licence = STATIC / "LICENCE-nhsuk-frontend.txt"
    licence.write_text(MIT.format(copyright=package["copyright"]), encoding="utf-8")
    for icon in ICONS:
        shutil.copyfile(built / "assets" / "images" / icon, images / icon)
    return [styles, script, licence, *(images / icon for icon in ICONS)]


def _without_source_map(script: str) -> str:
    """The script without its pointer to a source map, which is not vendored."""
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "\n", script)


def _run(command: list[str]) -> None:
    """Run one build step and stop with its own words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr or done.stdout}")


def main(arguments: list[str]) -> int:
    """Refresh, or with `--check` only compare; returns the exit code."""
    if "--check" not in arguments:
        refresh()
    found = problems()
    sys.stdout.write("\n".join(found) + "\n" if found else "The vendored files match the manifest.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
