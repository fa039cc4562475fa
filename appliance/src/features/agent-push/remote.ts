import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { SshEnd } from '../../platform/ssh-line.ts';
import { type AgentPackage, PushError } from './types.ts';

// What runs on the other computer, for any shell of POSIX. No value of a person is in a command: commands are fixed texts, and what
// differs goes by standard input.

type System = {
  packager: 'dpkg' | 'rpm';
  machine: AgentPackage['machine'];
  isRoot: boolean;
  hasSudo: boolean;
};

const maxMessage = 2_000;

/** Says what kind of computer it is, a line each. */
export const lookCommand =
  'sh -c \'uname -s; uname -m; id -u; for p in dpkg rpm sudo; do [ -n "$(command -v $p)" ] && echo $p; done; true\'';

/** Text of the other side for a page: its end, without what a terminal would obey. */
const shown = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ')
    .trim()
    .slice(-maxMessage);

/** Reads the answer to the look. Throws `system` for a computer that is none for our packages. */
export function systemIn(text: string): System {
  const [kernel = '', machine = '', user = '', ...programs] = text.split('\n').map((line) => line.trim());
  if (kernel !== 'Linux') throw new PushError('system', `not a computer of Linux: ${shown(text).slice(0, 200)}`);
  if (machine !== 'x86_64' && machine !== 'aarch64')
    throw new PushError('system', `there is no agent for ${shown(machine).slice(0, 50)}`);
  const packager = programs.includes('dpkg') ? 'dpkg' : programs.includes('rpm') ? 'rpm' : undefined;
  if (packager === undefined) throw new PushError('system', 'the computer has neither dpkg nor rpm');
  return { packager, machine, isRoot: user === '0', hasSudo: programs.includes('sudo') };
}

/** Ends the lines before the archive. Fresh each time: no password can be it. */
export const newMark = (): string => `begin-${Buffer.from(randomBytes(16)).toString('hex')}`;

const codes = { folder: 41, archive: 42, packager: 43, service: 44 } as const;

/**
 * Reads lines to `mark`, then a tar archive, and installs both packages of it. Where sudo asks, it takes the first line; where it does not,
 * the line is passed over. A connection that is cut ends the archive early, and nothing is installed.
 */
export function installCommand({ packager, isRoot }: System, mark: string): string {
  const install = packager === 'dpkg' ? 'dpkg -i ./*.deb' : 'rpm -U --replacepkgs ./*.rpm';
  const script = [
    `while IFS= read -r l && [ "$l" != ${mark} ]; do :; done`,
    'umask 077',
    `d=$(mktemp -d) || exit ${codes.folder}`,
    'trap "rm -rf \\"$d\\"" 0; trap "exit 1" 1 2 13 15',
    `cd "$d" || exit ${codes.folder}`,
    `tar -xof - || exit ${codes.archive}`,
    `[ -e end ] || exit ${codes.archive}`,
    `DEBIAN_FRONTEND=noninteractive ${install} >out 2>&1 </dev/null || { tail -n 20 out; exit ${codes.packager}; }`,
    `if [ -d /run/systemd/system ]; then systemctl is-active sallyport-agent.service || exit ${codes.service}; fi`,
  ].join('; ');
  return isRoot ? `sh -c '${script}'` : `sudo -S -p "" sh -c '${script}'`;
}

/** The last entry of the archive: an archive without it did not come whole. */
export const endEntry = 'end';

/** Throws where ssh, sudo or the script ended otherwise than well. */
export function checkEnd({ status, stdout, stderr }: SshEnd): void {
  if (status === 0) return;
  const told = shown(`${stdout}\n${stderr}`);
  if (status === null) throw new PushError('connection', `it was not done in time. ${told}`);
  if (status === 255) {
    if (stderr.includes('Host key verification failed') || stderr.includes('HOST IDENTIFICATION HAS CHANGED'))
      throw new PushError('host-key', 'the computer shows another key than the one that was compared');
    if (stderr.includes('Permission denied')) throw new PushError('login', told);
    const isAway = /Connection refused|Connection timed out|No route to host|Network is unreachable/.test(stderr);
    throw new PushError(isAway ? 'no-answer' : 'connection', told);
  }
  if (status === codes.folder || status === codes.archive)
    throw new PushError('transfer', `the packages did not come whole. ${told}`);
  if (status === codes.packager) throw new PushError('install', told);
  if (status === codes.service) throw new PushError('service', `the service of the agent does not run. ${told}`);
  throw new PushError(/\bsudo\b|not in the sudoers/.test(stderr) ? 'sudo' : 'install', told);
}
