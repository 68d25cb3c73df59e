#!/usr/bin/env bash
# How well families are understood, on our own labelled sentences: tables by style and topic with 95 % intervals, what is
# mixed up most, and the time a sentence takes.
#
#   bash scripts/eval.sh                the part for tuning
#   bash scripts/eval.sh final          the part that is kept unseen: only when a piece of work ends
#   bash scripts/eval.sh voices         each file of config/replies read by a reader who learned from all the others
#   bash scripts/eval.sh peers [final]  and the same questions asked of plain BM25 and of tantivy, in the same run
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# With "mistakes" behind it, tuning or voices tells each mistake word for word.
peers=no part=tuning mistakes=""
for word in "$@"; do
  case "$word" in
    peers) peers=yes ;;
    mistakes) mistakes=mistakes ;;
    tuning | final | voices) part="$word" ;;
    *) echo "eval.sh: no part \"$word\": tuning, final, voices, peers, mistakes" >&2; exit 2 ;;
  esac
done

cargo bench --locked --quiet --bench understanding -- "$part" $mistakes
if [ "$peers" = yes ]; then
  # A project of its own, built apart from ours.
  cargo run --release --locked --quiet --manifest-path benches/peers/search/Cargo.toml \
    --target-dir "${CARGO_TARGET_DIR:-target}/peers" -- "$part"
fi
