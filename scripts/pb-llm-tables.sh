#!/usr/bin/env bash
# Reproduces PB-LLM's table 1 (C4 perplexity of OPT-1.3B) and table 3 (C4, wikitext2, PTB of LLaMA-7B) for model folders of your
# choice, as Markdown with the published figure beside ours. Resumable: what has been quantized or evaluated is not done again.
#
#   scripts/pb-llm-tables.sh [--out DIR] [--calib SET|FILE] [--eval SET,SET] [--nsamples N] [--seqlen N] [--data-dir DIR] [--limit N] [--tables 1,3] [--only NAME,NAME] MODEL...
#
# The published figures are printed only beside the model that they were published for. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/pb-llm calib=c4 eval_sets=c4,wikitext2,ptb nsamples=128 seqlen= data_dir= limit= only= tables=1,3 groupsize=128
models=()

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$2"; shift 2 ;;
    --calib) calib="$2"; shift 2 ;;
    --eval) eval_sets="$2"; shift 2 ;;
    --nsamples) nsamples="$2"; shift 2 ;;
    --seqlen) seqlen="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --tables) tables="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "pb-llm-tables: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2

common=(${data_dir:+--data-dir "$data_dir"} ${seqlen:+--seqlen "$seqlen"})
mkdir -p "$out"
IFS=, read -r -a sets <<<"$eval_sets"

# evaluate MODEL_OR_FOLDER RESULT_FILE: skipped if the result is there.
evaluate() {
  [ -s "$2" ] || "$pbq" eval-ppl "$1" --dataset "$eval_sets" "${common[@]}" ${limit:+--limit "$limit"} --json "$2" >&2
}

# row MODEL NAME OPTIONS...: quantizes (or resumes) and evaluates one configuration; the packed folder is kept.
row() {
  local model="$1" folder="$2/$3"
  shift 3
  if [ ! -s "$folder/pbq-report.json" ]; then
    "$pbq" quantize "$model" --out "$folder" --calib "$calib" --nsamples "$nsamples" --resume "${common[@]}" "$@" >&2
  fi
  evaluate "$folder" "$folder.ppl.json"
}

# wanted NAME: whether its row is asked for.
wanted() { [ -z "$only" ] || case ",$only," in *,"$1",*) ;; *) return 1 ;; esac; }

# figure FILE SET-INDEX: the perplexity of one data set (results are in the order asked for).
figure() {
  sed -n 's/^ *"perplexity" *: *\([0-9.eE+-]*\|"[A-Za-z]*"\),*$/\1/p' "$1" | sed -n "$(($2 + 1))p" | awk '{printf "%.4f", $1}'
}

# bits FILE KEY: a figure of the report's size block.
bits() { sed -n "s/^ *\"$2\" *: *\([0-9.]*\),*\$/\1/p" "$1" | head -n 1 | awk '{printf "%.3f", $1}'; }

# published LIST INDEX: entry of a list, or a dash.
published() { local list=($1); echo "${list[$2]:--}"; }

header() {
  local line="| configuration | paper bits | stored bits |" rule="| --- | --- | --- |" s
  for s in "${sets[@]}"; do line="$line $s (ours) | $s (published) |"; rule="$rule --- | --- |"; done
  printf '%s\n%s\n' "$line" "$rule"
}

# line LABEL REPORT RESULT PUBLISHED...: published figures in the order c4 wikitext2 ptb.
line() {
  local label="$1" report="$2" result="$3" known="$4" i text p
  if [ -n "$report" ]; then
    text="| $label | $(bits "$report" paperBits) | $(bits "$report" storedBits) |"
  else
    text="| $label | 16 | 16 |"
  fi
  for i in "${!sets[@]}"; do
    case "${sets[$i]}" in
      c4) p="$(published "$known" 0)" ;;
      wikitext2) p="$(published "$known" 1)" ;;
      ptb) p="$(published "$known" 2)" ;;
      *) p=- ;;
    esac
    text="$text $(figure "$result" "$i") | $p |"
  done
  echo "$text"
}

preamble() {
  echo "# PB-LLM, table $1: $2"
  echo
  echo "Protocol \`gptq\`: disjoint windows, perplexity = exp(mean over windows of the mean negative log-likelihood)."
  echo "Calibration: $calib, $nsamples windows, seed 0, drawn as the reference draws them. Salient weights: 8 bit. Made by \`scripts/pb-llm-tables.sh\`"
  echo "with $("$pbq" --version | head -n 1). Stored bits are counted from bytes written, per weight of the quantized layers."
  echo "Published: PB-LLM (arXiv 2310.00034), of its reference program; shown for the model that it was measured on. Its GPTQ and SparseGPT rows come"
  echo "from that program's prune mode and are weaker than those methods' own papers."
  echo
}

