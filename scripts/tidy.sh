#!/usr/bin/env bash
# Rules about the tree that no compiler checks; scripts/tidy.py holds them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
need_rust
command -v python3 >/dev/null || install python3
exec python3 scripts/tidy.py
