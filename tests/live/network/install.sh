#!/bin/sh
# Installs what net.js needs, exactly as package-lock.json says, beside this script. One package (better-sqlite3) is
# compiled: where node came with its headers, those are used, so that nothing has to be fetched from nodejs.org.
set -eu
cd "$(dirname "$0")"
if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; then
    echo "Node.js 20 or newer is not installed, and not for us to install. The tests that need a Bluesky network are skipped."
    exit 0
fi
prefix=$(node -p 'path.resolve(process.execPath, "../..")')
if [ -e "$prefix/include/node/node.h" ]; then
    export npm_config_nodedir="$prefix"
fi
exec npm ci --no-audit --no-fund
