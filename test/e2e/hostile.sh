#!/usr/bin/env bash
# Runs the tests of the pages as root, on a platform that allows nothing: for a user without a name, with a read-only root,
# without capabilities and new privileges, and with loopback alone. Not the hot reload, which is for people who can write.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
# What the tests write. Each gets a file system in memory.
written=(test/.pictures {.,test,suite}/.turbo node_modules/.{vite,vite-temp,vitest})

if [ "${1:-}" != inside ]; then
  for folder in "${written[@]}"; do mkdir -p "$repository/$folder"; done
  exec unshare --net --mount "$0" inside
fi

ip link set lo up
mount --make-rprivate /
# Any user may enter it there, wherever the repository lies.
mount --bind "$repository" /mnt
for folder in "${written[@]/#//mnt/}" /tmp /dev/shm; do mount -t tmpfs -o mode=1777 tmpfs "$folder"; done
mount -o remount,bind,ro /mnt
mount -o remount,bind,ro /
cd /mnt/test
export HOME=/tmp BOOKINFO_CHROMIUM=${BOOKINFO_CHROMIUM:-/usr/bin/chromium} PATH=/mnt/node_modules/.bin:$PATH
exec setpriv --reuid=1000660000 --regid=0 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs bash -euc '
  grep -q "^CapBnd:.0*$" /proc/self/status
  if touch /of-nobody 2>/dev/null; then echo "the root can be written" >&2; exit 1; fi
  exec vitest run --config ../vitest.config.ts --exclude "e2e/dev.test.ts" e2e/'
