#!/usr/bin/env bash
# Reproduces the trained rows of PB-LLM's table 2 (zero-shot accuracy of LLaMA-7B after its training, 10 and 30 % of the weights salient) and table 4
# (OPT-1.3B, all weights binarized by the published layers that it compares itself with) for model folders of your choice, as Markdown with the
# published figures beside ours. Resumable: what has been trained or evaluated is not done again, and a killed training goes on.
#
#   scripts/qat-tables.sh [--out DIR] [--train "OPTIONS"] [--eval SET,SET] [--no-tasks] [--seqlen N] [--data-dir DIR] [--limit N] [--task-limit N] [--tables 2,4] [--only NAME,NAME] MODEL...
#
# --train takes the place of the paper's training, "--dataset c4 --steps 10000 --batch 1 --accumulate 1 --lr 2e-5"; its text, a sample of RedPajama,
# can be given as a file. --seqlen and --limit are of perplexities, --task-limit of the questions of a task (table 4: 200, as the program takes).
# tiny, the model built in, has a short training and no tasks unless --train or --data-dir is given. Published figures stand only beside the model
# that they were published for. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/qat train= eval_sets= tasks=yes seqlen= data_dir= limit= task_limit= only= tables=2,4
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
    --tables) tables="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "qat-tables: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2
mkdir -p "$out"
questions=(boolq piqa hellaswag winogrande arc_easy arc_challenge openbookqa)

# evaluate MODEL_OR_FOLDER RESULT [QUESTIONS]: perplexity in RESULT.ppl.json, accuracy in RESULT.tasks[QUESTIONS].json; skipped if they are there.
evaluate() {
  [ -s "$2.ppl.json" ] || "$pbq" eval-ppl "$1" --dataset "$sets_of_model" ${seqlen_of_model:+--seqlen "$seqlen_of_model"} \
    ${data_dir:+--data-dir "$data_dir"} ${limit:+--limit "$limit"} --json "$2.ppl.json" >&2
  [ "$tasks_of_model" = no ] || [ -s "$2.tasks$3.json" ] || "$pbq" eval-tasks "$1" --tasks pb-llm --add-bos no \
    ${data_dir:+--data-dir "$data_dir"} ${3:+--limit "$3"} --json "$2.tasks$3.json" >&2
}

# trained MODEL DIR NAME QUESTIONS OPTIONS...: trains (or resumes) and evaluates one configuration; the packed folder is kept.
trained() {
  local model="$1" folder="$2/$3" questions="$4"
  shift 4
  # shellcheck disable=SC2086 # the options are a list
  [ -s "$folder/pbq-report.json" ] || "$pbq" train "$model" --method pb-qat --out "$folder" --resume "$@" $train_of_model \
    ${data_dir:+--data-dir "$data_dir"} >&2
  evaluate "$folder" "$folder" "$questions"
}

# wanted NAME: whether its row is asked for.
wanted() { [ -z "$only" ] || case ",$only," in *,"$1",*) ;; *) return 1 ;; esac; }

# field FILE KEY INDEX: a number of a JSON file, the INDEX-th of its name.
field() {
  sed -n "s/^ *\"$2\" *: *\\([0-9.eE+-]*\\|\"[A-Za-z]*\"\\),*\$/\\1/p" "$1" | sed -n "$(($3 + 1))p"
}

header() {
  local line="| configuration | stored bits |" dashes="| --- | --- |" s
  IFS=, read -r -a sets <<<"$sets_of_model"
  for s in "${sets[@]}"; do line="$line $s |"; dashes="$dashes --- |"; done
  [ "$tasks_of_model" = no ] ||
    for s in "${questions[@]}" mean; do line="$line $s (ours) | $s (published) |"; dashes="$dashes --- | --- |"; done
  printf '%s\n%s\n' "$line" "$dashes"
}

# line LABEL BITS RESULT QUESTIONS PUBLISHED: without a RESULT, the published figures alone.
line() {
  local text="| $1 | $2 |" result="$3" questions_of_row="$4" i=0 s known ours
  read -r -a known <<<"$5"
  for s in "${!sets[@]}"; do
    if [ -z "$result" ]; then text="$text n/a |"; continue; fi
    text="$text $(field "$result.ppl.json" perplexity "$s" | awk '{printf "%.4f", $1}') |"
  done
  [ "$tasks_of_model" = no ] || for s in "${questions[@]/%/ acc}" mean; do
    ours=n/a
    [ -z "$result" ] || ours="$(field "$result.tasks$questions_of_row.json" "$s" 0 | awk '{printf "%.1f", 100 * $1}')"
    text="$text $ours | ${known[$i]:--} |"
    i=$((i + 1))
  done
  echo "$text"
}

