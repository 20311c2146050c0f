#!/usr/bin/env bash
# Asks the real server odd things, made from its own document: as nobody, and as an admin's token. Then the parsers of
# strangers' bytes, where a nightly compiler and cargo-fuzz are there.
#
#   scripts/fuzz.sh [seconds for each parser] [examples for each route]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30} examples=${2:-20}
tool=target/schemathesis/bin/schemathesis

place=$(mktemp -d)
server=
end() {
  [[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" || true
  rm -rf "$place"
}
trap end EXIT

binary=$PWD/target/release/strongroom-server
(cd "$place" && "$binary" bootstrap --email admin@example.com --password-stdin --token <<<'correct horse battery' >token)
(cd "$place" && exec "$binary" serve --listen 127.0.0.1:0 --connections-per-address 0 2>log >/dev/null) &
server=$!
for _ in $(seq 100); do
  address=$(sed -n 's/.*ready.*listen=\([0-9.:]*\).*/\1/p' "$place/log")
  [[ -n $address ]] && break
  sleep 0.1
done

# A stream that never ends cannot be asked this way, and what ends the admin or the token ends the run.
"$binary" openapi >"$place/openapi.json"
ask() {
  "$tool" run "$place/openapi.json" --url "http://$address" --max-examples "$examples" --seed 1 --workers 2 \
    --exclude-path-regex '/watch$' --request-timeout 30 --phases examples,coverage,fuzzing --no-color --warnings off \
    --checks not_a_server_error,status_code_conformance,response_schema_conformance,ignored_auth "$@"
}
failed=0
ask || failed=1
ask --header "Authorization: Bearer $(cat "$place/token")" --exclude-path-regex '/watch$|/tokens/|/people' || failed=1

if grep -E 'ERROR|panicked' "$place/log"; then failed=1; fi
(cd "$place" && "$binary" verify) || failed=1

if rustup toolchain list 2>/dev/null | grep -q nightly && cargo +nightly fuzz --version >/dev/null 2>&1; then
  for target in import formats; do
    (unset RUSTC_WORKSPACE_WRAPPER; cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -max_len=65536)
  done
else
  echo 'the parsers were left out: they need a nightly compiler and cargo-fuzz' >&2
fi
exit $failed
