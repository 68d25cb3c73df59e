# A PostgreSQL of our own: on a free port, with its data in $scratch, stopped by whoever sources this.
# shellcheck shell=bash

postgres_bin=""

find_postgres() {
  local initdb
  initdb=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1) || true # no such folder
  postgres_bin=${initdb%/initdb}
}

# PostgreSQL refuses to run as root, so there it runs as the user that its package made.
as_database_user() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$scratch" && runuser -u postgres -- "$@")
  else
    (cd "$scratch" && "$@")
  fi
}

# start_postgres OPTIONS: sets $postgres_url.
start_postgres() {
  local data="$scratch/postgres/data" log="$scratch/postgres/log" options="$1" port
  mkdir "$scratch/postgres"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$scratch/postgres"; fi
  as_database_user "$postgres_bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
  for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000)) # below the ports that outgoing connections borrow
    if as_database_user "$postgres_bin/pg_ctl" -D "$data" -l "$log" -w -t 60 \
      -o "-c listen_addresses=127.0.0.1 -p $port -k $scratch/postgres $options" start >/dev/null 2>&1; then
      # shellcheck disable=SC2034  # read by whoever sources this
      postgres_url="postgres://postgres@127.0.0.1:$port/postgres"
      return
    fi
  done
  tail -n 20 "$log" >&2 || true
  echo "PostgreSQL does not start" >&2
  return 1
}

stop_postgres() {
  if [ -s "$scratch/postgres/data/postmaster.pid" ]; then
    as_database_user "$postgres_bin/pg_ctl" -D "$scratch/postgres/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
}
