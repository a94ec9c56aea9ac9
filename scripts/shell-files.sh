#!/usr/bin/env bash
# Writes completion for bash, zsh and fish, and man pages, made from what pbq's help says.
#   scripts/shell-files.sh OUT [PBQ]     PBQ: the program to ask (default: ./pbq of this checkout)
# Then, for one user:
#   bash  source OUT/completion/pbq.bash                  (in ~/.bashrc)
#   zsh   fpath=(OUT/completion $fpath); autoload -U compinit && compinit      (in ~/.zshrc)
#   fish  cp OUT/completion/pbq.fish ~/.config/fish/completions/
#   man   MANPATH=OUT/man: man pbq-quantize
set -eu

root="$(cd "$(dirname "$0")/.." && pwd)"
if [ $# -lt 1 ]; then
  echo "shell-files.sh: the folder to write into is missing" >&2
  exit 2
fi
out="$1"
pbq="${2:-$root/pbq}"
mkdir -p "$out/completion" "$out/man/man1"
version="$("$pbq" --version | sed -n '1s/^pbq //p')"
help="$("$pbq" --help)"
# "  name    text": the commands of the list behind "Commands:".
commands="$(sed -n '/^Commands:/,/^[A-Z].*:$/s/^  \([a-z][a-z-]*\)  *\([^ ].*\)$/\1\t\2/p' <<<"$help" | grep -v '^generate-completion')"

"$pbq" generate-completion >"$out/completion/pbq.bash"
{
  echo "#compdef pbq"
  echo "# The functions of bash, as zsh runs them."
  echo "autoload -U +X bashcompinit && bashcompinit"
  cat "$out/completion/pbq.bash"
} >"$out/completion/_pbq"

# Options of a help page, "name<TAB>first line of the text": long names, without what they take.
options() {
  sed -n 's/^  \(-[A-Za-z], \|    \)--\([a-z][a-z-]*\)[^ ]* *\(.*\)$/\2\t\3/p'
}

quoted() {
  sed "s/['\\\\]/\\\\&/g"
}

# A man page: the help as it stands, between the lines that man wants.
page() {
  printf '.TH "%s" 1 "" "pbq %s"\n.SH NAME\n%s \\- %s\n.SH HELP\n.nf\n' \
    "$(tr '[:lower:]' '[:upper:]' <<<"$1")" "$version" "$1" "$2"
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"
  printf '.fi\n'
}

page pbq "post\\-training quantization of large language models" <<<"$help" >"$out/man/man1/pbq.1"
{
  echo "# completion of pbq $version for fish"
  echo "complete -c pbq -n __fish_use_subcommand -f"
  while IFS="$(printf '\t')" read -r command text; do
    printf "complete -c pbq -n __fish_use_subcommand -a %s -d '%s'\n" "$command" "$(quoted <<<"$text")"
    own="$("$pbq" help "$command")"
    page "pbq-$command" "$(sed 's/-/\\-/g' <<<"$text")" <<<"$own" >"$out/man/man1/pbq-$command.1"
    options <<<"$own" | while IFS="$(printf '\t')" read -r option about; do
      printf "complete -c pbq -n '__fish_seen_subcommand_from %s' -l %s -d '%s'\n" \
        "$command" "$option" "$(quoted <<<"$about")"
    done
  done <<<"$commands"
} >"$out/completion/pbq.fish"
echo "$out: completion for bash, zsh and fish, $(find "$out/man" -name '*.1' | wc -l) man pages"