table1() {
  local model="$1" dir="$2" known="$3" full="$2/full.ppl.json" spec name label fracs f i metric
  evaluate "$model" "$full"
  preamble 1 "$model"
  header
  line "full precision" "" "$full" ""
  # name | label | published at 50, 20, 10, 5 % salient | options
  while IFS='|' read -r name label fracs spec; do
    i=0
    for f in 0.5 0.8 0.9 0.95; do
      if ! wanted "$name-$f"; then i=$((i + 1)); continue; fi
      # shellcheck disable=SC2086 # the specification is a list of options
      row "$model" "$dir" "$name-$f" --method xnor --low-frac "$f" $spec
      local p=""
      [ "$known" = yes ] && p="$(published "$fracs" "$i")"
      line "$label, $(awk "BEGIN{print 100 - 100 * $f}") % salient" "$dir/$name-$f/pbq-report.json" "$dir/$name-$f.ppl.json" "$p"
      i=$((i + 1))
    done
  done <<T
rtn-magnitude|RTN magnitude|24.5675 5892.0898 4889.0385 8023.1132|--disable-gptq --salient-metric magnitude
rtn-hessian|RTN hessian|20.2512 2109.8522 7508.7788 6173.1611|--disable-gptq --salient-metric hessian
gptq-magnitude|PB-GPTQ magnitude|18.3674 46.4093 895.0322 2880.6157|--salient-metric magnitude
gptq-hessian|PB-GPTQ hessian|17.7567 42.1157 165.6767 528.4877|--salient-metric hessian
gptq-magnitude-g128|PB-GPTQ magnitude g=128|18.0293 57.2164 1230.8537 2662.7114|--salient-metric magnitude --groupsize $groupsize
gptq-hessian-g128|PB-GPTQ hessian g=128|17.6000 45.9811 157.8825 646.3616|--salient-metric hessian --groupsize $groupsize
T
}

table3() {
  local model="$1" dir="$2" known="$3" full="$2/full.ppl.json" name label figures spec p
  evaluate "$model" "$full"
  preamble 3 "$model"
  header
  p=""
  [ "$known" = yes ] && p="7.3435 5.6770 41.1509"
  line "full precision" "" "$full" "$p"
  while IFS='|' read -r name label figures spec; do
    wanted "$name" || continue
    # shellcheck disable=SC2086 # the specification is a list of options
    row "$model" "$dir" "$name" $spec
    p=""
    [ "$known" = yes ] && p="$figures"
    line "$label" "$dir/$name/pbq-report.json" "$dir/$name.ppl.json" "$p"
  done <<'T'
gptq4-prune|GPTQ 4 bit (prune 0.1 %)|8.6977 8.1368 57.9951|--method prune --low-frac 0.001 --high-bit 4
sparsegpt-prune|SparseGPT 50 % (prune)|15.5949 12.829483 505.1396|--method prune --low-frac 0.5 --high-bit 8
gptq-hessian-0.5|PB-GPTQ 50 %|8.1466 6.3089 54.8674|--method xnor --low-frac 0.5 --salient-metric hessian
gptq-hessian-0.8|PB-GPTQ 20 %|20.6057 17.1929 280.4353|--method xnor --low-frac 0.8 --salient-metric hessian
gptq-hessian-0.9|PB-GPTQ 10 %|72.1115 85.7838 708.4120|--method xnor --low-frac 0.9 --salient-metric hessian
gptq-hessian-0.95|PB-GPTQ 5 %|401.6475 619.1054 1687.1815|--method xnor --low-frac 0.95 --salient-metric hessian
T
}

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir"
  lower="$(printf %s "$name" | tr '[:upper:]' '[:lower:]')"
  case ",$tables," in *,1,*)
    known=no; [ "$lower" = opt-1.3b ] && known=yes
    table1 "$model" "$dir" "$known" >"$dir/table1.md.new"
    mv "$dir/table1.md.new" "$dir/table1.md"
    echo "$dir/table1.md" ;;
  esac
  case ",$tables," in *,3,*)
    known=no; [ "$lower" = llama-7b ] && known=yes
    table3 "$model" "$dir" "$known" >"$dir/table3.md.new"
    mv "$dir/table3.md.new" "$dir/table3.md"
    echo "$dir/table3.md" ;;
  esac
done
