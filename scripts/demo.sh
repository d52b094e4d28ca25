#!/usr/bin/env bash
# The main job on real data, through real clients: a file goes in line by line, a dump task delivers it to a
# bucket, and the delivered objects, joined in name order, are the file again. The delivered files become a version
# of a dataset; then a folder of real pictures becomes a clean dataset with a reason for each of them: report.html
#
# Usage: scripts/demo.sh [--stay]     --stay keeps the server running afterwards, until Ctrl-C
#
# Installs what is missing (a C compiler, cmake, nasm, python3-venv; with sudo when not root), builds, then needs no network.
set -euo pipefail

cd "$(dirname "$0")/.."
. scripts/prerequisites.sh

stay=
case "${1-}" in
  "") ;;
  --stay) stay=1 ;;
  *) die "usage: scripts/demo.sh [--stay]" ;;
esac

need_rust
need_python demo/requirements.txt
say "building (the first time takes some minutes)"
cargo build --release --locked --package tidemill
tidemill="$CARGO_TARGET_DIR/release/tidemill"

model=$(scripts/embedding_model.sh)

started=$SECONDS
unset "${!TIDEMILL_@}"
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say "== a server on free ports, in a directory that goes away"
mkfifo "$work/ready"
export TIDEMILL_DATA_DIR="$work/data" TIDEMILL_EMBEDDING_MODEL="$model"
"$tidemill" serve --listen 127.0.0.1:0 --objects-listen 127.0.0.1:0 --log-ring-size 64MiB --disk-full-below 64MiB \
  --limits.throughput=false --log-level warn >"$work/ready" 2>"$work/log" &
server=$!
read -r -t 30 _ _ api objects <"$work/ready" || die "the server did not start: $(cat "$work/log")"
export TIDEMILL_ENDPOINT="${api#api=}" TIDEMILL_OBJECTS_ENDPOINT="${objects#objects=}"
set -a
eval "$("$tidemill" key show --secret)"
set +a
say "   api $TIDEMILL_ENDPOINT  objects $TIDEMILL_OBJECTS_ENDPOINT"

say "== a bucket, a stream with one partition, a dump task that delivers every 30 s"
"$python" demo/client.py create
"$tidemill" stream list >&2

say "== a dataset whose input path is where the dump task writes"
"$tidemill" dataset create flights --kind free --input obs://demo-flights/out/ --output obs://demo-flights/made/

say "== flights.csv through the stream SDK: one line, one record, spread over 36 s like a live feed"
gunzip -c demo/data/flights.csv.gz >"$work/flights.csv"
"$python" demo/client.py send "$work/flights.csv"

say "== waiting in real time until the dump task has delivered it, then comparing (boto3)"
"$python" demo/client.py await "$work/flights.csv" "$work/delivered"

say "== reading the stream back and comparing (stream SDK)"
"$python" demo/client.py read "$work/flights.csv"

say "== proving the bucket complete, without a gap and without a duplicate, from its ledger"
# The ledger follows the objects it tells about by a moment.
for _ in {1..20}; do
  "$tidemill" dump verify --bucket demo-flights >"$work/proof" 2>&1 && proven=1 && break
  sleep 0.5
done
cat "$work/proof" >&2
[ -n "${proven-}" ] || die "the bucket is not proven"

say "== the stream has fed the dataset: taking in what was delivered, and publishing it as a version"
"$tidemill" dataset sync flights
"$tidemill" dataset publish flights
delivered=$(find "$work/delivered" -type f | wc -l)
samples=$("$tidemill" --json dataset show flights | "$python" -c 'import json, sys; print(json.load(sys.stdin)["total_sample_count"])')
[ "$samples" = "$delivered" ] || die "the dataset has $samples samples and not the $delivered delivered objects"

say "== a folder of pictures, some of them broken or there twice, into a bucket (boto3), a dataset of it, a version"
"$python" demo/client.py upload demo/images demo-pictures
"$tidemill" dataset create pictures --input obs://demo-pictures/in/ --output obs://demo-pictures/made/
"$tidemill" dataset publish pictures --name before

say "== processing: repair or drop what is broken, drop what is there twice; the result is the next version"
"$tidemill" task create clean --operator MetaValidation --operator SimDeduplication:simlarity_threshold=0.96 \
  --dataset pictures --to-dataset pictures --to-version after
"$tidemill" task results clean --only changed >&2
"$tidemill" task results clean --only dropped >&2

say "== feature analysis of both versions, and a page with all of it"
"$tidemill" task analyse features-before pictures --version before >&2
"$tidemill" task analyse features-after pictures --version after >"$work/features"
"$tidemill" task report clean --analysis features-before --analysis features-after --output report.html

say
say "done in $((SECONDS - started)) s after the build: what went in came out, once, and each picture has its reason."
if [ -n "$stay" ]; then
  say
  say "The server stays until Ctrl-C. In another terminal:"
  say "  export TIDEMILL_DATA_DIR=$TIDEMILL_DATA_DIR"
  say "  $tidemill stream show flights"
  say "  $tidemill record get flights --limit 5"
  say "  $tidemill dump show flights to-bucket"
  say "  $tidemill dataset versions pictures"
  say "  $tidemill task results clean"
  say "  curl $TIDEMILL_ENDPOINT/metrics"
  wait "$server"
fi
cat >&2 <<NEXT

What to look at next:
  report.html                     every changed or dropped picture, before and after, and the feature curves
  scripts/demo.sh --stay          the same, and the server stays so that you can look around
  $tidemill serve                 a server of your own on ports 7070 and 7071
  $tidemill --help                streams, dump tasks, datasets and processing from the command line
  demo/client.py                  how the SDK and boto3 are pointed at a server
  README.md, docs/configuration.md
NEXT
