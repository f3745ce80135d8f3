#!/bin/sh
# Brings Chromium for the browser tests where that takes no question: as root on Debian.
# Anywhere else the tests say how to get it, and are skipped (with CI=true they fail).
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then
    echo "Installing Chromium for the browser tests …"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        chromium fonts-dejavu-core >/dev/null; } || echo "Chromium could not be installed; the reason is above."
fi
