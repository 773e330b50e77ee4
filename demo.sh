#!/usr/bin/env bash
# The main job on the example, from a fresh clone: build a baseline, start it, commit a fix, build the delta, apply it to the running
# process, roll it back. Says what it saw; exit code 0 only when all of it was so.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
. build/prerequisites.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

echo "== prerequisites"
require_prerequisites
echo "== packages"
pack_packages
ls artifacts/packages
