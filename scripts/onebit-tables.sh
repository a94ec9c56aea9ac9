#!/usr/bin/env bash
# Reproduces OneBit's tables (perplexity on wikitext2 and c4 and zero-shot accuracy of OPT-1.3B and 2.7B, LLaMA-7B and 13B, LLaMA2-7B and 13B) for
# model folders of your choice, as Markdown with the published figures beside ours. Resumable: what has been trained or evaluated is not done again,
# and a killed training goes on.
#
#   scripts/onebit-tables.sh [--out DIR] [--train "OPTIONS"] [--eval SET,SET] [--no-tasks] [--seqlen N] [--data-dir DIR] [--limit N] [--task-limit N] MODEL...
#
# --train takes the place of the paper's training: 50 epochs of texts that the model writes, "--self-generate 132000 --epochs 50 --warmup 500 --batch 4
# --accumulate 32" with the model's published learning rate (13B: --accumulate 16). The ablation of the loss (distillation without the hidden states) is
# not made: pbq train has no such option. tiny, the model built in, has a short training and no tasks unless --train or --data-dir is given. Published
# figures stand only beside the model that they were published for. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/onebit train= eval_sets= tasks=yes seqlen= data_dir= limit= task_limit=
models=()

usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$2"; shift 2 ;;
    --train) train="$2"; shift 2 ;;
    --eval) eval_sets="$2"; shift 2 ;;
    --no-tasks) tasks=no; shift ;;
    --seqlen) seqlen="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --task-limit) task_limit="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "onebit-tables: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2
mkdir -p "$out"
questions=("winogrande acc" "hellaswag acc_norm" "piqa acc_norm" "boolq acc" "arc_easy acc_norm" "arc_challenge acc_norm" mean)

# evaluate MODEL_OR_FOLDER RESULT: perplexity in RESULT.ppl.json, accuracy in RESULT.tasks.json; skipped if they are there.
evaluate() {
  [ -s "$2.ppl.json" ] || "$pbq" eval-ppl "$1" --dataset "$sets_of_model" ${seqlen_of_model:+--seqlen "$seqlen_of_model"} \
    ${data_dir:+--data-dir "$data_dir"} ${limit:+--limit "$limit"} --json "$2.ppl.json" >&2
  [ "$tasks_of_model" = no ] || [ -s "$2.tasks.json" ] || "$pbq" eval-tasks "$1" --tasks onebit --add-bos no \
    ${data_dir:+--data-dir "$data_dir"} ${task_limit:+--limit "$task_limit"} --json "$2.tasks.json" >&2
}

# field FILE KEY INDEX: a number of a JSON file, the INDEX-th of its name.
field() {
  sed -n "s/^ *\"$2\" *: *\\([0-9.eE+-]*\\|\"[A-Za-z]*\"\\),*\$/\\1/p" "$1" | sed -n "$(($3 + 1))p"
}

bits() { field "$1" "$2" 0 | awk '{printf "%.3f", $1}'; }

header() {
  local line="| configuration | paper bits | stored bits |" dashes="| --- | --- | --- |" s
  IFS=, read -r -a sets <<<"$sets_of_model"
  for s in "${sets[@]}"; do line="$line $s (ours) | $s (published) |"; dashes="$dashes --- | --- |"; done
  [ "$tasks_of_model" = no ] ||
    for s in "${questions[@]% *}"; do line="$line $s (ours) | $s (published) |"; dashes="$dashes --- | --- |"; done
  printf '%s\n%s\n' "$line" "$dashes"
}

# line LABEL BITS RESULT PUBLISHED: published figures in the order wikitext2 c4 and the tasks; without a RESULT, they alone.
line() {
  local text="| $1 | $2 |" result="$3" i s p ours known
  read -r -a known <<<"$4"
  for i in "${!sets[@]}"; do
    case "${sets[$i]}" in wikitext2) p="${known[0]:--}" ;; c4) p="${known[1]:--}" ;; *) p=- ;; esac
    ours=n/a
    [ -z "$result" ] || ours="$(field "$result.ppl.json" perplexity "$i" | awk '{printf "%.4f", $1}')"
    text="$text $ours | $p |"
  done
  i=2
  [ "$tasks_of_model" = no ] || for s in "${questions[@]}"; do
    ours=n/a
    [ -z "$result" ] || ours="$(field "$result.tasks.json" "$s" 0 | awk '{printf "%.2f", 100 * $1}')"
    text="$text $ours | ${known[$i]:--} |"
    i=$((i + 1))
  done
  echo "$text"
}

preamble() {
  echo "# OneBit: $1"
  echo
  echo "Trained by \`pbq train --method onebit $train_of_model\`. Made by"
  echo "\`scripts/onebit-tables.sh\` with $("$pbq" --version | head -n 1). Stored bits are counted from bytes written, per weight of the quantized layers;"
  echo "paper bits as the paper counts. Perplexity: protocol \`gptq\`, disjoint windows; OneBit draws other windows of c4 than PB-LLM's program, whose"
  echo "choice ours is, so that figures on c4 differ by some percent at full precision already. Tasks: accuracy in percent without examples, no BOS, by"
  echo "choice of acc_norm where there is one, and the mean of the six${task_limit:+; the first $task_limit questions of each}."
  [ "$tasks_of_model" = yes ] || echo "Here without tasks."
  echo "Published: OneBit (arXiv 2402.11295), and figures of its program's page, shown for the model that they were measured on. OmniQuant is"
  echo "another program's: not run. The ablation of the loss (LLaMA-7B: 13.48 on wikitext2 and 14.57 on c4 by distillation alone) is not made: the"
  echo "hidden-state term is a part of the method here."
  echo
}

