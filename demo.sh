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

# Sets url.
await_service() { # its log
  for _ in $(seq 300); do
    url=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$1")
    [ -n "$url" ] && curl -sf -m 5 "$url/health" >/dev/null && return
    kill -0 "$service_pid" 2>/dev/null || { cat "$1" >&2; fail "the service ended"; }
    read -rt 0.1 <> <(:) || true
  done
  fail "the service does not answer"
}

shop() { # session, method, path, body
  curl -s -m 10 -X "$2" -H "Authorization: Bearer $1" ${4:+-H 'content-type: application/json' -d "$4"} "$url$3"
}
sign_in() { shop "" POST /sessions "{\"customer\":\"$1\",\"password\":\"$2\"}" | sed 's/.*"session":"\([^"]*\)".*/\1/'; }
seen() { # what it shows, session, path, pattern of the answer
  local answer
  answer=$(shop "$2" GET "$3")
  printf '%-36s %s\n' "$1" "$answer"
  # shellcheck disable=SC2053 # a pattern
  [[ $answer == $4 ]] || fail "expected $4"
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
await_service "$work/service.log"
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
echo "$(wc -l <"$work/asked") requests of the load in the background, none failed; the same process $service_pid throughout"
kill "$service_pid"
wait "$service_pid" 2>/dev/null || true
service_pid=

title "An ordinary service, compiled just in time: the storefront example in a git repository of its own"
cd "$root"
mkdir "$work/storefront"
git ls-files -z examples/storefront | (cd examples/storefront && sed -z 's:^examples/storefront/::' | xargs -0 cp --parents -t "$work/storefront")
cd "$work/storefront"
cp "$work/pricing/nuget.config" "$work/pricing/.gitignore" .
git init -q -b main .
git add -A
git commit -qm "Storefront 1.0"
run git log --oneline
build
cp -r Storefront/bin/Release/net10.0 "$work/shop"

title "In production, and attacked"
(cd "$work/shop" && Offers__Interval=00:00:00.2 exec ./Storefront --urls http://127.0.0.1:0) >"$work/shop.log" 2>&1 &
service_pid=$!
await_service "$work/shop.log"
ada=$(sign_in ada "difference engine") bob=$(sign_in bob "correct horse")
shop "$ada" PUT /basket/KET-01 '{"quantity":1}' >/dev/null
shop "$ada" POST /orders '{"address":"12 St James Square"}' >/dev/null
shop "$ada" PUT /basket/CUP-04 '{"quantity":10}' >/dev/null
echo "process $service_pid: ada and bob are signed in, ada has placed order 1"
seen "bob reads ada's order, WRONG:" "$bob" /orders/1 '*"address":"12 St James Square"*'
# From here on somebody asks all the time.
rm -f "$work/asked"
(
  while :; do
    shop "$ada" GET /products/KET-01 | grep -q '"available":true' || echo "a request failed" >>"$work/failed"
    echo . >>"$work/asked"
  done
) &
load_pid=$!

title "The security fix: from a commit to the running process"
commit_fix 0001-order-access.patch "Show an order only to the customer who placed it"
build
delta=Storefront/bin/Release/net10.0/hotpatch/Storefront.hotpatch
run hotpatch apply $delta --pid $service_pid
seen "bob reads ada's order, refused:" "$bob" /orders/1 '{"error":"There is no order 1."}'
seen "ada reads her order:" "$ada" /orders/1 '*"address":"12 St James Square"*'

title "Four more: an async method, a JSON property, a class library, a loop in the background"
seen "delivery of ten, WRONG:" "$ada" /basket/delivery '{"carrier":"Freight Line","price":25.00}'
seen "sold out, WRONG:" "$ada" /products/TIM-03 '*"available":true}'
seen "ten sets of cups, WRONG:" "$ada" /basket '*"total":180.00}'
seen "the offers, WRONG:" "$ada" /offers '*Teapot*'
commit_fix 0002-cheapest-delivery.patch "Choose the cheapest carrier, not the dearest"
commit_fix 0003-sold-out.patch "A product is available while there is a piece of it"
commit_fix 0004-bulk-discount.patch "Bulk prices begin at ten and at fifty pieces, not above"
commit_fix 0005-sold-out-offers.patch "Offer nothing that is sold out"
build
run hotpatch check $delta --pid $service_pid
run hotpatch apply $delta --pid $service_pid
seen "delivery of ten, right:" "$ada" /basket/delivery '{"carrier":"Parcel Post","price":6.40}'
seen "sold out, right:" "$ada" /products/TIM-03 '*"available":false}'
seen "ten sets of cups, right:" "$ada" /basket '*"total":172.80}'
read -rt 1 <> <(:) || true # the loop's next turn
seen "the offers, right:" "$ada" /offers '\[{"sku":"SPN-06"*'

title "What is in force, who is signed in, and back"
run hotpatch status --pid $service_pid
stats=$(curl -s -m 10 "$url/stats")
echo "$stats"
[[ $stats == '{"sessions":2,"orders":1,'*"\"processId\":$service_pid,"* ]] || fail "sessions, orders or process are others"
run hotpatch rollback --pid $service_pid
seen "bob reads ada's order, WRONG again:" "$bob" /orders/1 '*"address":"12 St James Square"*'
seen "ten sets of cups, WRONG again:" "$ada" /basket '*"total":180.00}'
kill "$load_pid" 2>/dev/null || true
wait "$load_pid" 2>/dev/null || true
load_pid=
[ ! -e "$work/failed" ] || fail "$(wc -l <"$work/failed") requests were not answered as they should"
echo "$(wc -l <"$work/asked") requests of the load in the background, none failed; the same process $service_pid throughout"

title "All of it was so"
