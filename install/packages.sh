# Installs exactly what a lock file says, by hashes: with uv, which is fast, or else with pip.
set -eu
venv=$1
lock=$2

echo "Installing $lock"
if [ ! -x "$venv/bin/uv" ]; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv || true
fi
if [ -x "$venv/bin/uv" ] && "$venv/bin/uv" pip install --quiet --require-hashes --python "$venv/bin/python" -r "$lock"; then
    exit 0
fi
echo "uv is not to be had; pip does the same in more time"
"$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r "$lock"
