#!/usr/bin/env bash
# The tests on a busy machine: starts endless loops beside them and ends them afterwards.
#
#   tests/platforms/busy.sh BUILD [LOOPS [CTEST OPTION...]]     for example: busy.sh build/ci 4 -R signals
#
# BUILD: a folder with the tests, built; LOOPS: 4 by default. The exit code is ctest's.
set -euo pipefail
[ $# -ge 1 ] && [ -f "$1/CTestTestfile.cmake" ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
build=$1 loops=${2:-4}
shift $(($# < 2 ? $# : 2))
busy=()
trap 'kill "${busy[@]}" 2>/dev/null || true' EXIT
for ((i = 0; i < loops; ++i)); do
  (while :; do :; done) &
  busy+=($!)
done
ctest --test-dir "$build" --output-on-failure -j "$(getconf _NPROCESSORS_ONLN)" "$@"
