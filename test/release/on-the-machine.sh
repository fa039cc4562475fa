#!/bin/sh
# Runs on the machine. What an administrator does on a bare server with the folder of a release on a stick, and what is left afterwards. Each line of the
# log is a fact; the script ends at the first that is not as it has to be.
set -eu

say() { echo "$(cut -d ' ' -f 1 /proc/uptime) $*"; }
wrong() {
  say "WRONG: $*"
  exit 1
}
node=/opt/sallyport/current/node_modules/.bin/node
page() { NODE_TLS_REJECT_UNAUTHORIZED=0 $node -e "fetch('https://127.0.0.1$1').then(async (a) => console.log(a.status, (await a.text()).includes('aqtau-1')), (e) => console.log('none', e.cause))"; }
others() { find /var/lib/sallyport ! -user sallyport | grep . && wrong "files of another owner" || true; }

find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /mnt \) -prune -o -print | sort >/run/before
say "the stick is in"
(
  cd /mnt/stick
  openssl pkey -pubin -in release.pem -outform DER | openssl dgst -sha256 -r | grep -q "^$(cat fingerprint) " || wrong "another release key"
  openssl pkeyutl -verify -pubin -inkey release.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
  openssl dgst -sha256 -verify release-p256.pem -signature SHA256SUMS.p256.sig SHA256SUMS
  sha256sum --check --ignore-missing --quiet SHA256SUMS
)
say "the release is what its key signed, by openssl and sha256sum alone"
sh /mnt/stick/install.sh appliance --fingerprint "$(cat /mnt/stick/fingerprint)" -- --site aqtau-1 --address localhost --yes
say "setup has ended"
[ "$(page /login)" = '200 true' ] || wrong "the log-in page is not served"
say "the log-in page is served"
[ "$(ls /var/lib/sallyport/agent-packages)" = "$(cd /mnt/stick && ls sallyport-agent[_-][0-9]*.deb sallyport-agent[_-][0-9]*.rpm sallyport-agent[_-][0-9]*.msi | sort)" ] || wrong "the agent's packages are not there"
say "the agent's packages are there to be handed out"
systemctl is-active sallyport.service
systemctl is-enabled sallyport.service
[ -e /etc/sallyport/master.cred ] || wrong "the master key is not sealed"
[ ! -e /var/lib/sallyport/keys/master.key ] || wrong "the master key lies beside the data"
others
say "the key is sealed, the data are the service's user's"
sallyport doctor || wrong "doctor found something"
sallyport backup create --out /root/first.spb
sallyport account reset administrator >/dev/null
[ -s /root/first.spb ] || wrong "no backup"
others
ls -A /run/sallyport
say "root's commands work with the sealed key and leave nothing of root's"
setpriv --reuid=sallyport --regid=sallyport --clear-groups sallyport doctor 2>&1 | tail -2 || true
sallyport setup --port 8443 --yes || wrong "setup again"
others
[ "$(NODE_TLS_REJECT_UNAUTHORIZED=0 $node -e "fetch('https://127.0.0.1:8443/login').then((a) => console.log(a.status), (e) => console.log('none', e.cause))")" = 200 ] || wrong "not served on the other port"
say "another port by setup"
systemctl reload sallyport.service
systemctl restart sallyport.service
journalctl -u sallyport -p warning --no-pager >/dev/null
say "started again"
systemd-analyze security --no-pager sallyport.service | tail -1
systemd-analyze verify sallyport.service 2>&1 | head -5
dpkg --purge sallyport
say "purged"
# What the packager, the user database and systemd's own key of this computer note is not ours.
find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /mnt \) -prune -o -print | sort >/run/after
diff /run/before /run/after | grep '^[<>]' | grep -v -e '/var/lib/sallyport' -e /root/first.spb -e /root/sallyport-recovery-key -e /var/lib/dpkg -e /var/log -e /etc/passwd -e /etc/group -e /etc/shadow -e /etc/gshadow -e /var/cache -e /var/lib/systemd/credential.secret >/run/left || true
cat /run/left
[ ! -s /run/left ] || wrong "purging left this, or took it"
ls -d /run/sallyport 2>/dev/null && wrong "/run/sallyport is left"
[ -e /var/lib/sallyport/master.cred ] || wrong "the sealed key went with the package"
dpkg -i /mnt/stick/sallyport_*_"$(dpkg --print-architecture)".deb
sallyport setup --yes || wrong "setup over the data that stayed"
say "installed again over its data"
sallyport destroy --confirm aqtau-1
[ ! -e /var/lib/sallyport ] || wrong "the data are still there"
dpkg --purge sallyport
say "DONE"
