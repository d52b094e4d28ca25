# Sourced by the scripts that check: runs one step after the other and says how long each took.
# shellcheck shell=bash

step_report=()

# step NAME COMMAND...: ends the script if the command fails.
step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    step_report+=("$(printf '%6d s  %s' $((SECONDS - began)) "$name")")
  else
    local status=$?
    step_report+=("$(printf '%6d s  %s FAILED' $((SECONDS - began)) "$name")")
    report_steps
    exit "$status"
  fi
}

report_steps() {
  printf '\nseconds per step\n'
  printf '%s\n' "${step_report[@]}"
}
