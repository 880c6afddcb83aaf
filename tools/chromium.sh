#!/bin/sh
# Makes sure that the browser of the browser tests is there: the distribution's Chromium, installed by its package when
# we are root. Else it says in one sentence what is missing.
found() {
    for name in chromium chromium-browser; do
        "$name" --version >/dev/null 2>&1 && return 0
    done
    return 1
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium for the browser tests ...' >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1
    apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1
    found && exit 0
fi
echo 'Chromium is missing: install the package chromium, or run make test BROWSER=0 to leave the browser tests out.' >&2
exit 1
