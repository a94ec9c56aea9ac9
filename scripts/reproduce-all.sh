#!/usr/bin/env bash
# Runs the tables of all papers for model folders of your choice and writes a page for each, docs/results/MODEL.md: published figure, ours,
# protocol and deviation side by side, with a mark for what is within a band around the published figure. Resumable: what is finished is not
# done again. A part that fails is told, the others go on, and the exit code is 1.
#
#   scripts/reproduce-all.sh [--only PART,PART] [--rows NAME,NAME] [--band PERCENT] [--calib SET|FILE] [--eval SET|FILE,...] [--nsamples N] [--seqlen N] [--blocksize N] [--data-dir DIR] [--limit N] [--train "OPTIONS"] [--no-tasks] [--work DIR] [--pages DIR] [--force] MODEL...
#
# Parts: pb-llm-1 pb-llm-3 arb-main arb-4 arb-6 block-formats block-weights hqq-blog hqq-widths qat-2 qat-4 onebit curve (default: all; qat and onebit train,
# as long as their papers do unless --train says otherwise, and measure tasks unless --no-tasks is given). --rows makes only these
# configurations. --band: 5. --force does the chosen parts again. Options left out are those of each paper's script; for
# tiny its own texts and 256 tokens. Published figures stand only beside the model that they were published for. Without arguments: --help.
set -eu

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export PBQ="${PBQ:-$here/../pbq}"
all=(pb-llm-1 pb-llm-3 arb-main arb-4 arb-6 block-formats block-weights hqq-blog hqq-widths qat-2 qat-4 onebit curve)
only= rows= band=5 calib= eval_sets= nsamples= seqlen= blocksize= data_dir= limit= train= tasks=yes force=no
work=results/reproduce pages="$here/../docs/results"
models=()

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit "$1"; }
die() { echo "reproduce-all: $2" >&2; exit "$1"; }

[ $# -gt 0 ] || usage 2
while [ $# -gt 0 ]; do
  case "$1" in
    --force) force=yes; shift; continue ;;
    --no-tasks) tasks=no; shift; continue ;;
    --help|-h) usage 0 ;;
    --only|--rows|--band|--calib|--eval|--nsamples|--seqlen|--blocksize|--data-dir|--limit|--train|--work|--pages)
      [ $# -gt 1 ] || die 2 "$1 needs a value" ;;
    -*) die 2 "unknown option $1" ;;
    *) models+=("${1%/}"); shift; continue ;;
  esac
  case "$1" in
    --only) only="$2" ;; --rows) rows="$2" ;; --band) band="$2" ;; --calib) calib="$2" ;; --eval) eval_sets="$2" ;;
    --nsamples) nsamples="$2" ;; --seqlen) seqlen="$2" ;; --blocksize) blocksize="$2" ;; --data-dir) data_dir="$2" ;;
    --limit) limit="$2" ;; --train) train="$2" ;; --work) work="$2" ;; --pages) pages="$2" ;;
  esac
  shift 2
done
[ ${#models[@]} -gt 0 ] || usage 2
printf %s "$band" | grep -Eq '^[0-9]+(\.[0-9]+)?$' || die 2 "--band $band is not a percentage"
parts=("${all[@]}")
[ -z "$only" ] || IFS=, read -r -a parts <<<"$only"
for part in "${parts[@]}"; do
  case " ${all[*]} " in *" $part "*) ;; *) die 2 "--only $part: no such part; there are ${all[*]}" ;; esac
done
twice="$(for m in "${models[@]}"; do basename "$m"; done | sort | uniq -d | head -n 1)"
[ -z "$twice" ] || die 2 "two models are named $twice: they would write one page"
[ -z "$data_dir" ] || [ -d "$data_dir" ] || die 3 "--data-dir $data_dir: there is no such folder"

told="$("$PBQ" --version)" || die 3 "$PBQ does not start"
version="$(head -n 1 <<<"$told")"
environment="$(sed -n 2p <<<"$told"), $(getconf _NPROCESSORS_ONLN) processors"
revision="$(git -C "$here" rev-parse --short=10 HEAD 2>/dev/null || echo unknown)"
[ "$revision" = unknown ] || git -C "$here" diff --quiet HEAD -- ':/' ':(exclude,top)docs' || revision="$revision with changes"

