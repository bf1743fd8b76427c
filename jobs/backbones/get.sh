#!/bin/sh
# Bring a backbone, so that audits see what is in images: `jobs/backbones/get.sh --help`. Installs nothing.
set -eu
python=/usr/bin/python3
[ -x "$python" ] || python=python3
command -v "$python" >/dev/null || { echo "get.sh: no Python: apt install python3 python3-pip" >&2; exit 1; }
exec "$python" "$(dirname "$0")/fetch.py" "$@"
