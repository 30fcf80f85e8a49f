#!/usr/bin/env bash
# The report page in a browser: run.sh PROGRAM FOLDER. Installs playwright-core (pinned, with its lock) into FOLDER, makes a report there
# and drives it in Chromium. Exit code 77 (skipped), with the reason, where something that only this test needs is missing.
set -euo pipefail
program=$1 folder=$2
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

skip() { echo "skipped: $*"; exit 77; }

for tool in node npm gnuplot; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "node is older than 18"
browser=${CHROMIUM:-}
for name in chromium chromium-browser google-chrome; do [ -n "$browser" ] || browser=$(command -v "$name" || true); done
[ -n "$browser" ] || skip "chromium is not installed (Debian, Ubuntu: apt install chromium)"

mkdir -p "$folder"
cp "$here/package.json" "$here/package-lock.json" "$folder"
if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then
  (cd "$folder" && npm ci --no-audit --no-fund >npm.log 2>&1) || skip "npm cannot install playwright-core: $(tail -n 3 "$folder/npm.log")"
  cp "$folder/package-lock.json" "$folder/node_modules/.installed"
fi
cp "$here"/*.mjs "$folder"

out=$folder/out
"$program" run "$here/first.toml" "$here/second.toml" --threads 1 --out "$out" >"$folder/run.log" 2>&1 || { cat "$folder/run.log"; exit 1; }
"$program" report "$here/first.toml" "$here/second.toml" --out "$out"
BROWSER_PROGRAM=$browser REPORT=$out/report.html node --test "$folder/report_test.mjs"
