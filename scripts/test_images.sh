#!/usr/bin/env bash
# Fetches the real images of the tests, once for the content of tests/images, and prints the folder they are in.
# tests/images/README.md says what is there. Tests take the folder from the environment:
#   export TIDEMILL_TEST_IMAGES="$(scripts/test_images.sh)"
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/prerequisites.sh

kept="$tidemill_cache/images"
archives="$kept/archives"

# The same files on every machine: one interpreter version and platform, whatever runs here.
fetch_packages() {
  "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --dest "$archives" \
    --only-binary=:all: --implementation cp --python-version 3.11 --platform manylinux_2_28_x86_64 \
    --requirement tests/images/packages.txt >&2
}

# holds SHA256: whether a file of this content lies in the archives.
holds() { sha256sum "$archives"/*.deb 2>/dev/null | grep "^$1 " >/dev/null; }

fetch_wallpapers() {
  local package version digest
  while read -r package version digest; do
    holds "$digest" || apt_download "$package=$version" || true
    holds "$digest" || die "Debian's archive does not offer $package $version to this machine. Put its .deb" \
      "(SHA-256 $digest) into $archives and run this again."
  done < <(grep -v '^#' tests/images/wallpapers.txt)
}

apt_download() {
  command -v apt-get >/dev/null || return
  (cd "$archives" && { apt-get download -qq "$1" >&2 || { apt_update && apt-get download -qq "$1" >&2; }; })
}

# build FOLDER: everything is fetched, checked and unpacked beside it first, so that the folder is whole or not there.
build() {
  local folder=$1
  command -v dpkg-deb >/dev/null || install dpkg
  need_python tests/images/requirements.txt
  say "fetching the test images"
  mkdir -p "$archives"
  fetch_packages
  fetch_wallpapers
  say "building the development set of images"
  rm -rf "$folder.new"
  "$python" tests/images/build.py "$archives" "$folder.new" >&2
  mv "$folder.new" "$folder"
}

wanted=$(cat tests/images/*.txt tests/images/*.py | sha256sum | cut -c1-16)
folder="$kept/$wanted"
mkdir -p "$kept"
exec {lock}>"$kept/lock"
flock "$lock"
[ -d "$folder" ] || build "$folder"
printf '%s\n' "$folder"
