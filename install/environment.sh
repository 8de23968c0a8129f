# Makes the virtual environment, with the localcare command in it.
set -eu
venv=$1
project=$(cd "$(dirname "$0")/.." && pwd)

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    for candidate in python3.13 python3.12 python3.11; do
        if "$candidate" -c '' 2>/dev/null; then PYTHON=$candidate; break; fi
    done
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Local Care needs Python 3.11 or later. Install it, or name one: make demo PYTHON=/path/to/python3" >&2
    exit 1
fi
echo "Making the Python environment in $venv"
if ! "$PYTHON" -m venv --clear "$venv"; then
    echo "Python has no venv module here. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
"$venv/bin/python" - "$project" <<'PYTHON_END'
import sys, sysconfig
from pathlib import Path

project = sys.argv[1]
Path(sysconfig.get_path("purelib"), "localcare.pth").write_text(project + "\n", encoding="utf-8")
command = Path(sys.prefix, "bin", "localcare")
command.write_text(
    '#!/bin/sh\nexec "$(dirname "$0")/python" -P -m localcare "$@"\n', encoding="utf-8"
)
command.chmod(0o755)
PYTHON_END
