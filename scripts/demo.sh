#!/bin/sh
# The product in two minutes: eight processes form a ring, a file goes in, two of its holders die, the file comes back byte for
# byte through another node, and a topic delivers. Everything happens in a temporary folder and is gone afterwards.
# demo.sh [--engine tcp|akka]: akka wants the packages of Akka.NET to be had (docs/engines.md).
set -eu
case "$#:${1-}:${2-}" in
    0::) engine=tcp ;;
    2:--engine:tcp | 2:--engine:akka) engine=$2 ;;
    *) printf '%s\n' "usage: $0 [--engine tcp|akka]" >&2; exit 2 ;;
esac
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
state=$(mktemp -d "${TMPDIR:-/tmp}/pastry-demo.XXXXXX")
subscribers=""

pastry() { "$here/pastry" "$@" --dir "$state/cluster"; }
say() { printf '%s\n' "$*"; }
fail() { say "demo: FAILED: $*" >&2; exit 1; }

finish() {
    status=$?
    trap - EXIT INT TERM
    for pid in $subscribers; do kill "$pid" 2>/dev/null || true; done
    pastry cluster down >/dev/null 2>&1 || true
    if [ "$status" -ne 0 ]; then tail -n 5 "$state"/cluster/node-*/log >&2 2>/dev/null || true; fi
    rm -rf "$state"
    exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Reads one field of the JSON on standard input: a name and a value on lines of their own are all that is needed here.
fields() { tr ',{}[]' '\n\n\n\n\n' | sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\"]*\)\"\{0,1\} *\$/\1/p"; }

# Waits until a file has so many lines; gives up after ten seconds.
await_lines() {
    tries=0
    # The file is there when the shell in the background has made it.
    until [ -f "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || return 1
        sleep 0.1
    done
}

# Below the ports that systems hand out by themselves; tried until nine pairs in a row are free.
port=$((20000 + $$ % 5000 * 2))
attempt=0
until pastry cluster up -n 8 --base-port "$port" --engine "$engine" >"$state/up" 2>"$state/up.err"; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge 5 ] || ! grep -q port-in-use "$state/up.err"; then cat "$state/up.err" >&2; fail "the cluster did not come up"; fi
    rm -rf "$state/cluster"
    port=$((port + 100))
done
say "1. eight node processes formed a ring on ports $port to $((port + 15)), engine $engine"

head -c 10485760 /dev/urandom >"$state/file"
pastry put "$state/file" --json >"$state/put.json" 2>/dev/null || fail "the file could not be inserted"
file=$(fields fileId <"$state/put.json" | head -n 1)
holders=$(fields nodeId <"$state/put.json")
say "2. inserted 10 MiB as $file, durable on $(printf '%s\n' "$holders" | wc -l | tr -d ' ') nodes"

# A node that is slow to answer has no nodeId in the status, and could not be told for a holder.
tries=0
until pastry cluster status --json >"$state/status.json" && grep -q '"whole": *true' "$state/status.json"; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || fail "the ring did not become whole"
    sleep 0.5
done
killed=""
survivor=""
index=0
for node in $(fields nodeId <"$state/status.json"); do
    if printf '%s\n' "$holders" | grep -q "$node" && [ "$(printf %s "$killed" | wc -w)" -lt 2 ]; then killed="$killed $index"; else survivor=$index; fi
    index=$((index + 1))
done
[ "$(printf %s "$killed" | wc -w)" -eq 2 ] || fail "the holders were not found among the nodes"
for index in $killed; do pastry cluster kill "$index" --signal 9 >/dev/null || fail "node $index could not be killed"; done
say "3. killed two of its holders with signal 9: nodes$killed"

url="http://127.0.0.1:$((port + 2 * survivor + 1))"
pastry get "$file" -o "$state/back" --node "$url" 2>"$state/get.err" || { cat "$state/get.err" >&2; fail "the file did not come back"; }
cmp "$state/file" "$state/back" || fail "the file came back different"
say "4. got it back through node $survivor, byte for byte"

for n in 1 2 3; do
    pastry sub news --count 5 --node "$url" >"$state/sub.$n" 2>"$state/sub.$n.err" &
    subscribers="$subscribers $!"
done
for n in 1 2 3; do await_lines "$state/sub.$n.err" 1 || fail "a subscription did not stand within ten seconds"; done
for n in 1 2 3 4 5; do pastry pub news "message $n" >/dev/null || fail "message $n could not be published"; done
for n in 1 2 3; do await_lines "$state/sub.$n" 5 || fail "subscriber $n did not get all messages"; done
say "5. published five messages; three subscribers got all five, in order"

say "6. the ring as it is now:"
pastry ring --node "$url" | tail -n 1
say "7. taking everything down"
