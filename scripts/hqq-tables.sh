#!/usr/bin/env bash
# Reproduces the post-training rows of "Towards 1-bit Machine Learning Models" (Mobius Labs, 2024): HQQ at 2 and 1 bits in groups of 8, base
# model, for model folders of your choice, as Markdown with the published figures beside ours; and HQQ at all widths. Resumable: what has
# been quantized or evaluated is not done again.
#
#   scripts/hqq-tables.sh [--out DIR] [--eval SET,SET] [--protocol blog|gptq] [--seqlen N] [--stride N] [--data-dir DIR] [--limit N] [--tables blog,widths] [--only NAME,NAME] [--plus "OPTIONS"] MODEL...
#
# --protocol blog (the default) slides windows of --seqlen tokens (1024) by --stride (512), as the blog measures; gptq takes disjoint windows.
# --tables widths adds 8 to 1 bits in groups of 64; --only makes these rows alone (full is always made). Published figures are printed only beside the model that they were published for.
# --plus trains the rows of HQQ+ too (plus-2, plus-1), by pbq train --method hqq-plus with these options beside the published ones: a text at least,
# as in --plus "--dataset wikitext2 --steps 5600 --loss kd". For the model built in: --plus "--dataset tiny --steps 20 --batch 4 --seqlen 64 --lr 3e-3".
# Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/hqq eval_sets=wikitext2 protocol=blog seqlen= stride= data_dir= limit= tables=blog only= plus=
models=()

usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$2"; shift 2 ;;
    --eval) eval_sets="$2"; shift 2 ;;
    --protocol) protocol="$2"; shift 2 ;;
    --seqlen) seqlen="$2"; shift 2 ;;
    --stride) stride="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --tables) tables="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --plus) plus="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "hqq-tables: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2

case "$protocol" in
  blog)
    seqlen="${seqlen:-1024}" stride="${stride:-$((seqlen / 2))}"
    rule=(--protocol hf-stride --seqlen "$seqlen" --stride "$stride")
    told="Protocol \`hf-stride\`, windows of $seqlen tokens every $stride: each window scores its last $stride tokens with the others as context." ;;
  gptq)
    rule=(${seqlen:+--seqlen "$seqlen"})
    told="Protocol \`gptq\`: disjoint windows, perplexity = exp(mean over windows of the mean negative log-likelihood)." ;;
  *) echo "hqq-tables: --protocol $protocol is neither blog nor gptq" >&2; exit 2 ;;
esac
evaluation=(--dataset "$eval_sets" "${rule[@]}" ${data_dir:+--data-dir "$data_dir"} ${limit:+--limit "$limit"})
mkdir -p "$out"
IFS=, read -r -a sets <<<"$eval_sets"

# evaluate RESULT_FILE MODEL_OR_FOLDER: skipped if the result is there.
evaluate() { [ -s "$1" ] || "$pbq" eval-ppl "$2" "${evaluation[@]}" --json "$1" >&2; }

# wanted NAME: whether its row is asked for.
wanted() { [ -z "$only" ] || case ",$only," in *,"$1",*) ;; *) return 1 ;; esac; }

# row MODEL DIR NAME OPTIONS...: quantizes (or resumes) and evaluates one configuration; the packed folder is kept.
row() {
  local model="$1" folder="$2/$3"
  shift 3
  [ -s "$folder/pbq-report.json" ] || "$pbq" quantize "$model" --method hqq --out "$folder" --resume "$@" >&2
  evaluate "$folder.ppl.json" "$folder"
}

# trained MODEL DIR NAME OPTIONS...: as row, by training; "$plus" has the last word.
trained() {
  local model="$1" folder="$2/$3"
  shift 3
  # shellcheck disable=SC2086 # the options are a list
  [ -s "$folder/pbq-report.json" ] || "$pbq" train "$model" --method hqq-plus --out "$folder" --resume "$@" $plus >&2
  evaluate "$folder.ppl.json" "$folder"
}

# field FILE KEY INDEX: a number of a JSON file, the INDEX-th of its name.
field() {
  sed -n "s/^ *\"$2\" *: *\\([0-9.eE+-]*\\|\"[A-Za-z]*\"\\),*\$/\\1/p" "$1" | sed -n "$(($3 + 1))p"
}

bits() { field "$1" "$2" 0 | awk '{printf "%.3f", $1}'; }
gigabytes() { field "$1" "$2" 0 | awk '{printf "%.4f", $1 / 1e9}'; }

# codes REPORT: gigabytes of the checkpoint without scales and zero points of the quantized layers.
codes() {
  local scales zeros
  scales="$(field "$1" SCALES 0)" zeros="$(field "$1" ZERO_POINTS 0)"
  field "$1" modelBytes 0 | awk -v s="${scales:-0}" -v z="${zeros:-0}" '{printf "%.4f", ($1 - (s + z) / 8) / 1e9}'
}

# original MODEL: gigabytes of its tensors, from headers alone.
original() { "$pbq" inspect "$1" --json | sed -n 's/^ *"bytes" *: *\([0-9]*\),*$/\1/p' | awk '{printf "%.4f", $1 / 1e9}'; }

# figures FILE: a cell for each data set.
figures() {
  local i text=""
  for i in "${!sets[@]}"; do text="$text $(field "$1" perplexity "$i" | awk '{printf "%.4f", $1}') |"; done
  echo "$text"
}

