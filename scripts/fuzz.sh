#!/usr/bin/env bash
# Spoils messages at random and reads them: it must not stop, and must not depend on how letters are composed.
#
#   bash scripts/fuzz.sh [seconds, 600] [seed, the time]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo bench --locked --quiet --bench fuzz -- "${1:-600}" "${2:-$(date +%s)}"
