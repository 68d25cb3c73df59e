#!/usr/bin/env bash
# Checks everything: format, lints, licences, and all tests on SQLite, on PostgreSQL and in a browser.
#
#   bash scripts/test.sh                  all of it
#   bash scripts/test.sh confirm          all of it, but only the tests whose name contains "confirm"
#
# Arguments go to the test runner as they are and narrow the tests only; the other steps always run whole.
# Needs Debian, Rust and a C compiler. As root it installs what else is missing; otherwise it says what to install.
# PostgreSQL and the browser's driver are our own, on free ports, and are stopped at the end whatever happens.
# Builds once, for tests (no release build), and measures nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/postgres.sh
. scripts/lib/postgres.sh

CARGO_DENY_VERSION=0.20.2
export PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH"

scratch=""
driver_pid=""
started_at=$SECONDS
summary=()

heading() { printf '\n== %s\n' "$1"; }

fail() {
  printf 'scripts/test.sh: %s\n' "$1" >&2
  exit 1
}

# shellcheck disable=SC2317  # called by the trap
stop_all() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP # a second Ctrl-C must not leave a server behind
  # The driver leads a process group of its own, so its browsers end with it.
  if [ -n "$driver_pid" ]; then
    # (Stopped within its first moment it is not yet that leader.)
    kill -- "-$driver_pid" 2>/dev/null || kill "$driver_pid" 2>/dev/null || true
    wait "$driver_pid" 2>/dev/null || true
  fi
  if [ -n "$scratch" ]; then
    stop_postgres
    # A browser that is just ending may still write into its profile: try again before we give up.
    rm -rf "$scratch" 2>/dev/null || { sleep 1; rm -rf "$scratch" || true; }
  fi
  if [ "$status" -ne 0 ]; then
    printf '\nFAILED (exit status %s) after %s s.\n' "$status" "$((SECONDS - started_at))" >&2
  fi
  exit "$status"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# --- what is needed ---------------------------------------------------------------------------------------------

