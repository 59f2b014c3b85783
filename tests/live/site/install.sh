#!/bin/sh
# What a WordPress of the tests needs: PHP and MariaDB from the distribution, installed where we may (Debian, as root), and
# WordPress itself unpacked beside this script. No web server, and nothing is started or set up on the machine.
set -eu
cd "$(dirname "$0")"

missing=""
command -v php >/dev/null || missing="$missing php-cli"
php -m 2>/dev/null | grep -qi '^mysqli$' || missing="$missing php-mysql"
php -m 2>/dev/null | grep -qi '^xml$' || missing="$missing php-xml"
command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || missing="$missing mariadb-server-core"
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || [ ! -e /etc/debian_version ]; then
        echo "Not installed, and not for us to install here:$missing. The tests that need a WordPress site are skipped."
        exit 0
    fi
    echo "Installing$missing from the distribution."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

[ -e debian/usr/share/wordpress/wp-load.php ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "WordPress is taken from Debian's package, and there is no apt-get. The tests that need a WordPress site are skipped."
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get download -qq wordpress 2>/dev/null)
mkdir -p debian
dpkg-deb -x "$folder"/wordpress_*.deb debian
