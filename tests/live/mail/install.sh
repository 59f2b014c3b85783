#!/bin/sh
# The mail servers of the live tests: dovecot and postfix, from the distribution. They are installed and never started
# here; each test runs its own, on loopback, from a folder of its own.
set -eu

if command -v dovecot >/dev/null && [ -x /usr/sbin/postfix ] && [ -e /usr/lib/dovecot/lmtp ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    echo "Installing dovecot and postfix from the distribution."
    policy=/usr/sbin/policy-rc.d # asked before a package starts its service: these must not start
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT; }
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        dovecot-imapd dovecot-lmtpd postfix >/dev/null
else
    echo "Not installed, and not for us to install here: dovecot, postfix. The tests of mail are skipped."
fi