# part -> script, table option, file that the script writes.
script() { case "$1" in pb-llm-*) echo pb-llm-tables.sh ;; arb-*) echo arb-tables.sh ;; block-*) echo block-formats-tables.sh ;; qat-*) echo qat-tables.sh ;; onebit) echo onebit-tables.sh ;; curve) echo curve.sh ;; *) echo hqq-tables.sh ;; esac; }
table() {
  case "$1" in
    pb-llm-1) echo 1 table1 ;; pb-llm-3) echo 3 table3 ;; arb-main) echo main main ;; arb-4) echo 4 table4 ;; arb-6) echo 6 table6 ;;
    block-formats) echo formats formats ;; block-weights) echo weights weights ;; hqq-blog) echo blog blog ;; hqq-widths) echo widths widths ;;
    qat-2) echo 2 table2 ;; qat-4) echo 4 table4 ;; onebit) echo - onebit ;; curve) echo - curve ;;
  esac
}
# sets PART: the data sets that it is evaluated on.
sets() {
  if [ -n "$sets_of_model" ]; then echo "$sets_of_model"; return; fi
  case "$1" in pb-llm-*) echo c4,wikitext2,ptb ;; arb-*|onebit) echo wikitext2,c4 ;; *) echo wikitext2 ;; esac
}

# Paths of one machine are of no use on a page: of absolute ones the last name stays.
neutral() { case "$1" in /*) echo "$2/$(basename "$1")" ;; *) echo "$1" ;; esac; }
neutral_list() {
  local list=() text="" s
  IFS=, read -r -a list <<<"$1"
  for s in "${list[@]}"; do text="$text,$(neutral "$s" data)"; done
  echo "${text#,}"
}
# train_files: the files among the options of trainings, with commas between them.
train_files() { tr ' ' '\n' <<<"$train" | grep '^/' | paste -sd,; }
# cleaned MODEL: standard input with the paths of the model and the texts made neutral.
cleaned() {
  awk -v from="$1,$calib_of_model,$sets_of_model,$(train_files)" \
    -v to="$(neutral "$1" models),$(neutral_list "$calib_of_model"),$(neutral_list "$sets_of_model"),$(neutral_list "$(train_files)")" '
    BEGIN { n = split(from, f, ","); split(to, t, ",") }
    { for (i = 1; i <= n; i++) if (f[i] ~ /^\//) { rest = $0; done = ""
        while ((p = index(rest, f[i])) > 0) { done = done substr(rest, 1, p - 1) t[i]; rest = substr(rest, p + length(f[i])) }
        $0 = done rest }
      print }'
}

# run_part MODEL DIR PART: makes one part's table, unless it is finished.
run_part() {
  local model="$1" dir="$2" part="$3" option file out options log problem
  read -r option file <<<"$(table "$part")"
  out="$dir/${part%%-*}" log="$dir/$part.log"
  options=(--out "$out" --eval "$(sets "$part")")
  case "$part" in onebit) ;; curve) options+=(${rows:+--only "$rows"}) ;; *) options+=(--tables "$option" ${rows:+--only "$rows"}) ;; esac
  case "$part" in pb-llm-*|arb-*|curve) options+=(${calib_of_model:+--calib "$calib_of_model"} ${nsamples:+--nsamples "$nsamples"}) ;; esac
  case "$part" in arb-*) options+=(${blocksize:+--blocksize "$blocksize"}) ;; esac
  case "$part" in qat-*|onebit) options+=(${train:+--train "$train"}); [ "$tasks" = yes ] || options+=(--no-tasks) ;; esac
  options+=(${seqlen_of_model:+--seqlen "$seqlen_of_model"} ${data_dir:+--data-dir "$data_dir"} ${limit:+--limit "$limit"})
  rm -f "$dir/$part.done" "$dir/$part.md"
  echo "reproduce-all: $(basename "$model"): $part ..." >&2
  if ! "$here/$(script "$part")" "${options[@]}" "$model" >"$log" 2>&1; then
    problem="$(grep -m 1 -E '^(pbq|curve|[a-z-]*tables):' "$log" || tail -n 1 "$log")"
    echo "reproduce-all: $(basename "$model"): $part failed: ${problem:-no message} (log: $log)" >&2
    return 1
  fi
  cp "$out/$(basename "$model")/$file.md" "$dir/$part.md.new" && mv "$dir/$part.md.new" "$dir/$part.md"
  printf '%s\n%s\n' "rows=$rows" "$revision" >"$dir/$part.done"
}

finished() { [ -s "$1/$2.done" ] && [ "$(head -n 1 "$1/$2.done")" = "rows=$rows" ]; }

# results FILE: a line for each data set of a result: name|protocol|text hash|tokenizer hash|tokens scored|BOS|how joined.
results() {
  awk '
    function value(s) { sub(/^[^:]*: */, "", s); sub(/,$/, "", s); gsub(/^"|"$/, "", s); return s }
    function flush() {
      if (set != "") printf "%s|%s, %s windows of %s tokens%s|%s|%s|%s|%s|%s\n", set, v["protocol"], v["windows"], v["seqlen"],
        ("stride" in v && v["stride"] != "null" ? " every " v["stride"] : ""), v["text_sha256"], v["tokenizer"], v["scored_tokens"], v["bos"], v["joined"]
      set = ""; delete v }
    /^ *"dataset" *:/ { flush(); set = value($0) }
    /^ *"(protocol|windows|seqlen|stride|text_sha256|tokenizer|scored_tokens|bos|joined)" *:/ { k = $0; sub(/^ *"/, "", k); sub(/".*/, "", k); v[k] = value($0) }
    END { flush() }' "$1"
}
first_result() { find "$1" -maxdepth 1 -name '*.ppl.json' -size +0 2>/dev/null | sort | head -n 1; }

