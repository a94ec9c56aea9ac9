#!/usr/bin/env bash
# Reproduces ARB-LLM's tables 1 to 3 (perplexity of OPT, LLaMA 1-3, Vicuna), 4 (ablations, LLaMA-7B) and 6 (sizes), and BiLLM's rows, for model
# folders of your choice, as Markdown with the published figures beside ours. Resumable: what has been quantized or evaluated is not done again.
#
#   scripts/arb-tables.sh [--out DIR] [--calib SET|FILE] [--eval SET,SET] [--nsamples N] [--seqlen N] [--blocksize N] [--data-dir DIR] [--limit N] [--tables main,4,6,options] [--only NAME,NAME] MODEL...
#
# "main" (or 1, 2, 3) is the table that the model belongs to; "options" is what pbq offers beyond the papers, one option at a time. Published figures are printed only beside the model that they were published for.
# Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/arb-llm calib=c4 eval_sets=wikitext2,c4 nsamples=128 seqlen= data_dir= limit= only= tables=main,4,6 blocksize=128
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
    --blocksize) blocksize="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --tables) tables="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "arb-tables: unknown option $1" >&2; exit 2 ;;
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

# row MODEL DIR NAME WINDOWS OPTIONS...: quantizes (or resumes) and evaluates one configuration; the packed folder is kept.
row() {
  local model="$1" folder="$2/$3" windows="$4"
  shift 4
  if [ ! -s "$folder/pbq-report.json" ]; then
    "$pbq" quantize "$model" --out "$folder" --calib "$calib" --nsamples "$windows" --resume "${common[@]}" "$@" >&2
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

gigabytes() { sed -n "s/^ *\"$2\" *: *\([0-9.]*\),*\$/\1/p" "$1" | head -n 1 | awk '{printf "%.4f", $1 / 1e9}'; }

# published LIST INDEX: entry of a list, or a dash.
published() { local list=($1); echo "${list[$2]:--}"; }

# Where in the lists of published perplexities (wikitext2) a model stands: "table index name", or nothing.
known() {
  case "$(printf %s "$1" | tr '[:upper:]' '[:lower:]')" in
    opt-1.3b) echo 1 0 ;; opt-2.7b) echo 1 1 ;; opt-6.7b) echo 1 2 ;; opt-13b) echo 1 3 ;; opt-30b) echo 1 4 ;; opt-66b) echo 1 5 ;;
    llama-7b) echo 2 0 ;; llama-13b) echo 2 1 ;; llama-30b) echo 2 2 ;; llama-65b) echo 2 3 ;;
    llama-2-7b*) echo 2 4 ;; llama-2-13b*) echo 2 5 ;; llama-2-70b*) echo 2 6 ;;
    *llama-3-8b*) echo 2 7 ;; *llama-3-70b*) echo 2 8 ;;
    vicuna-7b*) echo 3 0 ;; vicuna-13b*) echo 3 1 ;;
  esac
}

