import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Enrolment, enrolmentFileName, enrolmentSchema } from '@sallyport/bundle-tools/protocol/enrolment';
import { debOf } from './deb.ts';
import { rpmOf } from './rpm.ts';
import type { KitFile, KitInput, SmallPackage } from './types.ts';

// `sallyport-agent-site`: a package that lays one file beside the agent's, with the address of the server, the fingerprint of the site
// and the token. The agent's own package stays as it was signed, and either system's packager installs both in one go, alone or by
// whatever rolls packages out. The service enrols with the file and removes it.

const name = 'sallyport-agent-site';
const folder = 'var/lib/sallyport-agent';

/** Runs as root once the files lie there. In a system that is not booted, an image of disks for instance, nothing is started. */
const afterInstall = `command -v systemctl >/dev/null 2>&1 || exit 0
systemctl enable sallyport-agent.service >/dev/null 2>&1 || true
if [ -d /run/systemd/system ]; then systemctl restart sallyport-agent.service; fi
`;

/** The package for a system; `nowMs` is its version. */
export function sitePackageFor(input: KitInput & { system: 'debian' | 'rhel' }, nowMs: number): KitFile {
  const enrolment: Enrolment = {
    server: input.server,
    token: input.secret,
    fingerprint: input.fingerprint ?? '',
    root: '/',
    observeOnly: false,
    executables: false,
  };
  const small: SmallPackage = {
    name,
    version: toTime(nowMs).replaceAll(/\D/g, '').slice(0, 14),
    summary: 'values of a site for the agent of Sallyport',
    description: 'The address of the server, its fingerprint and the token that lets devices in.',
    requires: 'sallyport-agent',
    folder,
    file: enrolmentFileName,
    text: JSON.stringify(enrolmentSchema.parse(enrolment)),
    afterInstall,
    epoch: Math.floor(nowMs / 1000),
  };
  return input.system === 'debian'
    ? { name: `${name}_${small.version}_all.deb`, bytes: debOf(small), isSecret: true }
    : { name: `${name}-${small.version}-1.noarch.rpm`, bytes: rpmOf(small), isSecret: true };
}