# published MODEL: "learning-rate accumulate" and the rows full, omniquant, onebit and program (the page) of a model, if they were published.
published() {
  case "$(printf %s "$1" | tr '[:upper:]' '[:lower:]')" in
    opt-1.3b) cat <<'T'
recipe|4e-4 32
full|14.63 14.72 59.67 53.73 72.42 57.68 50.80 29.69 54.00
omniquant|42.43 55.64 51.85 33.39 60.94 56.45 38.76 23.38 44.13
onebit|25.42 22.95 51.14 34.26 62.57 59.45 41.25 24.06 45.46
T
    ;; opt-2.7b) cat <<'T'
recipe|2e-4 32
full|12.47 13.17 60.93 60.59 74.81 60.28 54.34 31.31 57.04
onebit|21.86 20.76 51.67 38.18 63.87 54.28 43.39 24.40 45.97
T
    ;; llama-7b) cat <<'T'
recipe|4e-4 32
full|5.68 7.08 66.85 72.99 77.37 73.21 52.53 41.38 64.06
omniquant|15.34 26.21 52.96 43.68 62.79 58.69 41.54 29.35 48.17
onebit|10.19 11.40 58.48 51.54 68.01 57.28 42.47 30.20 51.33
program|10.20 11.41 58.80 51.60 67.57 56.94 42.60 30.20 51.29
T
    ;; llama-13b) cat <<'T'
recipe|2e-4 16
full|5.09 6.61 70.17 76.24 79.05 68.47 59.85 44.54 66.39
omniquant|13.43 19.33 53.83 54.16 68.99 62.20 45.50 30.38 52.51
onebit|9.18 10.25 62.90 56.78 70.67 64.16 44.53 32.00 55.17
program|9.19 10.26 62.12 56.75 70.35 63.82 44.57 31.83 54.91
T
    ;; llama-2-7b|llama-2-7b-hf) cat <<'T'
recipe|1e-4 32
full|5.47 6.97 67.09 72.94 76.88 71.10 53.58 40.61 63.70
omniquant|31.21 64.34 51.22 33.87 56.53 59.14 33.63 24.32 43.12
onebit|9.73 11.11 58.41 52.58 68.12 63.06 41.58 29.61 52.23
program|9.76 11.14 58.17 52.51 67.79 63.30 41.67 29.35 52.13
T
    ;; llama-2-13b|llama-2-13b-hf) cat <<'T'
recipe|2e-4 16
full|4.88 6.47 69.77 76.62 79.05 68.99 57.95 44.20 66.10
omniquant|16.88 27.02 53.20 50.34 62.24 62.05 40.66 29.61 49.68
onebit|8.76 10.15 61.72 56.43 70.13 65.20 43.10 33.62 55.03
program|8.77 10.17 61.33 56.48 69.97 64.98 42.85 33.79 54.90
T
    ;;
  esac
}

# figures NAME ROW: the published figures of a row.
figures() { published "$1" | sed -n "s/^$2|//p"; }

onebit() {
  local model="$1" name="$2" dir="$3" folder="$3/onebit" row label
  preamble "$model"
  header
  # First, so that data that is missing is told before the training.
  evaluate "$model" "$dir/full"
  line "full precision" "16 | 16" "$dir/full" "$(figures "$name" full)"
  # shellcheck disable=SC2086 # the options are a list
  [ -s "$folder/pbq-report.json" ] || "$pbq" train "$model" --method onebit --out "$folder" --resume $train_of_model ${data_dir:+--data-dir "$data_dir"} >&2
  evaluate "$folder" "$folder"
  line OneBit "$(bits "$folder/pbq-report.json" paperBits) | $(bits "$folder/pbq-report.json" storedBits)" "$folder" "$(figures "$name" onebit)"
  while IFS='|' read -r row label; do
    [ -z "$(figures "$name" "$row")" ] || line "$label" "n/a | n/a" "" "$(figures "$name" "$row")"
  done <<'T'
program|OneBit, figures of the program's page
omniquant|OmniQuant 2 bit
T
}

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir"
  recipe="$(figures "$name" recipe)"
  read -r rate accumulate <<<"${recipe:-4e-4 32}"
  train_of_model="${train:---self-generate 132000 --epochs 50 --warmup 500 --batch 4 --accumulate $accumulate --lr $rate}"
  sets_of_model="${eval_sets:-wikitext2,c4}" seqlen_of_model="$seqlen" tasks_of_model="$tasks"
  if [ "$model" = tiny ]; then
    train_of_model="${train:---dataset tiny --steps 20 --batch 4 --accumulate 1 --seqlen 64 --lr 3e-3}"
    sets_of_model="${eval_sets:-tiny}" seqlen_of_model="${seqlen:-256}"
    [ -n "$data_dir" ] || tasks_of_model=no
  fi
  onebit "$model" "$name" "$dir" >"$dir/onebit.md.new"
  mv "$dir/onebit.md.new" "$dir/onebit.md"
  echo "$dir/onebit.md"
done
