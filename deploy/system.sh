#!/bin/sh
# System packages, where apt is at hand and may be used: ffmpeg, and Apertium with its Portuguese-Spanish data.
# Without them the job still runs: ffmpeg comes from the imageio-ffmpeg wheel, and routes over Apertium are named missing.
# `system.sh tests` also brings what only tests need: a PostgreSQL server, Chromium, and a few recordings of people.
missing=""
for pair in ffmpeg:ffmpeg apertium:apertium; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -f /usr/share/apertium/modes/pt-es.mode ] || missing="$missing apertium-es-pt"
if [ "$1" = tests ]; then
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
  command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
  [ -d /usr/share/pocketsphinx/test/data/librivox ] || missing="$missing pocketsphinx-testdata"
fi
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  echo "note: not installed:$missing -> as root on Debian or Ubuntu: apt-get install$missing"
  echo "note: without Apertium there is no route into or out of Spanish text; ffmpeg then comes from a wheel"
  exit 0
fi
echo "installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/tmp/localize-apt.log 2>&1; then
  echo "note: apt-get could not install$missing (see /tmp/localize-apt.log); going on without"
fi
exit 0
