#!/usr/bin/env bash
# Measures the built server beside the ring reference, and images beside other libraries, in one run.
# docs/benchmarks.md explains the figures.
#   scripts/bench.sh                  everything, about fifteen minutes
#   scripts/bench.sh --smoke          only shows that everything runs, under 20 seconds
#   scripts/bench.sh --only augment   one part of images: augment, features, duplicates or datasets
# Other options are for the server's parts, for example: --only put --shape "16 x 500, 1 part, token" --seconds 60
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh

smoke=() server=() parts=()
while [ $# -gt 0 ]; do
  case "$1" in
    --only) parts+=("${2?--only what?}"); shift ;;
    --smoke) smoke=(--smoke); server+=("$1") ;;
    *) server+=("$1") ;;
  esac
  shift
done

# wants PART: whether it was asked for; without --only everything is.
wants() { [ ${#parts[@]} -eq 0 ] || [[ " ${parts[*]} " == *" $1 "* ]]; }

need_rust
cargo build --release --locked --quiet -p tidemill -p tidemill-bench
bench="$CARGO_TARGET_DIR/release/tidemill-bench"

# Beside the build cache: /tmp may be memory, which would measure no disk.
folder=$(mktemp -d "$CARGO_TARGET_DIR/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT

of_server=()
for part in "${parts[@]}"; do
  case "$part" in
    augment | features | duplicates | datasets) ;;
    *) of_server+=(--only "$part") ;;
  esac
done
if [ ${#parts[@]} -eq 0 ] || [ ${#of_server[@]} -gt 0 ]; then
  "$bench" run --server "$CARGO_TARGET_DIR/release/tidemill" --folder "$folder" "${of_server[@]}" "${server[@]}"
fi

# The peers are large to install; a run whose figures mean nothing does without those it can.
# peer REQUIREMENTS: sets $peer to the option that names the interpreter.
peer() {
  peer=()
  [ ${#smoke[@]} -eq 0 ] || return 0
  need_python "$1"
  peer=(--python "$python")
}

if wants augment; then
  need_python benches/peers/requirements.txt
  "$bench" augment --images "$(scripts/test_images.sh)" --folder "$folder" --python "$python" "${smoke[@]}"
fi
if wants features; then
  peer benches/peers/cleanvision.txt
  "$bench" features --images "$(scripts/test_images.sh)" "${peer[@]}" "${smoke[@]}"
fi
if wants duplicates; then
  peer benches/peers/duplicates.txt
  "$bench" duplicates --images "$(scripts/test_images.sh)" --model "$(scripts/embedding_model.sh)" "${peer[@]}" \
    "${smoke[@]}"
fi
if wants datasets; then
  "$bench" datasets --server "$CARGO_TARGET_DIR/release/tidemill" --images "$(scripts/test_images.sh)" \
    --folder "$folder" "${smoke[@]}"
fi
