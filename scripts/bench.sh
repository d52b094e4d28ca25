#!/usr/bin/env bash
# Measures the built server beside the ring reference, in one run. docs/benchmarks.md explains the figures.
#   scripts/bench.sh            everything, about ten minutes
#   scripts/bench.sh --smoke    only shows that everything runs, under 20 seconds
# Other options go through, for example: --only put --shape "16 x 500, 1 part, token" --seconds 60
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tidemill/target}"
cargo build --release --locked --quiet -p tidemill -p tidemill-bench

# Beside the build cache: /tmp may be memory, which would measure no disk.
folder=$(mktemp -d "$CARGO_TARGET_DIR/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$CARGO_TARGET_DIR/release/tidemill-bench" run --server "$CARGO_TARGET_DIR/release/tidemill" --folder "$folder" "$@"
