#!/usr/bin/env bash
# What takes too long for every change: all tests with ten times the kills.
set -euo pipefail
KILLS="${KILLS:-200}" exec "$(dirname "$0")/test.sh"
