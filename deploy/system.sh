#!/bin/sh
# System packages, where apt is at hand and may be used. Each row: what shows that it is there, its Debian package, and
# what the job does without it.
#   ffmpeg                the imageio-ffmpeg wheel's takes its place
#   npm                   the voices come in a package of its registry; without it, from a model hub
#   apertium, apertium-es-pt   routes into and out of Spanish are named missing
#   lttoolbox             who does what is not compared in Spanish and Portuguese translations
#   hunspell-*            words are not checked against a dictionary in that language; the report says so
#   fonts-noto-*          subtitles cannot be drawn into the picture (`also = ["burned"]`); a typed error says so
# `system.sh tests` also brings what only tests need: a PostgreSQL server, Chromium, and a few recordings of people.
missing=""
need() { # need "COMMAND THAT SUCCEEDS WHERE IT IS THERE" PACKAGE
  sh -c "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need "command -v ffmpeg" ffmpeg
need "command -v npm" npm
need "command -v fc-match" fontconfig
need "command -v apertium" apertium
need "command -v lt-proc" lttoolbox
need "test -f /usr/share/apertium/modes/pt-es.mode" apertium-es-pt
need "test -f /usr/share/hunspell/en_US.dic" hunspell-en-us
need "test -f /usr/share/hunspell/es_MX.dic" hunspell-es
need "test -f /usr/share/hunspell/pt_BR.dic" hunspell-pt-br
need "test -f /usr/share/hunspell/hi_IN.dic" hunspell-hi
need "fc-list | grep -q 'Noto Sans Devanagari'" fonts-noto-core
need "fc-list | grep -q 'Noto Sans CJK'" fonts-noto-cjk
if [ "$1" = tests ]; then
  need "ls /usr/lib/postgresql/*/bin/initdb" postgresql
  need "command -v chromium" chromium
  need "ldconfig -p | grep -q libatomic.so.1" libatomic1  # what drives Chromium needs it
  need "command -v setpriv" util-linux
  need "test -d /usr/share/pocketsphinx/test/data/librivox" pocketsphinx-testdata
fi
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  echo "note: not installed:$missing -> as root on Debian or Ubuntu: apt-get install$missing"
  exit 0
fi
echo "installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/tmp/localize-apt.log 2>&1; then
  echo "note: apt-get could not install$missing (see /tmp/localize-apt.log); going on without"
fi
exit 0
