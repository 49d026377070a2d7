#!/usr/bin/env bash
# Measures PastryActors beside what one would pick instead, alternately in one run: bench/run.sh [insert|lookup|dht|multicast|transport|simulator|store|growth|all]
# RUNS=5 rounds of each row; PEERS=0 leaves the peers out. Peers are installed where they are missing (Debian packages as root, npm); without them their cells stay empty.
set -euo pipefail
cd "$(dirname "$0")/.."
# Compiled ahead, as a service runs it (docs/operations.md); where the compiler's package is not to be had, as it is built.
program=artifacts/publish/pastry
if ! dotnet publish src/PastryActors.Node --configuration Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true --output "$program" --nologo --verbosity quiet; then
    echo "without the compiler that compiles ahead: young processes are slower" >&2
    program=artifacts/bin/PastryActors.Node/release
    dotnet build src/PastryActors.Node --configuration Release --nologo --verbosity quiet
fi
export PASTRY=$PWD/$program/pastry
dotnet build bench/peers/Brokers --configuration Release --nologo --verbosity quiet
exec python3 bench/compare "${1:-all}"
