#!/usr/bin/env bash
# Measures the program and tells it in tables.
#
#   bash scripts/bench.sh                      all parts
#   bash scripts/bench.sh delivery latency     only these
#   bash scripts/bench.sh --readme             also writes the tables into README.md (of the parts that ran)
#
#   taps      taps a second through the batch, on both databases, beside the usual way
#   server    what the measuring server can bear
#   delivery  taps a second through the whole program, from Telegram to the answer, beside two peers; memory
#   far       the same with fewer taps and 50 ms for every call to Telegram
#   latency   how long a tap waits for its answer at 300 a second
#   wave      3,060 messages under Telegram's limits (two minutes on each database)
#   start     to the first answer, and idle memory
#   backup    a back-up and its restore, of a school and of a million acts (minutes)
#   zalo      a month of a kindergarten on twelve, six and four free Zalo bots, on a clock of its own (a minute or two)
#   report    /baocao with 1, 100 and 3,000 schools in the database (minutes; LOPSO_BENCH_SCHOOLS=100 leaves out 3,000)
#
# Needs what scripts/test.sh installs (run that first). The peers are built here: one with cargo, one with npm where
# there is one, else it is left out. Nothing else should be working on the machine meanwhile.
# LOPSO_BENCH_PROGRAM=path measures another build of the program in delivery, far, latency and wave.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/postgres.sh
. scripts/lib/postgres.sh

readme=""
parts=()
for word in "$@"; do
  case $word in
    --readme) readme=yes ;;
    taps | server | delivery | far | latency | wave | start | backup | zalo | report) parts+=("$word") ;;
    *)
      echo "scripts/bench.sh: no part is called $word (see its first lines)" >&2
      exit 2
      ;;
  esac
done
if [ "${#parts[@]}" = 0 ]; then parts=(taps server delivery far latency wave start backup zalo report); fi

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

wanted() {
  local part
  for part in "${parts[@]}"; do
    if [ "$part" = "$1" ]; then return 0; fi
  done
  return 1
}

machine() {
  local cpu memory
  cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
  memory=$(awk '/^MemTotal:/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
  printf '%s on %s: %s cores (%s), %s, %s, rustc %s%s.\n' "$(date +%F)" "$(uname -s)" "$(nproc)" "${cpu:-unknown}" \
    "$memory" "PostgreSQL $("$postgres_bin/postgres" --version | awk '{ print $NF }' | tr -d ')')" \
    "$(rustc --version | cut -d ' ' -f 2)" "${node_version:+, Node.js $node_version}"
}

# The peers are projects of their own, built apart from ours.
build_teloxide() {
  local target="${CARGO_TARGET_DIR:-target}/peers"
  cargo build --release --locked --quiet --manifest-path benches/peers/teloxide/Cargo.toml --target-dir "$target"
  LOPSO_BENCH_TELOXIDE=$(realpath "$target/release/lopso-bench-teloxide")
  export LOPSO_BENCH_TELOXIDE
}

node_version=""
build_grammy() {
  local folder=benches/peers/grammy log="$scratch/npm.log" prefix
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "scripts/bench.sh: no Node.js with npm here: grammY is left out" >&2
    return
  fi
  # Where better-sqlite3 cannot be had ready-made it is compiled, with the headers of this Node.js if it has any.
  prefix=$(dirname "$(dirname "$(command -v node)")")
  if [ -e "$prefix/include/node/node.h" ]; then export npm_config_nodedir=$prefix; fi
  if [ ! -e "$folder/node_modules/.package-lock.json" ] || ! opens_a_database "$folder"; then
    if ! (cd "$folder" && npm ci --no-audit --no-fund) >"$log" 2>&1 || ! opens_a_database "$folder"; then
      tail -n 5 "$log" >&2
      echo "scripts/bench.sh: npm cannot install grammY and better-sqlite3: this peer is left out" >&2
      return
    fi
  fi
  node_version=$(node --version | tr -d v)
  LOPSO_BENCH_GRAMMY=$(realpath "$folder/bot.js")
  export LOPSO_BENCH_GRAMMY
}

opens_a_database() {
  (cd "$1" && node -e 'new (require("better-sqlite3"))(":memory:")') >/dev/null 2>&1
}

# The parts of one benchmark, in the order in which it tells them.
of_delivery=()
for part in server delivery far latency wave; do
  if wanted "$part"; then of_delivery+=("$part"); fi
done
targets=()
for part in taps start backup report; do
  if wanted "$part"; then targets+=(--bench "$part"); fi
done
if wanted zalo; then targets+=(--bench zalo_month); fi
if [ "${#of_delivery[@]}" -gt 0 ]; then targets+=(--bench delivery); fi
cargo bench --no-run --locked --quiet "${targets[@]}"
if wanted delivery || wanted far || wanted latency; then
  build_teloxide
  build_grammy
fi

{
  machine
  echo
  if wanted taps; then
    cargo bench --locked --quiet --bench taps
    echo
  fi
  if [ "${#of_delivery[@]}" -gt 0 ]; then cargo bench --locked --quiet --bench delivery -- "${of_delivery[@]}"; fi
  if wanted start; then
    cargo bench --locked --quiet --bench start
    echo
  fi
  if wanted backup; then
    cargo bench --locked --quiet --bench backup
    echo
  fi
  if wanted zalo; then
    cargo bench --locked --quiet --bench zalo_month
    echo
  fi
  if wanted report; then cargo bench --locked --quiet --bench report; fi
} | tee "$scratch/figures.md"

if [ -n "$readme" ]; then
  awk -v figures="$scratch/figures.md" '
    /<!-- figures -->/ { print; print ""; while ((getline line < figures) > 0) print line; print ""; skip = 1 }
    /<!-- \/figures -->/ { skip = 0 }
    !skip { if ($0 !~ /<!-- figures -->/) print }
  ' README.md >"$scratch/README.md"
  cat "$scratch/README.md" >README.md
fi
