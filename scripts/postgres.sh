#!/usr/bin/env bash
# A throw-away Postgres for tests: fast, on a free port of this machine, gone afterwards.
#   scripts/postgres.sh run COMMAND…    with TEST_DATABASE_URL set (as it is, if it is set already)
#   scripts/postgres.sh start|url|stop  the same by hand
set -euo pipefail
cd "$(dirname "$0")/.."
state=target/postgres # of start, url and stop: "bin folder url"

# Postgres refuses to run as root; Debian's package brings a user for it.
as_postgres() {
  if ((EUID)); then "$@"; else (cd / && runuser -u postgres -- "$@"); fi
}

# Sets bin, folder and url.
start() {
  scripts/setup.sh postgres
  local port password
  bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1)
  # Not in this repository: the user postgres may not be allowed in, and socket paths must be short.
  folder=$(as_postgres mktemp -d "${TMPDIR:-/tmp}/strongroom-postgres.XXXXXX")
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  as_postgres sh -c "umask 077; echo $password >$folder/password"
  as_postgres "$bin/initdb" -D "$folder/data" -U strongroom --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  # Another process may take a port between choosing and using it: then the next one is tried.
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -s start -o "\
      -p $port -h 127.0.0.1 -k $folder -c max_connections=200 -c fsync=off -c synchronous_commit=off \
      -c full_page_writes=off -c max_wal_size=4GB" || continue
    url=postgres://strongroom:$password@127.0.0.1:$port/postgres
    return
  done
  as_postgres cat "$folder/log" >&2
  stop
  exit 1
}

# Ends what bin and folder say.
stop() {
  [[ -n ${folder-} ]] || return 0
  as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate -w -s stop 2>/dev/null || true
  as_postgres rm -rf "$folder"
}

stop_by_hand() {
  if [[ -e $state ]]; then
    read -r bin folder _ <"$state"
    stop
    rm "$state"
  fi
}

case ${1-} in
  start)
    stop_by_hand
    start
    mkdir -p "${state%/*}"
    echo "$bin $folder $url" >"$state"
    echo "$url"
    ;;
  url) cut -d' ' -f3 "$state" ;;
  stop) stop_by_hand ;;
  run)
    shift
    if [[ -z ${TEST_DATABASE_URL-} ]]; then
      trap stop EXIT
      trap 'exit 130' INT TERM
      start
      export TEST_DATABASE_URL=$url
    fi
    "$@"
    ;;
  *)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