preamble() {
  echo "# PB-LLM, trained, table $1: $2"
  echo
  echo "Trained by \`pbq train --method pb-qat $train_of_model\`. Made by"
  echo "\`scripts/qat-tables.sh\` with $("$pbq" --version | head -n 1). Stored bits are counted from bytes written, per weight of the quantized"
  echo "layers. Perplexity: protocol \`gptq\`, disjoint windows; none was published that can be compared. Tasks: accuracy in percent without examples,"
  echo "no BOS, and the mean of the seven${3:+; the first $3 questions of each}."
  [ "$tasks_of_model" = yes ] || echo "Here without tasks."
  echo "Published: PB-LLM (arXiv 2310.00034), shown for the model that it was measured on. Its program quantizes the head too; ours leaves it."
}

# name | label | published boolq piqa hellaswag winogrande arc_easy arc_challenge openbookqa mean | options; without options nothing is run.
rows_2() {
  cat <<'T'
full|full precision|76.8 79.3 76.1 70.0 73.0 48.0 57.6 68.7|
pb-llm-0.1|PB-LLM, 10 % salient|68.9 67.8 68.1 67.4 58.7 42.9 50.6 60.6|--salient-frac 0.1
pb-llm-0.3|PB-LLM, 30 % salient|75.7 78.0 74.3 69.7 69.0 45.6 55.8 66.9|--salient-frac 0.3
T
}

rows_4() {
  cat <<'T'
full|full precision|59.5 63 41.5 59.5 54 22 25 46|
random|answers at random|50 50 25 50 25 25 25 36|
bnn|BNN|38 54.5 23.5 46 19.5 16.5 15 30|--layer bnn
xnor|XNOR|37 52.5 26.5 49 19.5 16.5 16 31|--layer xnor
bireal|Bi-Real|39.5 50 25 50.5 23.5 18.5 16.5 32|--layer bireal
recu|ReCU|- - - - - - - 32|
fda|FDA|- - - - - - - 32|--layer fda
ir|IR-Net||--layer ir
pb-llm-0.1|PB-LLM, 10 % salient||--salient-frac 0.1
T
}

# make TABLE MODEL DIR KNOWN
make() {
  local table="$1" model="$2" dir="$3" known="$4" name label figures options of_task="$task_limit"
  [ "$table" = 2 ] || of_task="${task_limit:-200}"
  preamble "$table" "$model" "$of_task"
  [ "$table" = 2 ] || echo "Figures of table 4 were published as fractions. IR-Net is shown as a curve only, FDA and ReCU by their means; ReCU has no program."
  echo
  header
  while IFS='|' read -r name label figures options; do
    [ "$known" = "$table" ] || figures=
    if [ "$name" = full ]; then
      evaluate "$model" "$dir/full" "$of_task"
      line "$label" 16 "$dir/full" "$of_task" "$figures"
    elif [ -n "$options" ]; then
      wanted "$name" || continue
      # shellcheck disable=SC2086 # the options are a list
      trained "$model" "$dir" "$name" "$of_task" $options
      line "$label" "$(field "$dir/$name/pbq-report.json" storedBits 0 | awk '{printf "%.3f", $1}')" "$dir/$name" "$of_task" "$figures"
    elif [ "$known" = "$table" ]; then
      line "$label" n/a "" "$of_task" "$figures"
    fi
  done < <("rows_$table")
}

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir"
  known=
  case "$(printf %s "$name" | tr '[:upper:]' '[:lower:]')" in llama-7b) known=2 ;; opt-1.3b) known=4 ;; esac
  train_of_model="${train:---dataset c4 --steps 10000 --batch 1 --accumulate 1 --lr 2e-5}"
  sets_of_model="${eval_sets:-wikitext2}" seqlen_of_model="$seqlen" tasks_of_model="$tasks"
  if [ "$model" = tiny ]; then
    train_of_model="${train:---dataset tiny --steps 20 --batch 4 --accumulate 1 --seqlen 64 --lr 1e-3}"
    sets_of_model="${eval_sets:-tiny}" seqlen_of_model="${seqlen:-256}"
    [ -n "$data_dir" ] || tasks_of_model=no
  fi
  for table in 2 4; do
    case ",$tables," in *,"$table",*)
      make "$table" "$model" "$dir" "$known" >"$dir/table$table.md.new"
      mv "$dir/table$table.md.new" "$dir/table$table.md"
      echo "$dir/table$table.md" ;;
    esac
  done
done
