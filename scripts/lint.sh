#!/usr/bin/env bash
# Runs the cargo command given and fails if our own crates have warnings, rustc's or clippy's. Cargo
# repeats the warnings of what it does not compile again, so a second run is as strict as the first.
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" 2>&1 | tee "$log" >&2
if grep -Eq '^warning: `[^`]+` \(.*\) generated [0-9]+ warning' "$log"; then
  echo 'lint: warnings are errors here' >&2
  exit 1
fi