# columns NAME...: the head of a table.
columns() {
  local line="|" dashes="|" s
  for s in "$@"; do line="$line $s |"; dashes="$dashes --- |"; done
  printf '%s\n%s\n' "$line" "$dashes"
}

preamble() {
  echo "# HQQ, $1: $2"
  echo
  echo "$told Made by"
  echo "\`scripts/hqq-tables.sh\` with $("$pbq" --version | head -n 1). Data-free: nothing is calibrated. Stored bits are counted from bytes"
  echo "written, scales and zero points included, per weight of the quantized layers; GB are of the whole checkpoint."
  echo
}

# name | label | published wikitext2 perplexity and GB of Llama-2-7B | options; without options nothing is run.
blog_rows() {
  cat <<'T'
full|full precision (fp16)|5.18 13.5|
hqq-2-g8-axis0|HQQ 2 bit, g 8, axis 0|6.06 2.6|--bits 2 --groupsize 8 --axis 0
hqq-2-g8-axis1|HQQ 2 bit, g 8, axis 1|- -|--bits 2 --groupsize 8 --axis 1
hqq-2-g8-coded|HQQ 2 bit, g 8, axis 0, coded parameters|- -|--bits 2 --groupsize 8 --axis 0 --quant-zero --quant-scale
hqq-1-g8-axis0|HQQ 1 bit, g 8, axis 0|9866 1.76|--bits 1 --groupsize 8 --axis 0
hqq-1-g8-axis1|HQQ 1 bit, g 8, axis 1|- -|--bits 1 --groupsize 8 --axis 1
hqq-1-g8-coded|HQQ 1 bit, g 8, axis 0, coded parameters|- -|--bits 1 --groupsize 8 --axis 0 --quant-zero --quant-scale
plus-2|HQQ+ 2 bit, g 8, axis 0|5.14 2.69|--bits 2 --groupsize 8 --axis 0
plus-1|HQQ+ 1 bit, g 8, axis 0|8.53 1.85|--bits 1 --groupsize 8 --axis 0
quip|QuIP# 2 bit|8.54 2.72|
T
}

blog() {
  local model="$1" dir="$2" known="$3" name label figures options p m report s how
  preamble "the 1-bit blog, base model" "$model"
  echo "Published: \"Towards 1-bit Machine Learning Models\", Llama-2-7B, wikitext2; shown for that model alone. Which axis its post-training rows use"
  echo "is not stated; its recipe has axis 0. Its memory leaves scales and zero points out (in groups of 8 they take 4 bits per weight in fp16):"
  echo "compare with the column of the codes. HQQ+ trains adapters on top; the training of the published models is not public, so that"
  echo "their figures cannot be reproduced. Ours: ${plus:-not run}. QuIP# is another program's: not run."
  echo
  local heads=(configuration "stored bits" "GB (ours)" "GB without scales and zeros" "GB of VRAM (published)")
  for s in "${sets[@]}"; do heads+=("$s (ours)"); done
  columns "${heads[@]}" "wikitext2 (published)"
  while IFS='|' read -r name label figures options; do
    read -r p m <<<"$figures"
    how=row
    case "$name" in plus-*) how=trained; [ -n "$plus" ] || options= ;; esac
    [ "$known" = yes ] || { p=- m=-; }
    if [ "$name" = full ]; then
      evaluate "$dir/full.ppl.json" "$model"
      echo "| $label | 16 | $(original "$model") | - | $m |$(figures "$dir/full.ppl.json") $p |"
    elif [ -n "$options" ]; then
      wanted "$name" || continue
      # shellcheck disable=SC2086 # the options are a list
      "$how" "$model" "$dir" "$name" $options
      report="$dir/$name/pbq-report.json"
      echo "| $label | $(bits "$report" storedBits) | $(gigabytes "$report" modelBytes) | $(codes "$report") | $m |$(figures "$dir/$name.ppl.json") $p |"
    elif [ "$known" = yes ]; then
      echo "| $label | n/a | n/a | n/a | $m |$(printf ' n/a |%.0s' "${sets[@]}") $p |"
    fi
  done < <(blog_rows)
}

widths() {
  local model="$1" dir="$2" b
  preamble "8 to 1 bits in groups of 64" "$model"
  evaluate "$dir/full.ppl.json" "$model"
  columns bits "stored bits" "${sets[@]}"
  echo "| full precision | 16 |$(figures "$dir/full.ppl.json")"
  for b in 8 6 5 4 3 2 1.58 1; do
    wanted "hqq-$b-g64" || continue
    row "$model" "$dir" "hqq-$b-g64" --bits "$b" --groupsize 64
    echo "| $b | $(bits "$dir/hqq-$b-g64/pbq-report.json" storedBits) |$(figures "$dir/hqq-$b-g64.ppl.json")"
  done
}

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir"
  known=no
  case "$(printf %s "$name" | tr '[:upper:]' '[:lower:]')" in llama-2-7b|llama-2-7b-hf) known=yes ;; esac
  for table in blog widths; do
    case ",$tables," in *,"$table",*)
      "$table" "$model" "$dir" "$known" >"$dir/$table.md.new"
      mv "$dir/$table.md.new" "$dir/$table.md"
      echo "$dir/$table.md" ;;
    esac
  done
done
