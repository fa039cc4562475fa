#!/bin/sh
# Installs Sallyport from this folder, without any network.
#
#   sh install.sh [appliance|host|agent] [--fingerprint HEX] [--fallback-fingerprint HEX] [-- OPTIONS OF sallyport setup]
#
# What is installed must be listed in SHA256SUMS, which the release key signed. The fingerprint of that key comes to you by
# another way than this medium: give it, or compare it when asked. An openssl older than 3 cannot check that signature of a file:
# there the fallback signature (P-256) counts, by a key whose fingerprint stands on the same paper.
# Ends with 1 where something is not as it was signed, with 2 where this system cannot check or take it; then nothing was installed.
set -eu

fail() {
  echo "install.sh: $*" >&2
  exit 1
}
cannot() {
  echo "install.sh: $*" >&2
  exit 2
}
plain() {
  printf %s "$1" | tr -d ' :' | tr A-F a-f
}

here=$(cd "$(dirname "$0")" && pwd)
part=appliance
fingerprint=
fallback_fingerprint=
case ${1:-} in
appliance | host | agent)
  part=$1
  shift
  ;;
esac
while :; do
  case ${1:-} in
  --fingerprint) fingerprint=$(plain "${2:-}") ;;
  --fallback-fingerprint) fallback_fingerprint=$(plain "${2:-}") ;;
  *) break ;;
  esac
  [ $# -ge 2 ] || fail "$1 takes a value"
  shift 2
done
if [ "${1:-}" = -- ]; then shift; fi

[ "$(id -u)" -eq 0 ] || fail "only root installs packages"
command -v openssl >/dev/null || cannot "openssl is missing; it checks what is installed"
for file in SHA256SUMS SHA256SUMS.sig release.pem; do
  [ -f "$here/$file" ] || fail "$file is missing in $here"
done

# What this system is too old for is said before anything is asked.
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2)
init=$(systemctl --version 2>/dev/null | head -n 1 | cut -d ' ' -f 2)
case $part in
appliance) needs_libc=2.34 needs_init=250 ;;
host) needs_libc=2.28 needs_init=250 ;;
agent) needs_libc=2.28 needs_init=241 ;;
esac
advice="see what it runs on in the help, Install"
if [ "$part" = agent ]; then advice="its inventory comes as a file, see the help, Devices, Machines without a network"; fi
at_least "${libc:-0}" "$needs_libc" || cannot "this system has glibc ${libc:-of no known version}, the $part needs $needs_libc: $advice"
at_least "${init:-0}" "$needs_init" || cannot "this system has systemd ${init:-of no known version}, the $part needs $needs_init: $advice"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Whether this openssl can check: it is asked for a signature that is known to be good (RFC 8032, 7.1, test 2; for P-256 one of our own).
can_ed25519() {
  printf r >"$scratch/text"
  cat >"$scratch/key" <<'KEY'
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=
-----END PUBLIC KEY-----
KEY
  echo kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA== |
    openssl base64 -d -A >"$scratch/sig"
  verify_ed25519 "$scratch/key" "$scratch/text" "$scratch/sig"
}
verify_ed25519() {
  openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$2" -sigfile "$3" >/dev/null 2>&1
}
can_p256() {
  printf r >"$scratch/text"
  cat >"$scratch/key" <<'KEY'
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9ilQuGSR3jj4TPXvrZWhEjg6gQCT
FPZ+hkJ0zkIN1tFo3RV9VmbqQt4cV/LQmSrHNvu8uzbwqRrHQMpaN3Zvgg==
-----END PUBLIC KEY-----
KEY
  echo MEQCIDkcUBp+a3dFJY/P9l9u1k+MB+T2gBLWkXnkRE8pOlF8AiAfOrV1MMg/79/4F3vB8MvVQqoWa1IaKWkyc6FQVYqKsA== | openssl base64 -d -A >"$scratch/sig"
  verify_p256 "$scratch/key" "$scratch/text" "$scratch/sig"
}
verify_p256() {
  openssl dgst -sha256 -verify "$1" -signature "$3" "$2" >/dev/null 2>&1
}
digest() {
  openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
}
fingerprint_of() {
  openssl pkey -pubin -in "$1" -outform DER 2>/dev/null >"$scratch/der" && [ -s "$scratch/der" ] && digest "$scratch/der"
}
# The fingerprint of a key is the one that was given, or a person says so: agree FILE GIVEN NAME OPTION.
agree() {
  key=$(fingerprint_of "$1") || cannot "this openssl cannot read $1"
  if [ -n "$2" ]; then
    [ "$key" = "$2" ] || fail "the $3 has the fingerprint $key, not the one that was given"
    return
  fi
  echo "Fingerprint of the $3: $key" >&2
  printf 'Is it the one on your paper? Type yes: ' >&2
  read -r answer || answer=
  [ "$answer" = yes ] || fail "nothing was installed; $4 HEX says the fingerprint"
}

version=$(openssl version | cut -d ' ' -f 1,2)
has_fallback=
if [ -f "$here/release-p256.pem" ] && [ -f "$here/SHA256SUMS.p256.sig" ]; then has_fallback=yes; fi
checked=
if can_ed25519; then
  agree "$here/release.pem" "$fingerprint" "release key" --fingerprint
  verify_ed25519 "$here/release.pem" "$here/SHA256SUMS" "$here/SHA256SUMS.sig" || fail "SHA256SUMS is not signed by the release key"
  checked="Ed25519 signature"
elif [ -z "$has_fallback" ]; then
  cannot "$version cannot check an Ed25519 signature, and this release has no fallback signature: it cannot be checked here, which says nothing against it"
elif [ -n "$fingerprint" ] && key=$(fingerprint_of "$here/release.pem") && [ "$key" != "$fingerprint" ]; then
  fail "the release key has the fingerprint $key, not the one that was given"
fi
if [ -n "$has_fallback" ]; then
  if can_p256; then
    if [ -z "$checked" ]; then
      echo "install.sh: $version cannot check an Ed25519 signature; the fallback signature (P-256) is checked, by a key of its own" >&2
      agree "$here/release-p256.pem" "$fallback_fingerprint" "fallback key (P-256)" --fallback-fingerprint
    elif [ -n "$fallback_fingerprint" ]; then
      agree "$here/release-p256.pem" "$fallback_fingerprint" "fallback key (P-256)" --fallback-fingerprint
    fi
    verify_p256 "$here/release-p256.pem" "$here/SHA256SUMS" "$here/SHA256SUMS.p256.sig" || fail "SHA256SUMS is not signed by the fallback key"
    # The list names both keys, so that each signature vouches for the other's key.
    for file in release.pem release-p256.pem; do
      grep -qxF "$(digest "$here/$file")  $file" "$here/SHA256SUMS" || fail "$file is not the one that was signed"
    done
    checked="${checked:+$checked and }fallback signature (P-256)"
  elif [ -z "$checked" ]; then
    cannot "$version can check neither signature: this release cannot be checked here, which says nothing against it"
  fi
fi
echo "install.sh: checked by $version: $checked" >&2

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
sum=$(digest "$here/$file")
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