missing_packages() {
  find_postgres
  [ -n "$postgres_bin" ] || echo postgresql
  command -v chromium >/dev/null || echo chromium
  command -v chromedriver >/dev/null || echo chromium-driver
  # Opens what we print again, to look at it with other eyes.
  command -v pdftotext >/dev/null || echo poppler-utils
  # A font with all Vietnamese letters, or the pages in the browser show boxes.
  [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  # And one with emoji, which stand on boards and buttons.
  [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || echo fonts-noto-color-emoji
}

install_packages() {
  local packages=("$@")
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Please install what is missing (as root), then run this again:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${packages[*]}" >&2
    exit 1
  fi
  echo "Installing: ${packages[*]}"
  # Debian would create and start a database server of its own; the tests bring theirs.
  local no_cluster=/etc/postgresql-common/createcluster.d/lopso-test.conf
  mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' >"$no_cluster"
  export DEBIAN_FRONTEND=noninteractive
  local status=0
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } || status=$?
  rm -f "$no_cluster"
  rmdir --ignore-fail-on-non-empty "${no_cluster%/*}"
  [ "$status" = 0 ] || fail "apt-get could not install: ${packages[*]}"
}

prepare_machine() {
  command -v cargo >/dev/null || fail "Rust is missing: https://rustup.rs"
  command -v cc >/dev/null || fail "a C compiler is missing: apt-get install -y gcc libc6-dev"
  local packages
  mapfile -t packages < <(missing_packages)
  if [ "${#packages[@]}" -gt 0 ]; then
    install_packages "${packages[@]}"
  fi
  find_postgres
  [ -n "$postgres_bin" ] || fail "no initdb under /usr/lib/postgresql"
  # A minimal Rust installation comes without these two.
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
  if ! cargo deny --version >/dev/null 2>&1; then
    echo "Building cargo-deny $CARGO_DENY_VERSION once (unoptimised; a few minutes)"
    cargo install --quiet --locked --debug cargo-deny --version "$CARGO_DENY_VERSION"
  fi
}

# --- what runs beside the tests ---------------------------------------------------------------------------------

make_scratch() {
  # Directly under /tmp: the database's user must be able to walk there, and a socket's path may have only 107 bytes.
  scratch=$(mktemp -d /tmp/lopso-test.XXXXXX)
  chmod 755 "$scratch"
  mkdir "$scratch/browser"
}

start_browser_driver() {
  local log="$scratch/browser/log" port=""
  # The browsers' throw-away profiles and settings go where we clean up. Port 0: the system chooses a free one.
  local home="$scratch/browser"
  : >"$log" # it is read below, perhaps before the driver has opened it
  TMPDIR="$home" XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" \
    setsid "$(command -v chromedriver)" --port=0 >"$log" 2>&1 &
  driver_pid=$!
  for _ in $(seq 1 150); do
    port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$log")
    if [ -n "$port" ]; then break; fi
    kill -0 "$driver_pid" 2>/dev/null || break
    sleep 0.2
  done
  if [ -z "$port" ]; then
    tail -n 20 "$log" >&2 || true
    fail "chromedriver does not start"
  fi
  LOPSO_TEST_CHROMIUM=$(command -v chromium)
  export LOPSO_TEST_WEBDRIVER="http://127.0.0.1:$port" LOPSO_TEST_CHROMIUM
  echo "Browser driver: $LOPSO_TEST_WEBDRIVER ($LOPSO_TEST_CHROMIUM)"
}

# --- the tests --------------------------------------------------------------------------------------------------

# Both runners print one line per passed test; from these lines we count, so a test that did not run is not counted.
run_tests() {
  local log="$scratch/tests.log"
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --color never --status-level pass --no-fail-fast "$@" 2>&1 | tee "$log"
    grep -E '^ *PASS ' "$log" >"$scratch/passed" || true
  else
    echo "cargo-nextest is not here: using cargo test"
    cargo test --locked --color never --no-fail-fast "$@" 2>&1 | tee "$log"
    grep -E '^test .* \.\.\. ok$' "$log" >"$scratch/passed" || true
  fi
}

passed_on() { grep -cE "(::|_| )$1(::|_| |\$)" "$scratch/passed" || true; }

report_engines() {
  local all on_sqlite on_postgres in_browser
  all=$(wc -l <"$scratch/passed")
  on_sqlite=$(passed_on sqlite)
  on_postgres=$(passed_on postgres)
  in_browser=$(passed_on browser)
  summary+=("tests passed: $all, of these on SQLite: $on_sqlite, on PostgreSQL: $on_postgres, in the browser: $in_browser")
  echo "${summary[-1]}"
  # With a filter either may rightly be empty.
  if [ "$#" -eq 0 ] && { [ "$on_sqlite" -eq 0 ] || [ "$on_postgres" -eq 0 ]; }; then
    fail "the tests must run on both databases, and on one of them none did"
  fi
  # Plain cargo does not print of which file a test is.
  if [ "$#" -eq 0 ] && [ "$in_browser" -eq 0 ] && cargo nextest --version >/dev/null 2>&1; then
    fail "the tests must run in the browser too, and none did"
  fi
}

heading "Prepare: what the machine needs"
prepare_machine
make_scratch

heading "Format"
cargo fmt --check
summary+=("format: clean")

heading "Lints"
cargo clippy --locked --all-targets -- -D warnings
summary+=("lints: clean")

heading "Licences, banned crates, sources"
cargo deny --locked check licenses bans sources
summary+=("licences, banned crates, sources: clean")

heading "Start PostgreSQL and the browser's driver"
# Safe only because this data is thrown away: the tests ask whether we are right, not whether a disk survives.
start_postgres "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
export LOPSO_TEST_POSTGRES=$postgres_url
# What we print is looked at by another program, or the test fails.
export LOPSO_TEST_POPPLER=1
echo "PostgreSQL: $LOPSO_TEST_POSTGRES"
start_browser_driver

heading "Tests"
run_tests "$@"
report_engines "$@"

heading "Summary: all passed in $((SECONDS - started_at)) s"
printf '  %s\n' "${summary[@]}"
