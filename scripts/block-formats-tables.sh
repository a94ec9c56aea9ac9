#!/usr/bin/env bash
# Measures the number formats of "Revisiting Block-based Quantisation" (arXiv 2310.05079) on model folders of your choice, as Markdown:
# perplexity with weights and activations in each shipped configuration, beside memory density; and with packed weights alone, beside
# stored bits. Resumable: what has been quantized or evaluated is not done again.
#
#   scripts/block-formats-tables.sh [--out DIR] [--eval SET,SET] [--seqlen N] [--data-dir DIR] [--limit N] [--area FILE] [--tables formats,weights,tuning] [--only NAME,NAME]
#       [--tune "OPTIONS"] [--task FILE --task-eval FILE] MODEL...
#
# FILE holds lines "CONFIGURATION DENSITY" with arithmetic densities of your hardware model, e.g. "bfp-w6a6 19.2"; pbq has none of its own.
# --only makes only the rows of these configurations. Table tuning (section 4.3, fine-tuning in 4 bits) is made if asked for: OPTIONS go to
# 'pbq train', e.g. "--dataset a.jsonl --steps 200 --seqlen 256"; with --task the models are classifiers. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/block-formats eval_sets=wikitext2 seqlen= data_dir= limit= area= only= tables=formats,weights tune= task= task_eval=
models=()

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$2"; shift 2 ;;
    --eval) eval_sets="$2"; shift 2 ;;
    --seqlen) seqlen="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --area) area="$2"; shift 2 ;;
    --tables) tables="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --tune) tune="$2"; shift 2 ;;
    --task) task="$2"; shift 2 ;;
    --task-eval) task_eval="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "block-formats-tables: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2
[ -z "$area" ] || [ -r "$area" ] || { echo "block-formats-tables: cannot read $area" >&2; exit 3; }

evaluation=(--dataset "$eval_sets" ${data_dir:+--data-dir "$data_dir"} ${seqlen:+--seqlen "$seqlen"} ${limit:+--limit "$limit"})
mkdir -p "$out"
IFS=, read -r -a sets <<<"$eval_sets"
missing="n/a (paper table not at hand)"

# evaluate RESULT_FILE MODEL_OR_FOLDER OPTIONS...: skipped if the result is there.
evaluate() {
  local file="$1"
  shift
  [ -s "$file" ] || "$pbq" eval-ppl "$@" "${evaluation[@]}" --json "$file" >&2
}

# field FILE KEY INDEX: a number of a JSON file, the INDEX-th of its name.
field() {
  sed -n "s/^ *\"$2\" *: *\\([0-9.eE+-]*\\|\"[A-Za-z]*\"\\),*\$/\\1/p" "$1" | sed -n "$(($3 + 1))p"
}

# wanted NAME: whether its row is asked for.
wanted() { [ -z "$only" ] || case ",$only," in *,"$1",*) ;; *) return 1 ;; esac; }

# figures FILE [PUBLISHED]: a cell for each data set, and one for the published figure.
figures() {
  local i text=""
  for i in "${!sets[@]}"; do
    text="$text $(field "$1" perplexity "$i" | awk '{printf "%.4f", $1}') |${2:+ $2 |}"
  done
  echo "$text"
}

# columns NAME...: the head of a table.
columns() {
  local line="|" rule="|" s
  for s in "$@"; do line="$line $s |"; rule="$rule --- |"; done
  printf '%s\n%s\n' "$line" "$rule"
}

preamble() {
  echo "# Block formats, $1: $2"
  echo
  echo "Protocol \`gptq\`: disjoint windows, perplexity = exp(mean over windows of the mean negative log-likelihood). Made by"
  echo "\`scripts/block-formats-tables.sh\` with $("$pbq" --version | head -n 1)."
}

arithmetic() {
  local found=""
  [ -z "$area" ] || found="$(awk -v c="$1" '$1 == c {print $2 "x"; exit}' "$area")"
  echo "${found:-n/a}"
}

formats() {
  local model="$1" dir="$2" name density
  preamble "weights and activations" "$model"
  echo "All products of the blocks are computed in the configuration's formats; embeddings, head and norms are not. Memory density is"
  echo "that of weights and activations against float32, for 256 tokens, by the reference's profiler (other formats than block floating"
  echo "point and fixed point counted alike). The abstract claims 5x memory and 19x arithmetic density for bfp-w6a6. Arithmetic density"
  echo "is read from --area. Configurations marked * are by the reference's arithmetic (--compat)."
  echo
  evaluate "$dir/full.ppl.json" "$model" --act-format none
  local heads=(configuration "memory density" "bits per value" "arithmetic density") s
  for s in "${sets[@]}"; do heads+=("$s (ours)" "$s (published)"); done
  columns "${heads[@]}"
  echo "| full precision | 1.000x | 32 | 1x |$(figures "$dir/full.ppl.json" "$missing")"
  for name in bfp-w8a8 bfp-w6a6 bfp-w4a4 bmf-w8a8 bmf-w8a8\* bl-w8a8 minifloat-w8a8 dmf-w8a8 log-w8a8 int-w8a8; do
    local preset="${name%\*}" compat="" file
    wanted "$name" || continue
    [ "$name" = "$preset" ] || compat=--compat
    file="$dir/act-$preset$compat"
    evaluate "$file.ppl.json" "$model" --act-format "$preset" $compat
    [ -s "$file.memory.json" ] || "$pbq" inspect "$model" --act-format "$preset" --json >"$file.memory.json"
    density="$(field "$file.memory.json" memory_density 0 | awk '{printf "%.3fx", $1}')"
    echo "| $name | $density | $(field "$file.memory.json" average_bits 0 | awk '{printf "%.3f", $1}') | $(arithmetic "$preset") |$(figures "$file.ppl.json" "$missing")"
  done
}

