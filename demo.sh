#!/usr/bin/env bash
# The main job on the example, from a fresh clone: build a baseline, start it, commit fixes, build deltas, apply them to the running
# process under load, roll back. Says what it saw; the exit code is 0 only when all of it was so.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
. build/prerequisites.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export GIT_AUTHOR_NAME=demo GIT_AUTHOR_EMAIL=demo@example.com GIT_COMMITTER_NAME=demo GIT_COMMITTER_EMAIL=demo@example.com

work=$(mktemp -d)
service_pid= load_pid=
cleanup() {
  [ -z "$load_pid" ] || kill "$load_pid" 2>/dev/null || true
  [ -z "$service_pid" ] || kill "$service_pid" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

title() { printf '\n== %s\n' "$1"; }
run() { printf '$ %s\n' "$*"; "$@"; }
fail() { printf 'FAILED: %s\n' "$1" >&2; exit 1; }

# The build says much; shown is what HotpatchBuild says, and everything when the build fails.
build() {
  printf '$ dotnet build -c Release -p:EmitHotpatch=true\n'
  if ! dotnet build -c Release -p:EmitHotpatch=true >"$work/build.log" 2>&1; then
    cat "$work/build.log" >&2
    fail "the build"
  fi
  sed -n -e 's/^ *\(hotpatch: .*\)/\1/p' -e 's/.*: \(warning HPB[0-9]*: .*\) \[.*/\1/p' "$work/build.log" | sed "s:$work/::g" | awk '!seen[$0]++'
}

commit_fix() {
  git apply "fixes/$1"
  git add -A
  git commit -qm "$2"
  printf '$ git commit -m "%s"\n' "$2"
  git show --stat --format= HEAD | sed '$d'
}

ask() { curl -s -m 10 -X POST -H 'content-type: application/json' -d "$1" "$url/carts/price"; }
expect() { # question, answer, what it shows
  local answer
  answer=$(ask "$1")
  printf '%-28s %s\n' "$3" "$answer"
  [ "$answer" = "$2" ] || fail "expected $2"
}

half_cent='{"tier":"Basic","lines":[{"sku":"PEN-01","quantity":2}]}'
half_cent_wrong='{"listPrice":2.50,"discount":0,"tax":0.62,"total":3.12,"adjustments":[]}'
half_cent_right='{"listPrice":2.50,"discount":0,"tax":0.63,"total":3.13,"adjustments":[]}'
negative='{"tier":"Basic","lines":[{"sku":"LMP-02","quantity":2},{"sku":"CHO-01","quantity":-3}]}'
negative_wrong='{"listPrice":73.35,"discount":0,"tax":19.18,"total":92.53,"adjustments":[]}'
negative_right='{"error":"The quantity of CHO-01 must be at least 1, not -3."}'
coupon='{"tier":"Basic","coupon":"WELCOME5","lines":[{"sku":"PEN-01","quantity":1}]}'
coupon_wrong='{"listPrice":1.25,"discount":5.00,"tax":-0.94,"total":-4.69,"adjustments":[{"rule":"coupon","amount":-5.00}]}'
coupon_right='{"listPrice":1.25,"discount":1.25,"tax":0.00,"total":0.00,"adjustments":[{"rule":"coupon","amount":-1.25}]}'

title "What is needed, and the two packages"
require_prerequisites
pack_packages
dotnet tool install HotpatchBuild.Tool --tool-path "$work/tools" --add-source "$root/artifacts/packages" --version 0.1.0 >"$work/tool.log" 2>&1 || { cat "$work/tool.log" >&2; fail "installing the tool"; }
export PATH="$work/tools:$PATH"
(cd artifacts/packages && ls)

title "A service as its team has it: the pricing example in a git repository of its own"
mkdir "$work/pricing"
git ls-files -z examples/pricing | (cd examples/pricing && sed -z 's:^examples/pricing/::' | xargs -0 cp --parents -t "$work/pricing")
cd "$work/pricing"
cat >nuget.config <<CONFIG
<configuration><packageSources><add key="hotpatch" value="$root/artifacts/packages" /></packageSources></configuration>
CONFIG
printf 'bin/\nobj/\n' >.gitignore
git init -q -b main .
git add -A
git commit -qm "Pricing service 1.0"
run git log --oneline

title "The baseline"
build
cp bin/Release/net9.0/linux-x64/native/Pricing "$work/Pricing"

title "In production"
ASPNETCORE_URLS=http://127.0.0.1:0 "$work/Pricing" >"$work/service.log" 2>&1 &
service_pid=$!
for _ in $(seq 300); do
  url=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/service.log")
  [ -n "$url" ] && curl -sf -m 5 "$url/health" >/dev/null && break
  kill -0 "$service_pid" 2>/dev/null || { cat "$work/service.log" >&2; fail "the service ended"; }
  read -rt 0.1 <> <(:) || true
done
[ -n "$url" ] || fail "the service does not answer"
curl -sf -X POST -H 'content-type: application/json' -d "$half_cent" "$url/orders" >/dev/null || fail "an order"
orders_before=$(curl -s "$url/stats" | sed 's/.*"orders":\([0-9]*\).*/\1/')
echo "process $service_pid, $orders_before order in memory"
expect "$half_cent" "$half_cent_wrong" "half a cent, WRONG:"
expect "$negative" "$negative_wrong" "negative quantity, WRONG:"
expect "$coupon" "$coupon_wrong" "coupon above price, WRONG:"
# From here on somebody asks all the time; a request that gets no answer is written down.
(
  while :; do
    ask '{"tier":"Basic","lines":[{"sku":"LMP-02","quantity":1}]}' | grep -q '"total":49.88' || echo "a request failed" >>"$work/failed"
    echo . >>"$work/asked"
  done
) &
load_pid=$!

title "First fix: the rounding of half a cent"
commit_fix 0001-rounding.patch "Round half a cent up, as the invoice does"
build
delta=bin/Release/net9.0/linux-x64/hotpatch/Pricing.hotpatch
run hotpatch apply $delta --pid $service_pid
expect "$half_cent" "$half_cent_right" "half a cent, right:"
expect "$negative" "$negative_wrong" "negative quantity, WRONG:"

title "Second and third fix: a missing check, and the order of the discounts"
commit_fix 0002-negative-quantity.patch "Refuse quantities below one"
commit_fix 0003-discount-order.patch "Discounts before coupons, coupons never above the price"
build
run hotpatch check $delta --pid $service_pid
run hotpatch apply $delta --pid $service_pid
expect "$half_cent" "$half_cent_right" "half a cent, right:"
expect "$negative" "$negative_right" "negative quantity, right:"
expect "$coupon" "$coupon_right" "coupon above price, right:"

title "What is in force"
run hotpatch status --pid $service_pid
stats=$(curl -s "$url/stats")
echo "$stats"
[ "$(sed 's/.*"processId":\([0-9]*\).*/\1/' <<<"$stats")" = "$service_pid" ] || fail "another process answers"
[ "$(sed 's/.*"orders":\([0-9]*\).*/\1/' <<<"$stats")" = "$orders_before" ] || fail "the orders are gone"

title "And back"
run hotpatch rollback --pid $service_pid
expect "$half_cent" "$half_cent_wrong" "half a cent, WRONG again:"
expect "$negative" "$negative_wrong" "negative, WRONG again:"
expect "$coupon" "$coupon_wrong" "coupon, WRONG again:"

kill "$load_pid" 2>/dev/null || true
wait "$load_pid" 2>/dev/null || true
load_pid=
[ ! -e "$work/failed" ] || fail "$(wc -l <"$work/failed") requests were not answered as they should"
title "All of it was so"
echo "$(wc -l <"$work/asked") requests of the load in the background, none failed; the same process $service_pid throughout"
