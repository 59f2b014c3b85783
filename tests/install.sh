#!/bin/sh
# What the tests need beside Python: on Debian, as root, it is installed; elsewhere it is named, and the tests that need
# it are skipped by name.
set -eu

wanted="chromium gettext postgresql"
[ "${1:-}" = live ] && wanted="$wanted redis-server"

missing=""
for package in $wanted; do
    case $package in
        gettext) command -v xgettext >/dev/null || missing="$missing $package" ;;
        chromium) command -v chromium >/dev/null || missing="$missing $package" ;;
        postgresql) ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing $package" ;;
        redis-server) command -v redis-server >/dev/null || missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    echo "Installing$missing from the distribution."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Not installed, and not for us to install here:$missing. The tests that need them are skipped."
fi
