#!/usr/bin/env bash
# Builds the Go programs that the tests drive, each once for the content of its module, and prints their paths.
#   scripts/go_clients.sh                  all of them
#   scripts/go_clients.sh telekom tofu     these
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh

kept="$tidemill_cache/go"
export GOCACHE="$kept/build" GOMODCACHE="$kept/modules" GOTOOLCHAIN=local GOWORK=off
export GOFLAGS="-mod=readonly -modcacherw -trimpath -buildvcs=false"

# keep NAME MODULE COMMAND... PACKAGE: prints the program of this content; builds it first if there is none.
keep() {
  local name=$1 module="tests/clients/go/$2" content file
  content=$(cat <(printf '%s\n' "$*") "$module"/* | sha256sum | cut -c1-16)
  file="$kept/bin/$name-$content"
  [ -x "$file" ] || build "$file" "$module" "${@:3}"
  printf '%s\n' "$file"
}

# build FILE MODULE COMMAND... PACKAGE: one at a time, because two would want the memory of two.
build() {
  local file=$1 module=$2 lock
  exec {lock}>"$kept/lock"
  flock "$lock"
  if [ ! -x "$file" ]; then
    need_python tests/clients/requirements.txt
    need_go
    say "building $(basename "$file")"
    "$go" -C "$module" "${@:3:$#-3}" -o "$file.new" "${*: -1}"
    mv "$file.new" "$file"
  fi
  exec {lock}>&-
}

client() {
  case $1 in
    # gophertelekomcloud: our tests with it, and its own acceptance tests, unmodified.
    telekom) keep "$1" telekom test -c . ;;
    telekom-acceptance)
      keep "$1" telekom test -c github.com/opentelekomcloud/gophertelekomcloud/acceptance/openstack/dis/v2 ;;
    # The whole provider, unmodified.
    terraform-provider-huaweicloud)
      keep "$1" huaweicloud build github.com/huaweicloud/terraform-provider-huaweicloud ;;
    tofu) keep "$1" tofu build github.com/opentofu/opentofu/cmd/tofu ;;
    *) die "no Go client is called $1" ;;
  esac
}

mkdir -p "$kept/bin"
[ $# -gt 0 ] || set -- telekom telekom-acceptance terraform-provider-huaweicloud tofu
for name; do client "$name"; done
