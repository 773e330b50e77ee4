#!/usr/bin/env bash
# All tests. The last line is "N passed, M failed"; the exit code is 0 only when none failed and all ran.
# ./test.sh [dotnet test --filter expression]
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
. build/prerequisites.sh

passed=0
failed=0
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

step() {
  echo "== $1"
  shift
  "$@" || { failed=$((failed + 1)); finish; }
}

filter=()
[ $# -gt 0 ] && filter=(--filter "$1")
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

step "prerequisites" require_prerequisites
step "build" quietly dotnet build HotpatchBuild.sln -c Release -v quiet
step "pack" pack_packages

for project in tests/Unit/HotpatchBuild.Tests.Unit.csproj tests/Live/HotpatchBuild.Tests.Live.csproj tests/Edits/HotpatchBuild.Tests.Edits.csproj; do
  name=$(basename "$project" .csproj)
  echo "== $name"
  trx="$results/$name.trx"
  code=0
  dotnet test "$project" -c Release --no-build -v quiet "${filter[@]}" --logger "console;verbosity=normal" --logger "trx;LogFileName=$trx" >"$results/$name.log" 2>&1 || code=$?
  counters=$(grep -o '<Counters [^>]*' "$trx" 2>/dev/null)
  p=$(grep -o 'passed="[0-9]*"' <<<"$counters" | grep -o '[0-9]*')
  executed=$(grep -o 'executed="[0-9]*"' <<<"$counters" | grep -o '[0-9]*')
  f=$((${executed:-0} - ${p:-0}))
  # A run that broke off (no results, a crash) has failed even if no single test did.
  if [ "$f" -eq 0 ] && [ "$code" -ne 0 ]; then f=1; fi
  # Messages and traces of what failed; the list of what passed would bury them.
  [ "$f" -eq 0 ] || grep -v '^  Passed ' "$results/$name.log"
  passed=$((passed + ${p:-0}))
  failed=$((failed + f))
done
finish