# name | options | table 1 | table 2 | table 3 | BiLLM's own paper: table 1 and 2 in the same order. "?" marks a figure that two papers print differently or
# that others could not reproduce.
main_rows() {
  cat <<T
full|full precision||14.62 12.47 10.86 10.13 9.56 9.34|5.68 5.09 4.10 3.53 5.47 4.88 3.32 6.14 2.86|6.34 5.57||
rtn3|RTN 3 bit|--method rtn --bits 3|13337.38 15594.72 5797.32 3357.01 1566.00 6126.09|25.54 11.40 14.89 10.59 542.80 10.68 7.53 2194.98 13592.69||13337.38 15594.72 5797.32 3357.01 1566.00 6126.09|
gptq3|GPTQ 3 bit|--method gptq --bits 3 --groupsize $blocksize|16.45 13.61 11.31 10.47 9.71 10.55|8.63 5.67 4.87 4.17 6.44 5.46 3.88 18.68 6.65||20.97? 16.88? 14.86? 11.61? 10.27? 10.51?|
rtn2|RTN 2 bit|--method rtn --bits 2|11272.65 9505.76 28363.14 194086.78 169616.47 1165864.25|106767.34 57409.93 26704.36 19832.87 17788.94 51145.61 26066.13 1335816.13 481927.66||11272.65 9505.76 28363.14 194086.78 169616.47 1165864.25|106767.34 57409.93 26704.36 19832.87 17788.93 51145.61 26066.13
gptq2|GPTQ 2 bit|--method gptq --bits 2 --groupsize $blocksize|121.64? 59.53? 20.81? 20.05? 13.04? 46.38?|129.19? 20.46? 15.29? 8.66? 52.22? 23.63? 8.18? 1480.43 82.23|688.08? 37.97?|115.17 61.59 50.19 21.36 15.71 82.10|152.31 20.44 13.01 8.78 60.45 19.70 9.12
rtn1|RTN 1 bit|--method rtn --bits 1|17165.72 36516.69 11550.91 69863488.00? 6485.99 184796.30|168388.00 1412020.25 14681.76 65253.24 157058.34 47902.32 160389.91 1353698.38 375658.34||17165.72 36516.69 11550.91 6986.35? 6485.99 184796.30|168388.00 1412020.25 14681.76 65253.24 157058.34 47902.32 160389.91
gptq1|GPTQ 1 bit|--method gptq --bits 1 --groupsize $blocksize|8719.58? 11700.13? 6633.13? 1743929.88? 14083.15? 11045.36?|164471.78? 131505.41? 10339.15? 20986.16? 59758.69? 22926.54? 14219.35? 1121260.50 130516.50||14884.73 14144.58 10622.81 15196.96 12478.37 13106.45|267001.72 113894.12 67093.73 25082.88 115905.67 9387.80 74395.42
pbllm|PB-LLM 1.7|--method xnor --low-frac 0.9 --salient-metric hessian --groupsize $blocksize|239.81? 278.27? 144.25? 74.59? 28.30? 27.66?|82.76? 44.93? 23.72? 12.81? 66.41? 236.40? 28.37 73.08 22.96|58.68? 2506.44?|265.52 124.35 105.16 81.92 25.14 29.09|102.36 36.60 33.67 12.53 69.20 151.09 28.37
billm|BiLLM|--method billm --blocksize $blocksize|69.05? 48.61? 47.65? 18.75? 13.86? 12.05?|49.79? 14.58? 9.90? 8.37? 32.31? 21.35? 13.32? 55.80 66.30|39.36? 43.39?|69.97? 49.55? 35.36? 18.82? 12.71? 12.06?|35.04? 15.14? 10.52? 8.49? 32.48? 16.77? 8.41?
arb-x|ARB-LLM_X|--method arb-x --cgb --blocksize $blocksize|45.40 34.37 20.07 15.47 12.36 11.23|21.81 11.20 8.66 7.27 21.61 14.86 7.88 31.98 14.15|22.79 13.76||
arb-rc|ARB-LLM_RC|--method arb-rc --cgb --blocksize $blocksize|26.63 19.84 14.92 12.92 11.12 10.30|14.03 10.18 7.75 6.56 16.44 11.85 6.16 27.42 11.10|17.60 13.38||
best|pbq, preset best|--method arb-x --preset best --blocksize $blocksize|||||
T
}