# section PART TABLE RESULT: the table of a script with one line for each figure.
section() {
  awk -F'|' -v band="$band" -v sets="$(sets "$1")" -v protocols="$([ -z "$3" ] || results "$3" | tr '\n' '\t')" '
    function trim(s) { gsub(/^ +| +$/, "", s); return s }
    function number(s) { return s ~ /^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$/ }
    function judge(ours, pub,   doubt, d, mark) {
      doubt = sub(/\?$/, "", pub)
      if (!number(ours) || !number(pub) || pub == 0) return "n/a |"
      d = 100 * (ours - pub) / pub
      mark = (d < 0 ? -d : d) <= band ? "🟩 inside" : "🟥 outside"
      if (doubt) mark = mark " (published figure in doubt)"
      return sprintf("%+.2f %% | %s", d, mark) }
    function out(keys, m, ours, pub, source,   shown) {
      shown = pub == "" ? "n/a" : pub source
      printf "|%s %s | %s | %s | %s | %s |\n", keys, m, (m in how ? how[m] : "bytes written"), shown, (ours == "" ? "n/a" : ours),
        (pub == "" ? "n/a | n/a" : (j = judge(ours, pub)) == "n/a |" ? "n/a | n/a" : j) }
    BEGIN {
      n = split(sets, names, ",")
      for (i = 1; i <= n; i++) isset[names[i]] = 1
      k = split("boolq piqa hellaswag winogrande arc_easy arc_challenge openbookqa mean", tasks, " ")
      for (i = 1; i <= k; i++) how[tasks[i]] = "accuracy in percent, zero-shot"
      k = split(protocols, lines, "\t")
      for (i = 1; i <= k && i <= n; i++) { split(lines[i], f, "|"); how[names[i]] = f[2] } }
    !/^\|/ { if (/^# /) { sub(/^# /, "## "); sub(/: [^:]*$/, "") } print; next }
    !head {
      head = 1
      for (i = 2; i < NF; i++) {
        h = trim($i); kind[i] = "key"; name[i] = h
        if (h in isset) kind[i] = "ours"
        else if (h ~ / \(ours\)$/) { kind[i] = "ours"; sub(/ \(ours\)$/, "", name[i]) }
        else if (h == "GB without scales and zeros") kind[i] = "ours"
        else if (h == "GB of VRAM (published)") { kind[i] = "pub"; name[i] = "GB without scales and zeros" }
        else if (h ~ / \((published|ARB-LLM|BiLLM)\)$/) {
          kind[i] = "pub"; source[i] = h; sub(/.* /, "", source[i]); sub(/ \([^(]*\)$/, "", name[i])
          source[i] = source[i] == "(published)" ? "" : " " source[i] }
        if (kind[i] == "key") line = line " " h " |" }
      print "|" line " figure | protocol | published | ours | deviation | band |"
      gsub(/[^|]+/, " --- ", line); print "|" line " --- | --- | --- | --- | --- | --- |"
      next }
    /^\|( *-+ *\|)+$/ && !rule { rule = 1; next }
    {
      keys = ""; columns = 0; delete used
      for (i = 2; i < NF; i++) if (kind[i] == "key") { c = trim($i); keys = keys " " (c == "" ? "-" : c) " |" }
      for (i = 2; i < NF; i++) if (kind[i] == "ours") {
        o = trim($i); if (o == "-" || o ~ /^n\/a/) o = ""
        said = 0
        for (p = 2; p < NF; p++) if (kind[p] == "pub" && name[p] == name[i]) {
          c = trim($p)
          if (c != "-" && c !~ /^n\/a/ && c != "") { out(keys, name[i], o, c, source[p]); said = 1 } }
        if (!said && o != "") out(keys, name[i], o, "", "") }
      for (p = 2; p < NF; p++) if (kind[p] == "pub") {
        c = trim($p); met = 0
        for (i = 2; i < NF; i++) if (kind[i] == "ours" && name[i] == name[p]) met = 1
        if (!met && c != "-" && c !~ /^n\/a/ && c != "") out(keys, name[p], "", c, source[p]) } }' "$2"
}

# curve MODEL DIR: the curve's table as it is, nobody having published one, and its pictures beside the page.
curve() {
  local name picture
  name="$(basename "$1")"
  echo "## Loss against stored bits"
  echo
  sed 1,2d "$2/curve.md"
  for picture in linears file; do
    [ -s "$2/curve/$name/curve-$picture.svg" ] || continue
    cp "$2/curve/$name/curve-$picture.svg" "$pages/$name-curve-$picture.svg"
    echo
    echo "![loss against the size of the $picture]($name-curve-$picture.svg)"
  done
}

# command MODEL: the command that makes this page.
command_of() {
  local text="scripts/reproduce-all.sh" quoted="" o v
  [ -z "$train" ] || quoted="\"$train\""
  while IFS='|' read -r o v; do
    [ -z "$v" ] || text="$text $o $v"
  done <<T
--only|$only
--rows|$rows
--band|$([ "$band" = 5 ] || echo "$band")
--calib|$(neutral_list "$calib")
--eval|$(neutral_list "$eval_sets")
--nsamples|$nsamples
--seqlen|$seqlen
--blocksize|$blocksize
--data-dir|$([ -z "$data_dir" ] || echo data)
--limit|$limit
--train|$quoted
T
  [ "$tasks" = yes ] || text="$text --no-tasks"
  echo "$text $(neutral "$1" models)"
}

# page MODEL DIR FAILED: the whole page.
page() {
  local model="$1" dir="$2" failed="$3" part result texts="" made=""
  for part in "${parts[@]}"; do
    [ -s "$dir/$part.done" ] && made="$made$(sed -n 2p "$dir/$part.done")"$'\n'
    result="$(first_result "$dir/${part%%-*}/$(basename "$model")")"
    [ -z "$result" ] || texts="$texts$(results "$result")"$'\n'
  done
  echo "# Results: $(basename "$model")"
  echo
  echo "Made by this command, from a checkout:"
  echo
  echo "    $(command_of "$model")"
  echo
  echo "| | |"
  echo "| --- | --- |"
  echo "| version | $version, revision $(printf %s "$made" | sort -u | sed '/^$/d' | paste -sd, | sed 's/,/, /g') |"
  echo "| seed | 0 |"
  echo "| environment | $environment |"
  echo "| band | ±$band % around the published figure |"
  echo
  echo "Deviation is (ours - published) / published: 🟩 inside the band, 🟥 outside. Where the published figure is in doubt, the section says why."
  echo "\`n/a\`: no figure was published for this model, or none is at hand. Paths stand as \`models/\` and \`data/\` with the last name."
  if [ -n "$limit" ]; then echo "Only the first $limit windows of each text are evaluated: such figures compare with each other, not with those of whole texts."; fi
  case ",$sets_of_model," in *,"${calib_of_model:-c4}",*)
    [ ! -f "$calib_of_model" ] || echo "Calibration and evaluation draw on the same file: methods that calibrate look better here than on other text." ;;
  esac
  echo
  echo "| text | sha256 of the text | joined | BOS | sha256 of the tokenizer |"
  echo "| --- | --- | --- | --- | --- |"
  printf %s "$texts" | awk -F'|' '!seen[$1 $3 $6]++ { printf "| %s | %s | %s | %s | %s |\n", $1, substr($3, 1, 16), $7, $6, substr($4, 1, 16) }'
  for part in "${parts[@]}"; do
    echo
    if [ "$part" = curve ] && [ -s "$dir/curve.md" ]; then
      curve "$model" "$dir"
    elif [ -s "$dir/$part.md" ]; then
      section "$part" "$dir/$part.md" "$(first_result "$dir/${part%%-*}/$(basename "$model")")"
    else
      echo "## $part"
      echo
      echo "**Failed**, or not made: this part has no figures."
    fi
  done
}

status=0
for model in "${models[@]}"; do
  name="$(basename "$model")" calib_of_model="$calib" sets_of_model="$eval_sets" seqlen_of_model="$seqlen"
  if [ "$model" = tiny ]; then
    calib_of_model="${calib:-tiny}" sets_of_model="${eval_sets:-tiny}" seqlen_of_model="${seqlen:-256}"
  fi
  if ! problem="$("$PBQ" inspect "$model" --json 2>&1 >/dev/null)"; then
    echo "reproduce-all: $model: $(sed -n 's/^pbq: //p' <<<"$problem" | head -n 1)" >&2
    status=3
    continue
  fi
  key="$(printf '%s\n' "$(realpath -q "$model" || echo "$model")" "$calib_of_model" "$sets_of_model" "$nsamples" "$seqlen_of_model" \
    "$blocksize" "$data_dir" "$limit" ${train:+"$train"} $([ "$tasks" = yes ] || echo no-tasks) "$version" | cksum | cut -d' ' -f1)"
  dir="$work/$name-$key"
  if [ "$force" = yes ]; then
    for part in "${parts[@]}"; do rm -rf "${dir:?}/${part%%-*}" "$dir/$part.done" "$dir/$part.md"; done
  fi
  mkdir -p "$dir" "$pages"
  todo=()
  wanted=
  for part in "${parts[@]}"; do
    finished "$dir" "$part" || { todo+=("$part"); wanted="$wanted,$(sets "$part")"; }
  done
  if [ ${#todo[@]} -gt 0 ]; then
    # Data that is missing is told once, before hours of work, and not by each part.
    wanted="$(tr ',' '\n' <<<"${wanted#,}" | sort -u | paste -sd,)"
    if ! problem="$("$PBQ" eval-ppl tiny --dataset "$wanted" ${data_dir:+--data-dir "$data_dir"} --seqlen 32 --limit 1 2>&1 >/dev/null)"; then
      echo "reproduce-all: $name: $(sed -n 's/^pbq: //p' <<<"$problem" | head -n 1)" >&2
      status=3
      continue
    fi
  fi
  failed=
  for part in ${todo[@]+"${todo[@]}"}; do
    run_part "$model" "$dir" "$part" || { failed="$failed $part"; [ "$status" -ne 0 ] || status=1; }
  done
  page "$model" "$dir" "$failed" | cleaned "$model" >"$pages/$name.md.new"
  mv "$pages/$name.md.new" "$pages/$name.md"
  echo "$pages/$name.md"
done
exit "$status"
