#!/usr/bin/env bash
# Chaos on both databases: the program is killed every few seconds while parents tap and write and Telegram stumbles;
# at the end everything must stand right. Prints the table of figures of each. Then a bot on Zalo, in the same way.
#
#   bash scripts/chaos.sh            30 kills on each database, about two minutes
#   bash scripts/chaos.sh 100        as many as you say
#
# LOPSO_CHAOS_SEED repeats the dice of a run. Needs what scripts/test.sh installs (run that first).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/postgres.sh
. scripts/lib/postgres.sh

export LOPSO_CHAOS_KILLS=${1:-30}

scratch=$(mktemp -d /tmp/lopso-chaos.XXXXXX)
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  stop_postgres
  rm -rf "$scratch"
}
trap clean_up EXIT
chmod 755 "$scratch"

find_postgres
if [ -z "$postgres_bin" ]; then
  echo "scripts/chaos.sh: no PostgreSQL here; run scripts/test.sh first, it installs one" >&2
  exit 1
fi
# What is killed is the program and not the machine, so the disk need not be waited for.
start_postgres "-c fsync=off -c synchronous_commit=off -c max_connections=100"
export LOPSO_TEST_POSTGRES=$postgres_url

cargo build --locked --quiet
# Both at once: each waits most of its time.
cargo test --locked --quiet --test chaos -- --nocapture --test-threads 2 nothing_is_lost
# And a bot on Zalo, which is killed between its 200 and the next.
cargo test --locked --quiet --test zalo_chaos -- --nocapture
