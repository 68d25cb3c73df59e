#!/usr/bin/env bash
# How well families are understood, on our own labelled sentences: tables by style and topic with 95 % intervals, what is
# mixed up most, and the time a sentence takes.
#
#   bash scripts/eval.sh          the part for tuning
#   bash scripts/eval.sh final    the part that is kept unseen: only when a piece of work ends
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo bench --locked --quiet --bench understanding -- "$@"
