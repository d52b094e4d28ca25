#!/usr/bin/env bash
# Measures the built server beside the ring reference, and image operators beside other libraries, in one run.
# docs/benchmarks.md explains the figures.
#   scripts/bench.sh            everything, about ten minutes
#   scripts/bench.sh --smoke    only shows that everything runs, under 20 seconds
# Other options go through, for example: --only put --shape "16 x 500, 1 part, token" --seconds 60
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
need_rust
cargo build --release --locked --quiet -p tidemill -p tidemill-bench

# Beside the build cache: /tmp may be memory, which would measure no disk.
folder=$(mktemp -d "$CARGO_TARGET_DIR/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$CARGO_TARGET_DIR/release/tidemill-bench" run --server "$CARGO_TARGET_DIR/release/tidemill" --folder "$folder" "$@"

# Options are for the server's part; augmentation only knows whether the figures matter.
smoke=()
[[ " $* " != *" --smoke "* ]] || smoke=(--smoke)
need_python benches/peers/requirements.txt
peers_python="$python"
images=$(scripts/test_images.sh)
"$CARGO_TARGET_DIR/release/tidemill-bench" augment --images "$images" --folder "$folder" --python "$peers_python" \
  "${smoke[@]}"

# The peers of the metrics are large to install; a run whose figures mean nothing does without.
peers=()
if [ ${#smoke[@]} -eq 0 ]; then
  need_python benches/peers/cleanvision.txt
  peers=(--python "$python")
fi
"$CARGO_TARGET_DIR/release/tidemill-bench" features --images "$images" "${peers[@]}" "${smoke[@]}"

"$CARGO_TARGET_DIR/release/tidemill-bench" datasets --server "$CARGO_TARGET_DIR/release/tidemill" --images "$images" \
  --folder "$folder" "${smoke[@]}"
