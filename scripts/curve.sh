#!/usr/bin/env bash
# Draws the curve of loss against stored bits for model folders of your choice: perplexity and KL of many quantizations against the stored bits of
# their linears and the bytes of their files, with the Pareto front. Resumable: what has been quantized or measured is not done again.
#
#   scripts/curve.sh [--out DIR] [--calib SET|FILE] [--eval SET|FILE,...] [--nsamples N] [--seqlen N] [--limit N] [--only NAME,NAME] [--more FILE|MODEL,...] [--data-dir DIR] MODEL...
#
# Writes DIR/MODEL/curve.md with curve-linears.svg and curve-file.svg, and all that pbq compare keeps (recipes, packed folders, compare.csv, compare.json,
# report.html). --only makes only these rows (default: all that --only nosuch lists). --more takes further recipes, models that are quantized already
# and files of figures, as pbq compare --recipes does. --calib and --eval default to those of pbq quantize and pbq compare; for tiny its own texts
# and 256 tokens. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pbq="${PBQ:-$here/../pbq}"
out=results/curve calib= eval_sets= nsamples= seqlen= limit= only= more= data_dir=
models=()

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --out) out="$2"; shift 2 ;;
    --calib) calib="$2"; shift 2 ;;
    --eval) eval_sets="$2"; shift 2 ;;
    --nsamples) nsamples="$2"; shift 2 ;;
    --seqlen) seqlen="$2"; shift 2 ;;
    --limit) limit="$2"; shift 2 ;;
    --only) only="$2"; shift 2 ;;
    --more) more="$2"; shift 2 ;;
    --data-dir) data_dir="$2"; shift 2 ;;
    --help|-h) usage 0 ;;
    -*) echo "curve: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
[ ${#models[@]} -gt 0 ] || usage 2

# Rows: name, method, settings with ; between them, keys of the recipe.
rows() {
  local b
  for b in 2 3 4; do
    echo "rtn-$b|rtn|bits = $b; groupsize = 64|"
    echo "gptq-$b|gptq|bits = $b; groupsize = 64|"
    echo "gptq-best-$b|gptq|bits = $b; groupsize = 64; preset = \"best\"|"
    echo "hqq-$b|hqq|bits = $b; groupsize = 64|"
  done
  cat <<'T'
arb-rc-best|arb-rc|preset = "best"|
arb-rc-best-no-cgb|arb-rc|preset = "best"; cgb = false|
billm|billm||
xnor-0.9|xnor|low-frac = 0.9|
T
  for b in 3 4 6; do echo "bfp-$b|bfp|bits = $b|"; done
  for b in 1.0 1.5 2.0 2.25 2.5 3.0 4.0; do
    echo "ecq-$b|ecq|bits = $b|"
    echo "ecq-targets-$b|ecq|bits = $b|targets = \"quantized\""
  done
}

names="$(rows | cut -d'|' -f1)"
[ -z "$only" ] || grep -qxFf <(tr ',' '\n' <<<"$only") <<<"$names" || {
  echo "curve: --only $only: no such row; there are $(paste -sd' ' <<<"$names")" >&2
  exit 2
}

# recipes DIR: writes the recipes of the wanted rows and prints their names with commas between them.
recipes() {
  local name method settings keys list=
  while IFS='|' read -r name method settings keys; do
    [ -z "$only" ] || case ",$only," in *",$name,"*) ;; *) continue ;; esac
    { echo "method = \"$method\""; [ -z "$keys" ] || echo "$keys"; echo "[settings]"; tr ';' '\n' <<<"$settings"; } >"$1/$name.toml"
    list="$list,$1/$name.toml"
  done < <(rows)
  echo "${list#,}"
}

for model in "${models[@]}"; do
  name="$(basename "$model")"
  dir="$out/$name"
  mkdir -p "$dir/recipes"
  calib_of_model="$calib" sets_of_model="$eval_sets" seqlen_of_model="$seqlen"
  if [ "$model" = tiny ]; then
    calib_of_model="${calib:-tiny}" sets_of_model="${eval_sets:-tiny}" seqlen_of_model="${seqlen:-256}"
  fi
  status=0
  "$pbq" compare "$model" --recipes "$(recipes "$dir/recipes")${more:+,$more}" --out "$dir" --resume --report "$dir/report" \
    ${calib_of_model:+--calib "$calib_of_model"} ${sets_of_model:+--dataset "$sets_of_model"} ${nsamples:+--nsamples "$nsamples"} \
    ${seqlen_of_model:+--seqlen "$seqlen_of_model"} ${limit:+--limit "$limit"} ${data_dir:+--data-dir "$data_dir"} >&2 || status=$?
  [ -s "$dir/compare.md" ] || exit "$status"
  # Without the command line, whose paths are of one machine.
  { sed '/^    pbq compare /d' "$dir/compare.md"; } >"$dir/curve.md.new"
  mv "$dir/curve.md.new" "$dir/curve.md"
  echo "$dir/curve.md"
  [ "$status" -eq 0 ] || exit "$status"
done
