#!/usr/bin/env bash
# Records anew what the real clients send and what this server answers, for `tidemill conformance`.
# Look at the difference before it is committed: it is a change of the contract.
#   scripts/record.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh
need_rust
need_python tests/clients/requirements.txt
need_java_clients tests/clients/java
scripts/go_clients.sh
cargo build --release --locked -p tidemill
# Of the Java clients, what a replay can ask for again: no batches that are cut by the clock, no moved clock.
java=(streams a_stream_is_found_by_its_id_alone scaling the_old_form_of_updating_a_stream
  a_stream_with_all_it_can_be_created_with records_in_every_body_encoding failed_records_in_every_body_encoding
  one_record_by_key the_size_of_a_page every_kind_of_cursor numbers_out_of_a_refused_cursor apps_and_checkpoints
  dump_tasks updating_a_dump_task dump_tasks_to_the_other_destinations clients_with_futures
  partitions_come_in_pages_and_the_page_after_the_last_is_empty)
adapter=(producer_and_consumer positions offsets_for_times seek_out_of_range
  commit_and_restart_of_an_assigned_consumer commit_and_restart_of_a_subscriber
  a_restart_under_the_same_client_id_without_a_goodbye commits_of_a_member_are_fenced
  the_share_of_a_member_that_falls_silent_moves
  partitions_added_while_running_are_read_from_their_start streams_that_match_a_pattern_also_when_they_come_later)
rm -f crates/tidemill/recordings/*.json
TIDEMILL_BIN="$CARGO_TARGET_DIR/release/tidemill" TIDEMILL_JAVA_CLIENTS="$java_clients" \
  "$python" -m pytest -q --record crates/tidemill/recordings \
  tests/clients/test_py_dis.py tests/clients/test_v3_sdk.py tests/clients/test_go.py tests/clients/test_otcextensions.py \
  tests/clients/test_terraform.py::test_scaling_and_tags_are_changed_in_place \
  "${java[@]/#/tests/clients/test_java_sdk.py::test_}" "${adapter[@]/#/tests/clients/test_kafka_adapter.py::test_}"