# name | label | windows | published wikitext2 and c4 of LLaMA-7B | options
ablation_rows() {
  cat <<T
billm|BiLLM|$nsamples|49.79? 46.96|--method billm
arb_cgb|a) ARB|$nsamples|22.67 26.44|--method arb --cgb
arb-x|a) ARB-X|$nsamples|21.81 22.73|--method arb-x --cgb
arb-rc|a) ARB-RC|$nsamples|14.03 17.92|--method arb-rc --cgb
arb-x_nocgb|b) ARB-X without CGB|$nsamples|26.29 27.11|--method arb-x
arb-rc_nocgb|b) ARB-RC without CGB|$nsamples|15.85 19.42|--method arb-rc
arb-rc_none|c) ARB-RC, no bitmap|$nsamples|10942.45 11032.93|--method arb-rc --division none
arb-rc_columns|c) ARB-RC, column bitmap|$nsamples|369.20 205.56|--method arb-rc --division columns
arb-rc_groups|c) ARB-RC, group bitmap|$nsamples|920.42 572.69|--method arb-rc --division groups
arb-x_half|d) ARB-X, half the windows|$(((nsamples + 1) / 2))|24.79 25.11|--method arb-x --cgb
arb-x_double|d) ARB-X, twice the windows|$((nsamples * 2))|21.88 24.28|--method arb-x --cgb
arb-x_T1|e) ARB-X, 1 iteration|$nsamples|22.59 -|--method arb-x --cgb --iterations 1 --x-iterations 1
arb-x_T3|e) ARB-X, 3 iterations|$nsamples|21.12 -|--method arb-x --cgb --iterations 3 --x-iterations 3
arb-rc_T1|e) ARB-RC, 1 iteration|$nsamples|15.23 -|--method arb-rc --cgb --iterations 1
arb-rc_T3|e) ARB-RC, 3 iterations|$nsamples|14.34 -|--method arb-rc --cgb --iterations 3
arb-x_g4|f) ARB-X, 4 groups|$nsamples|6.55? 8.56?|--method arb-x --cgb --groups 4
arb-rc_g4|f) ARB-RC, 4 groups|$nsamples|12.77? 16.06?|--method arb-rc --cgb --groups 4
arb-rc_g4_program|f) ARB-RC, 4 groups, the program's search|$nsamples|12.77? 16.06?|--method arb-rc --cgb --groups 4 -O published-multisplit=true
T
}

# name | label | published GB of LLaMA-7B and LLaMA-13B | options
size_rows() {
  cat <<T
pbllm|PB-LLM|2.91 5.33|--method xnor --low-frac 0.9 --salient-metric hessian --groupsize $blocksize
billm|BiLLM|2.93 5.36|--method billm --blocksize $blocksize
arb-x_nocgb|ARB-X|2.93 5.36|--method arb-x --blocksize $blocksize
arb-x|ARB-X, CGB|3.23 5.95|--method arb-x --cgb --blocksize $blocksize
arb-rc_nocgb|ARB-RC|2.63 4.77|--method arb-rc --blocksize $blocksize
arb-rc|ARB-RC, CGB|2.83 5.17|--method arb-rc --cgb --blocksize $blocksize
best|pbq, preset best||--method arb-x --preset best --blocksize $blocksize
T
}

