# Sourced by the scripts that check: runs one step after the other and says at the end how long each took.
# shellcheck shell=bash

step_report=()
step_left_out=()
step_name=
step_began=0

# step NAME COMMAND...: the command runs with errexit on, so the first failure inside it ends the script.
step() {
  step_name=$1 step_began=$SECONDS
  shift
  printf '\n== %s\n' "$step_name"
  "$@"
  note_step "$step_name"
  step_name=
}

# not_run WHAT...: tells now and at the end what a step could not do here.
not_run() {
  step_left_out+=("$*")
  printf 'NOT RUN: %s\n' "$*"
}

note_step() { step_report+=("$(printf '%6d s  %s' $((SECONDS - step_began)) "$1")"); }

report_steps() {
  [ -z "$step_name" ] || note_step "$step_name FAILED"
  printf '\nseconds per step\n'
  printf '%s\n' "${step_report[@]}"
  [ ${#step_left_out[@]} -eq 0 ] || printf 'NOT RUN: %s\n' "${step_left_out[@]}"
}

trap report_steps EXIT
