#!/usr/bin/env bash
# The rules of ARCHITECTURE.md that a compiler does not check.
set -euo pipefail
cd "$(dirname "$0")/.."
broken=0

# never REASON PATTERN PATH…: no line of our sources may match.
never() {
  local reason=$1 pattern=$2
  shift 2
  if grep -rnE --include='*.rs' -- "$pattern" "$@"; then
    echo "rules: $reason" >&2
    broken=1
  fi
}

# apart CRATE FORBIDDEN…: a crate must not reach these, however far away.
apart() {
  local crate=$1 tree target=()
  shift
  [[ $crate == frontend ]] && target=(--target wasm32-unknown-unknown)
  tree=$(cargo tree --locked --package "$crate" "${target[@]}" --edges normal --prefix none --format '{p}')
  for forbidden in "$@"; do
    if grep -q "^$forbidden v" <<<"$tree"; then
      echo "rules: $crate must not depend on $forbidden (cargo tree -p $crate -e normal -i $forbidden)" >&2
      broken=1
    fi
  done
}

never 'raw HTML is never written into a page' 'inner_html' app/src frontend/src
never 'inline styles do not pass the Content-Security-Policy' '(^|[^[:alnum:]_-])style(:[a-z-]+)?=[^=>]' app/src
never 'SQL is a constant, never put together' 'AssertSqlSafe' */src
never 'only vault issues SQL' 'sqlx::' domain/src seal/src transit/src app/src frontend/src server/src cli/src
never 'the db module is private to vault' 'pub(\([a-z]+\))? mod db' vault/src

apart frontend sqlx tokio vault seal
apart domain sqlx tokio leptos axum
apart seal domain tokio sqlx
apart transit seal vault tokio sqlx axum
apart cli vault seal leptos sqlx

exit "$broken"
