#!/usr/bin/env bash
# Measures PastryActors beside what one would pick instead, alternately in one run: bench/run.sh [insert|lookup|dht|multicast|transport|simulator|store|growth|all]
# RUNS=5 rounds of each row; PEERS=0 leaves the peers out. Peers are installed where they are missing (Debian packages as root, npm); without them their cells stay empty.
set -euo pipefail
cd "$(dirname "$0")/.."
# Compiled ahead, as a service is (docs/operations.md); where the compiler's package or a linker is not to be had, as far as that goes.
program=artifacts/publish/pastry
rm -rf "$program"
publish() { dotnet publish src/PastryActors.Node --configuration Release --use-current-runtime --output "$program" --nologo --verbosity quiet "$@"; }
if ! publish -p:PublishAot=true; then
    echo "compiled while it runs: young processes are slower" >&2
    publish --self-contained false -p:PublishReadyToRun=true || publish --self-contained false
fi
export PASTRY=$PWD/$program/pastry
dotnet build bench/peers/Brokers --configuration Release --nologo --verbosity quiet
exec python3 bench/compare "${1:-all}"
