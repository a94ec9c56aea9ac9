#!/usr/bin/env bash
# Makes a folder with pbq and the parts of Java that it needs, for machines without Java (Linux x86-64).
#   scripts/runtime-image.sh [OUT]     default: target/pbq-VERSION-linux-x86_64
# Needs a JDK with its jmods folder, of the version that the image shall have; builds the distribution if it is not there.
set -eu

root="$(cd "$(dirname "$0")/.." && pwd)"
version="$(sed -n 's|^  <version>\(.*\)</version>.*|\1|p' "$root/pom.xml" | head -n 1)"
home="$root/cli/target/pbq-$version"
out="${1:-$root/target/pbq-$version-linux-x86_64}"

jdk="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")}"
if [ ! -x "$jdk/bin/jlink" ] || [ ! -d "$jdk/jmods" ]; then
  echo "runtime-image.sh: no JDK with jlink and jmods found (JAVA_HOME is ${JAVA_HOME:-not set})" >&2
  exit 3
fi
if [ -e "$out" ]; then
  echo "runtime-image.sh: $out exists already" >&2
  exit 2
fi
[ -d "$home/lib" ] || "$root/pbq" --version >/dev/null

# What the classes name, and what they ask for at run time: TLS, zip files as folders, vectors of numbers.
jars="$(printf '%s:' "$home"/lib/*.jar)"
found="$("$jdk/bin/jdeps" -q --multi-release 17 --ignore-missing-deps --print-module-deps -cp "$jars" "$home/lib/pbq-cli-$version.jar")"
plain="$found,java.net.http,jdk.crypto.ec,jdk.unsupported,jdk.zipfs"

work="$out.partial"
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$out")"
cp -R "$home" "$work"
rm -rf "$work/.built" "$work/classes"
"$jdk/bin/jlink" --module-path "$jdk/jmods" --add-modules "$plain,jdk.incubator.vector" --strip-debug --no-header-files --no-man-pages --compress=2 --output "$work/runtime"
printf '%s\n' "$plain" >"$work/runtime/pbq-modules"
"$work/bin/pbq" --version
mv "$work" "$out"
trap - EXIT
echo "$out: $(du -sm "$out" | cut -f1) MB, of which Java $(du -sm "$out/runtime" | cut -f1); start it with bin/pbq"