weights() {
  local model="$1" dir="$2" name options folder
  preamble "weights alone" "$model"
  echo "Packed linear weights, activations in full precision. Stored bits are counted from bytes written, per weight of the quantized layers."
  echo
  evaluate "$dir/full.ppl.json" "$model" --act-format none
  columns configuration "stored bits" "${sets[@]}"
  echo "| full precision | - |$(figures "$dir/full.ppl.json")"
  while IFS='|' read -r name options; do
    wanted "$name" || continue
    folder="$dir/$name"
    if [ ! -s "$folder/pbq-report.json" ]; then
      # shellcheck disable=SC2086 # the options are a list
      "$pbq" quantize "$model" --out "$folder" --resume $options >&2
    fi
    evaluate "$folder.ppl.json" "$folder"
    echo "| $name | $(field "$folder/pbq-report.json" storedBits 0 | awk '{printf "%.3f", $1}') |$(figures "$folder.ppl.json")"
  done <<'T'
bfp-8|--method bfp --bits 8
bfp-6|--method bfp --bits 6
bfp-5|--method bfp --bits 5
bfp-4|--method bfp --bits 4
bfp-3|--method bfp --bits 3
bfp-2|--method bfp --bits 2
bmf-8|--method bmf
bmf-4|--method bmf --bits 4
bl-8|--method bl
bl-4|--method bl --bits 4
minifloat-8|--method minifloat
minifloat-6|--method minifloat --bits 6
dmf-8|--method dmf
log-8|--method log
int-8|--method int
int-8-auto|--method int --frac-width auto
int-4-auto|--method int --bits 4 --frac-width auto
T
}

# score FILE MODEL_OR_FOLDER OPTIONS...: perplexity, or accuracy where there is a task.
score() {
  local file="$1"
  shift
  if [ -z "$task" ]; then
    evaluate "$file" "$@"
  else
    [ -s "$file" ] || "$pbq" eval-classify "$@" --data "$task_eval" --json "$file" >&2
  fi
}

scored() {
  if [ -z "$task" ]; then
    figures "$1" "$missing"
  else
    echo " $(field "$1" accuracy 0 | awk '{printf "%.4f", $1}') | $missing |"
  fi
}

tuning() {
  local model="$1" dir="$2" name options folder heads=(configuration "stored bits") s
  [ -z "$task" ] || [ -n "$task_eval" ] || { echo "block-formats-tables: --task needs --task-eval" >&2; exit 2; }
  preamble "fine-tuning in 4 bits (section 4.3)" "$model"
  echo "Weights, biases and activations of the blocks in bfp-w4a4; trained with: ${tune:-the defaults}. Published is OPT-350M on SST-2."
  echo
  if [ -z "$task" ]; then
    for s in "${sets[@]}"; do heads+=("$s (ours)" "$s (published)"); done
  else
    heads+=("accuracy (ours)" "accuracy (published)")
  fi
  columns "${heads[@]}"
  score "$dir/tuning-full.json" "$model" --act-format none
  echo "| full precision | - |$(scored "$dir/tuning-full.json")"
  score "$dir/tuning-start.json" "$model" --act-format bfp-w4a4
  echo "| not tuned | 4.5 |$(scored "$dir/tuning-start.json")"
  while IFS='|' read -r name options; do
    wanted "$name" || continue
    # What a language model learns from its original has no counterpart for labels.
    [ -z "$task" ] || [ "$name" != distilled ] || continue
    folder="$dir/$name"
    if [ ! -s "$folder/pbq-report.json" ]; then
      # shellcheck disable=SC2086 # the options are lists
      "$pbq" train "$model" --method format-tune --out "$folder" --resume ${task:+--task "$task"} $tune $options >&2
    fi
    score "$folder.score.json" "$folder"
    echo "| $name | $(field "$folder/pbq-report.json" storedBits 0 | awk '{printf "%.3f", $1}') |$(scored "$folder.score.json")"
  done <<'T'
tuned|--format bfp-w4a4
as-the-program|--format bfp-w4a4 --compat
distilled|--format bfp-w4a4 --distill 1
T
}

for model in "${models[@]}"; do
  dir="$out/$(basename "$model")"
  mkdir -p "$dir"
  for table in formats weights tuning; do
    case ",$tables," in *,"$table",*)
      "$table" "$model" "$dir" >"$dir/$table.md.new"
      mv "$dir/$table.md.new" "$dir/$table.md"
      echo "$dir/$table.md" ;;
    esac
  done
done
