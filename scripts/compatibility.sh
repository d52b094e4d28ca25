#!/usr/bin/env bash
# Writes docs/compatibility.md anew from the tables of the contract tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
need_python tests/contract/requirements.txt
exec "$python" scripts/compatibility.py
