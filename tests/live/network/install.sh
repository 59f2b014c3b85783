#!/bin/sh
# Installs what net.js needs, exactly as package-lock.json says, beside this script. One package (better-sqlite3) is
# compiled: where node came with its headers, those are used, so that nothing has to be fetched from nodejs.org.
set -eu
cd "$(dirname "$0")"
prefix=$(node -p 'path.resolve(process.execPath, "../..")')
if [ -e "$prefix/include/node/node.h" ]; then
    export npm_config_nodedir="$prefix"
fi
exec npm ci --no-audit --no-fund
