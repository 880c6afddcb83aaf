#!/bin/sh
# The tests of DATABASE_URL run on the distribution's PostgreSQL: installed by its package when we are root. Where it
# cannot be had they run on the embedded one, and this says so: nobody has to install a server to try the tests.
found() {
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && return 0
    done
    return 1
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing PostgreSQL for the tests of DATABASE_URL ...' >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1
    apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1
    found && exit 0
fi
echo 'The package postgresql is not installed: the tests of DATABASE_URL run on the embedded PostgreSQL instead.' >&2
