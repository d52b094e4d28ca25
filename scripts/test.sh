#!/usr/bin/env bash
# Installs what the tests need and runs all of them: Rust, the real clients, kills. Tests that
# mount a file system need root; where that is refused, the last line tells what was not run.
#   scripts/test.sh
#   PYTEST_ARGS="-k boto3" scripts/test.sh     hands options to pytest
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
. scripts/steps.sh

needs() {
  need_rust
  local missing=() program
  for program in curl:curl gcc:build-essential; do
    command -v "${program%%:*}" >/dev/null || missing+=("${program##*:}")
  done
  [ ${#missing[@]} -eq 0 ] || install ca-certificates "${missing[@]}"
  need_python tests/contract/requirements.txt
  contract_python="$python"
  need_python tests/clients/requirements.txt
  need_java_clients tests/clients/java
}

# The real images of the tests, see tests/images/README.md.
images() {
  TIDEMILL_TEST_IMAGES=$(scripts/test_images.sh)
  export TIDEMILL_TEST_IMAGES
}

# Everything at once, in the one profile that is tested, measured and shipped: nothing is compiled twice.
build() { cargo build --release --locked --workspace --all-targets; }

# The default embedding model, converted by the program that was just built.
embedding_model() {
  TIDEMILL_TEST_MODEL=$(scripts/embedding_model.sh)
  export TIDEMILL_TEST_MODEL
}

# What hangs is a failure, not a run without an end.
# Benchmarks are not tests: `.ci/run` only tries them, with scripts/bench.sh --smoke.
rust_tests() { timeout 1500 cargo test --release --locked --workspace --lib --bins --tests --quiet; }

may_mount() {
  local at refused=0
  at=$(mktemp -d)
  mount -t tmpfs tmpfs "$at" 2>/dev/null && umount "$at" || refused=1
  rmdir "$at"
  return "$refused"
}

# On file systems that really fill up.
small_disks() {
  if may_mount; then
    timeout 600 cargo test --release --locked --workspace --test it -- --ignored --nocapture small_file_system
  else
    not_run "tests on disks that fill up (small_disk.rs, full_disk.rs, test_full_disk.py, the full disk of" \
      "test_processing_faults.py): mounting is refused; run this as root"
  fi
}

# Minutes on a new machine, nothing on the next run.
go_clients() { timeout 2400 scripts/go_clients.sh >/dev/null; }

# What the clients called, for the contract tests. Only a whole run tells it all.
[ -n "${PYTEST_ARGS:-}" ] || export TIDEMILL_CALLS="$CARGO_TARGET_DIR/client-calls.json"

client_tests() {
  # shellcheck disable=SC2086
  TIDEMILL_BIN="$CARGO_TARGET_DIR/release/tidemill" TIDEMILL_JAVA_CLIENTS="$java_clients" \
    timeout 1500 "$python" -m pytest -q -rs tests/clients ${PYTEST_ARGS:-}
}

contract_tests() {
  TIDEMILL_BIN="$CARGO_TARGET_DIR/release/tidemill" \
    timeout 900 "$contract_python" -m pytest -q -rs tests/contract
}

kills() {
  local rounds="${KILLS:-20}"
  TIDEMILL_BIN="$CARGO_TARGET_DIR/release/tidemill" \
    timeout $((600 + rounds * 10)) "$python" tests/crash/kill.py --rounds "$rounds"
}

step "what the tests need" needs
step "test images" images
step "build" build
step "embedding model" embedding_model
step "Rust tests" rust_tests
step "full disks" small_disks
step "Go clients" go_clients
step "real clients" client_tests
step "contract" contract_tests
step "kills under load" kills
