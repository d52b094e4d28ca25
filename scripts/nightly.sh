#!/usr/bin/env bash
# What takes too long for every change: coverage-guided fuzzing where a nightly compiler and cargo-fuzz are, then
# all tests with ten times the kills.
set -euo pipefail
cd "$(dirname "$0")/.."

if cargo +nightly fuzz --version >/dev/null 2>&1; then
  for target in frame_decoder put_body protobuf_body compressed_body cursor authorization image voc manifest yolo csv; do
    seeds=()
    [ ! -d "fuzz/seeds/$target" ] || seeds=("fuzz/corpus/$target" "fuzz/seeds/$target")
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "${seeds[@]}" -- -max_total_time="${FUZZ_SECONDS:-300}"
  done
else
  echo "no nightly compiler with cargo-fuzz: the fuzz bodies run only with proptest" >&2
fi
KILLS="${KILLS:-200}" exec scripts/test.sh
