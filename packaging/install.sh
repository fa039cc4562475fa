#!/bin/sh
# Installs Sallyport from this folder, without any network.
#
#   sh install.sh [appliance|host|agent] [--fingerprint HEX] [-- OPTIONS OF sallyport setup]
#
# What is installed must be listed in SHA256SUMS, which the release key signed. The fingerprint of that key comes to you by
# another way than this medium: give it, or compare it when asked.
set -eu

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
part=appliance
fingerprint=
case ${1:-} in
appliance | host | agent)
  part=$1
  shift
  ;;
esac
if [ "${1:-}" = --fingerprint ]; then
  fingerprint=$(printf %s "${2:-}" | tr -d ' :' | tr A-F a-f)
  shift 2
fi
if [ "${1:-}" = -- ]; then shift; fi

[ "$(id -u)" -eq 0 ] || fail "only root installs packages"
command -v openssl >/dev/null || fail "openssl is missing; it checks what is installed"
for file in SHA256SUMS SHA256SUMS.sig release.pem; do
  [ -f "$here/$file" ] || fail "$file is missing in $here"
done

key=$(openssl pkey -pubin -in "$here/release.pem" -outform DER | openssl dgst -sha256 -r | cut -d ' ' -f 1)
if [ -n "$fingerprint" ]; then
  [ "$key" = "$fingerprint" ] || fail "the key of this release has the fingerprint $key, not the one that was given"
else
  echo "Fingerprint of the release key: $key"
  printf 'Is it the one that you were given? Type yes: '
  read -r answer || answer=
  [ "$answer" = yes ] || fail "nothing was installed"
fi
openssl pkeyutl -verify -pubin -inkey "$here/release.pem" -rawin -in "$here/SHA256SUMS" -sigfile "$here/SHA256SUMS.sig" >/dev/null ||
  fail "SHA256SUMS is not signed by this key"

case $part in
appliance) name=sallyport ;;
*) name=sallyport-$part ;;
esac
if command -v dpkg >/dev/null; then
  file=$(cd "$here" && ls "${name}"_*_"$(dpkg --print-architecture)".deb 2>/dev/null | tail -n 1)
else
  file=$(cd "$here" && ls "${name}"-[0-9]*."$(uname -m)".rpm 2>/dev/null | tail -n 1)
fi
[ -n "$file" ] || fail "$here has no package of $name for this system"
sum=$(openssl dgst -sha256 -r "$here/$file" | cut -d ' ' -f 1)
grep -qxF "$sum  $file" "$here/SHA256SUMS" || fail "$file is not the one that was signed"

case $file in
*.deb) dpkg -i "$here/$file" ;;
*.rpm) rpm -U --replacepkgs "$here/$file" ;;
esac
case $part in
appliance)
  sallyport setup "$@"
  # What *Add a device* hands out; a release that is not signed has no such file.
  release=$(cd "$here" && ls sallyport-[0-9]*.release.tar 2>/dev/null | tail -n 1)
  if [ -n "$release" ]; then
    sallyport agent packages take "$here/$release" >&2 || fail "Sallyport is installed, without the agent's packages: see above"
  fi
  ;;
agent) echo "Next: sallyport-agent enrol --help" ;;
host) echo "Next: sallyport-bundle trust init --help" ;;
esac
