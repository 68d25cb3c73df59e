#!/usr/bin/env bash
# Measures: taps per second through the batch on both databases beside the usual way, start and memory, back-up and restore.
#
#   bash scripts/bench.sh              prints the tables
#   bash scripts/bench.sh --readme     also writes them into README.md
#
# Needs what scripts/test.sh installs (run that first). Nothing else should be working on the machine meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/postgres.sh
. scripts/lib/postgres.sh

scratch=$(mktemp -d /tmp/lopso-bench.XXXXXX)
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  stop_postgres
  rm -rf "$scratch"
}
trap clean_up EXIT
chmod 755 "$scratch"

find_postgres
if [ -z "$postgres_bin" ]; then
  echo "scripts/bench.sh: no PostgreSQL here; run scripts/test.sh first, it installs one" >&2
  exit 1
fi
# Durable, as a school would run it: every commit reaches the disk before it is acknowledged.
start_postgres "-c fsync=on -c synchronous_commit=on -c max_connections=50"
export LOPSO_BENCH_POSTGRES=$postgres_url

machine() {
  local cpu memory
  cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
  memory=$(awk '/^MemTotal:/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
  printf '%s on %s: %s cores (%s), %s, %s, rustc %s.\n' "$(date +%F)" "$(uname -s)" "$(nproc)" "${cpu:-unknown}" \
    "$memory" "PostgreSQL $("$postgres_bin/postgres" --version | awk '{ print $NF }' | tr -d ')')" \
    "$(rustc --version | cut -d ' ' -f 2)"
}

cargo build --release --locked --quiet --benches
{
  machine
  echo
  cargo bench --locked --quiet --bench taps
  echo
  cargo bench --locked --quiet --bench start
  echo
  cargo bench --locked --quiet --bench backup
} | tee "$scratch/figures.md"

if [ "${1:-}" = --readme ]; then
  awk -v figures="$scratch/figures.md" '
    /<!-- figures -->/ { print; print ""; while ((getline line < figures) > 0) print line; print ""; skip = 1 }
    /<!-- \/figures -->/ { skip = 0 }
    !skip { if ($0 !~ /<!-- figures -->/) print }
  ' README.md >"$scratch/README.md"
  cat "$scratch/README.md" >README.md
fi
