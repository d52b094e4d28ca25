#!/usr/bin/env bash
# Records anew what the real clients send and what this server answers, for `tidemill conformance`.
# Look at the difference before it is committed: it is a change of the contract.
#   scripts/record.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
need_rust
need_python tests/clients/requirements.txt
cargo build --release --locked -p tidemill
rm -f crates/tidemill/recordings/*.json
TIDEMILL_BIN="$CARGO_TARGET_DIR/release/tidemill" "$python" -m pytest -q --record crates/tidemill/recordings \
  tests/clients/test_py_dis.py tests/clients/test_v3_sdk.py tests/clients/test_go.py \
  tests/clients/test_terraform.py::test_scaling_and_tags_are_changed_in_place