# name | label | options
option_rows() {
  cat <<T
arb-rc|\`arb-rc --cgb\`, published|--method arb-rc --cgb
arb-x|\`arb-x --cgb\`, published|--method arb-x --cgb
o-rc-exact|arb-rc \`--compensation exact\`|--method arb-rc --cgb --compensation exact
o-x-exact|arb-x \`--compensation exact\`|--method arb-x --cgb --compensation exact
o-rc-signs|arb-rc \`--codes signs\`|--method arb-rc --cgb --codes signs
o-x-signs|arb-x \`--codes signs\`|--method arb-x --cgb --codes signs
o-rc-refine|arb-rc \`--codes signs --refine 4\`|--method arb-rc --cgb --codes signs --refine 4
o-x-refine|arb-x \`--codes signs --refine 4\`|--method arb-x --cgb --codes signs --refine 4
o-rc-groups|arb-rc \`--codes groups --refine 4\`|--method arb-rc --cgb --codes groups --refine 4
o-x-groups|arb-x \`--codes groups --refine 4\`|--method arb-x --cgb --codes groups --refine 4
o-rc-shared|arb-rc \`--codes signs --refine 4 --share-columns\`|--method arb-rc --cgb --codes signs --refine 4 --share-columns
o-x-shared|arb-x \`--codes signs --refine 4 --share-means block\`|--method arb-x --cgb --codes signs --refine 4 --share-means block
o-x-joint|arb-x \`--x-solve joint\`|--method arb-x --cgb --x-solve joint
o-rc-sequential|arb-rc \`--true-sequential\`|--method arb-rc --cgb --true-sequential
o-x-sequential|arb-x \`--true-sequential\`|--method arb-x --cgb --true-sequential
o-rc-weight|arb-rc \`--search-target weight\`|--method arb-rc --cgb --search-target weight
o-x-weight|arb-x \`--search-target weight\`|--method arb-x --cgb --search-target weight
arb-rc_g4|arb-rc \`--groups 4\`|--method arb-rc --cgb --groups 4
arb-x_g4|arb-x \`--groups 4\`|--method arb-x --cgb --groups 4
o-rc-u8|arb-rc \`--scale-dtype u8\`|--method arb-rc --cgb --scale-dtype u8
o-x-u8|arb-x \`--scale-dtype u8\`|--method arb-x --cgb --scale-dtype u8
o-rc-coded|arb-rc \`--bitmaps coded\`|--method arb-rc --cgb --bitmaps coded
o-x-coded|arb-x \`--bitmaps coded\`|--method arb-x --cgb --bitmaps coded
best|\`arb-x --preset best\`|--method arb-x --preset best
o-best-rc|\`arb-rc --preset best\`|--method arb-rc --preset best
o-best-nocgb|\`arb-x --preset best --no-cgb\`|--method arb-x --preset best --no-cgb
o-best-rc-nocgb|\`arb-rc --preset best --no-cgb\`|--method arb-rc --preset best --no-cgb
o-best-sequential|\`arb-x --preset best --no-cgb --true-sequential\`|--method arb-x --preset best --no-cgb --true-sequential
o-best-g4|\`arb-x --preset best --no-cgb --groups 4\`|--method arb-x --preset best --no-cgb --groups 4
T
}

preamble() {
  echo "# ARB-LLM, $1: $2"
  echo
  echo "Protocol \`gptq\`: disjoint windows, perplexity = exp(mean over windows of the mean negative log-likelihood)."
  echo "Calibration: $calib, $nsamples windows, seed 0; blocks of $blocksize columns. Made by \`scripts/arb-tables.sh\` with $("$pbq" --version | head -n 1)."
  echo "Stored bits are counted from bytes written, per weight of the quantized layers; paper bits as the papers count (neither scales nor bitmaps)."
  echo "Published: ARB-LLM (arXiv 2410.03129) and BiLLM (arXiv 2402.04291), shown for the model that they were measured on. A question mark: the two papers"
  echo "print different figures for the same configuration, or others could not reproduce it. Whether the papers' GPTQ shares scales in groups is not"
  echo "stated; here it does. Zero-shot averages were published as pictures only and are not shown."
  echo
}

main_table() {
  local model="$1" dir="$2" place=($3) name label spec t1 t2 t3 b1 b2 p b head rule s i text
  preamble "table ${place[0]:-1, 2 or 3}" "$model"
  head="| configuration | paper bits | stored bits |" rule="| --- | --- | --- |"
  for s in "${sets[@]}"; do head="$head $s (ours) |"; rule="$rule --- |"; done
  printf '%s wikitext2 (ARB-LLM) | wikitext2 (BiLLM) |\n%s --- | --- |\n' "$head" "$rule"
  while IFS='|' read -r name label spec t1 t2 t3 b1 b2; do
    wanted "$name" || [ "$name" = full ] || continue
    case "${place[0]:-}" in
      1) p="$(published "$t1" "${place[1]}")" b="$(published "$b1" "${place[1]}")" ;;
      2) p="$(published "$t2" "${place[1]}")" b="$(published "$b2" "${place[1]}")" ;;
      3) p="$(published "$t3" "${place[1]}")" b=- ;;
      *) p=- b=- ;;
    esac
    if [ "$name" = full ]; then
      evaluate "$model" "$dir/full.ppl.json"
      text="| $label | 16 | 16 |"
    else
      # shellcheck disable=SC2086 # the specification is a list of options
      row "$model" "$dir" "$name" "$nsamples" $spec
      text="| $label | $(bits "$dir/$name/pbq-report.json" paperBits) | $(bits "$dir/$name/pbq-report.json" storedBits) |"
    fi
    for i in "${!sets[@]}"; do text="$text $(figure "$dir/$name.ppl.json" "$i") |"; done
    echo "$text $p | $b |"
  done < <(main_rows)
}

ablation_table() {
  local model="$1" dir="$2" seven="$3" name label windows figures spec s i text p
  preamble "table 4" "$model"
  local head="| configuration | windows | paper bits | stored bits |" rule="| --- | --- | --- | --- |"
  for s in "${sets[@]}"; do head="$head $s (ours) | $s (published) |"; rule="$rule --- | --- |"; done
  printf '%s\n%s\n' "$head" "$rule"
  while IFS='|' read -r name label windows figures spec; do
    wanted "$name" || continue
    # shellcheck disable=SC2086 # the specification is a list of options
    row "$model" "$dir" "$name" "$windows" $spec --blocksize "$blocksize"
    text="| $label | $windows | $(bits "$dir/$name/pbq-report.json" paperBits) | $(bits "$dir/$name/pbq-report.json" storedBits) |"
    for i in "${!sets[@]}"; do
      p=-
      if [ "$seven" = yes ]; then
        case "${sets[$i]}" in wikitext2) p="$(published "$figures" 0)" ;; c4) p="$(published "$figures" 1)" ;; esac
      fi
      text="$text $(figure "$dir/$name.ppl.json" "$i") | $p |"
    done
    echo "$text"
  done < <(ablation_rows)
}

size_table() {
  local model="$1" dir="$2" column="$3" name label figures spec report first=yes p
  preamble "table 6" "$model"
  printf '| configuration | stored bits | GB (ours) | GB (published) |\n| --- | --- | --- | --- |\n'
  while IFS='|' read -r name label figures spec; do
    wanted "$name" || continue
    # shellcheck disable=SC2086 # the specification is a list of options
    row "$model" "$dir" "$name" "$nsamples" $spec
    report="$dir/$name/pbq-report.json"
    if [ "$first" = yes ]; then
      p=-
      [ -n "$column" ] && p="$(published "13.48 26.03" "$column")"
      echo "| original | | $(gigabytes "$report" originalBytes) | $p |"
      first=no
    fi
    p=-
    [ -n "$column" ] && p="$(published "$figures" "$column")"
    echo "| $label | $(bits "$report" storedBits) | $(gigabytes "$report" modelBytes) | $p |"
  done < <(size_rows)
  echo
  echo "The paper's second column (\"CSR\") codes the group bitmap in fewer bits than its entropy and is not reproduced; \`--bitmaps coded\` is near the entropy."
}

option_table() {
  local model="$1" dir="$2" name label spec s i text
  echo "# Beyond the papers: $model"
  echo
  echo "Calibration: $calib, $nsamples windows, seed 0; blocks of $blocksize columns. Made by \`scripts/arb-tables.sh\` with $("$pbq" --version | head -n 1)."
  echo
  local head="| configuration | stored bits |" rule="| --- | --- |"
  for s in "${sets[@]}"; do head="$head $s |"; rule="$rule --- |"; done
  printf '%s\n%s\n' "$head" "$rule"
  evaluate "$model" "$dir/full.ppl.json"
  text="| full precision | 16 |"
  for i in "${!sets[@]}"; do text="$text $(figure "$dir/full.ppl.json" "$i") |"; done
  echo "$text"
  while IFS='|' read -r name label spec; do
    wanted "$name" || continue
    # shellcheck disable=SC2086 # the specification is a list of options
    row "$model" "$dir" "$name" "$nsamples" $spec --blocksize "$blocksize"
    text="| $label | $(bits "$dir/$name/pbq-report.json" storedBits) |"
    for i in "${!sets[@]}"; do text="$text $(figure "$dir/$name.ppl.json" "$i") |"; done
    echo "$text"
  done < <(option_rows)
}

# finish FILE: what a table function wrote becomes the table.
finish() { mv "$1.new" "$1" && echo "$1"; }

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir"
  lower="$(printf %s "$name" | tr '[:upper:]' '[:lower:]')"
  case ",$tables," in *,main,*|*,1,*|*,2,*|*,3,*)
    main_table "$model" "$dir" "$(known "$name")" >"$dir/main.md.new"
    finish "$dir/main.md" ;;
  esac
  case ",$tables," in *,4,*)
    seven=no; [ "$lower" = llama-7b ] && seven=yes
    ablation_table "$model" "$dir" "$seven" >"$dir/table4.md.new"
    finish "$dir/table4.md" ;;
  esac
  case ",$tables," in *,6,*)
    column=; case "$lower" in llama-7b) column=0 ;; llama-13b) column=1 ;; esac
    size_table "$model" "$dir" "$column" >"$dir/table6.md.new"
    finish "$dir/table6.md" ;;
  esac
  case ",$tables," in *,options,*)
    option_table "$model" "$dir" >"$dir/options.md.new"
    finish "$dir/options.md" ;;
  esac
done
