#!/usr/bin/env bash
# Measures PastryActors beside what one would pick instead, alternately in one run: bench/run.sh [insert|lookup|dht|multicast|transport|simulator|store|growth|all]
# RUNS=5 rounds of each row; PEERS=0 leaves the peers out. Peers are installed where they are missing (Debian packages as root, npm); without them their cells stay empty.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build src/PastryActors.Node --configuration Release --nologo --verbosity quiet
dotnet build bench/peers/Brokers --configuration Release --nologo --verbosity quiet
exec python3 bench/compare "${1:-all}"
