import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { demoAdvisories } from '../../scripts/demo-advisories.ts';
import { until } from '../support/until.ts';
import type { BootedRoot } from './booted-root.ts';
import { type HelpLine, helpLines, reasonFor } from './help-lines.ts';
import { must, type Place } from './place.ts';
import { layContent, well } from './site.ts';
import { typeAtTerminal } from './terminal.ts';

// The help, command by command, through the package's wrappers on a bare machine, as a person would: from a /root that is root's alone,
// with a stick, while another program has port 443, and with a wrong clock. What a person does between two commands stands in
// `before` and `after`; nothing of a command is changed.

type Variables = Record<string, string>;

/** What is on the stick beside the release: what the help takes for given. */
export function layHelpContent(folder: string, debian: string): void {
  rmSync(folder, { recursive: true, force: true });
  layContent(folder, debian);
  demoAdvisories(join(folder, 'osv'), 'Debian:13', 'bash', '999');
  const plant = plantAuthority();
  const { key, certificate } = plant.issue({ names: ['appliance.plant.example'] });
  writeFileSync(join(folder, 'server.key'), key);
  writeFileSync(join(folder, 'chain.pem'), certificate + plant.middle);
  writeFileSync(join(folder, 'root.pem'), plant.root);
  plant.remove();
  writeFileSync(
    join(folder, 'list.csv'),
    'tag,vendor,order number,address\nPLC-1,Siemens,6ES7 515-2AM02-0AB0,10.1.2.3\n',
  );
}

/** What a person reads from the screen of one computer and types at another one. */
const fingerprintIn = (said: string): string =>
  /((?:[0-9a-f]{4} ?){8})\s+((?:[0-9a-f]{4} ?){8})/.exec(said)?.slice(1).join(' ') ?? '';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

type Devices = { items: { id: string; name: string; state: string }[] };
const devicesOf = async (on: BootedRoot): Promise<Devices['items']> =>
  (JSON.parse(await well(on, 'sallyport device list --json 2>/dev/null')) as Devices).items;

/** Of what follows by itself, on a computer without hardware help. */
const waitFor = <T>(look: () => Promise<T | undefined>): Promise<T> => until(look, { seconds: 600, everyMs: 1_000 });

/** Things that are there before the first command, and between two. */
const acts = (on: BootedRoot, variables: Variables, note: (text: string) => void) => {
  const freePort = () => well(on, 'systemctl stop other.service; systemctl reset-failed');

  const before: Readonly<Record<string, () => Promise<unknown>>> = {
    'sallyport trust import': async () => {
      variables['HOST_FINGERPRINT'] ??= fingerprintIn(await well(on, 'cd /root && sallyport-bundle trust show'));
    },
    'sallyport-agent enrol': async () => {
      variables['SERVER'] = 'https://appliance.plant.example';
    },
    'sallyport device approve': async () => {
      variables['DEVICE'] = await waitFor(
        async () => (await devicesOf(on)).find(({ state }) => state === 'pending')?.id,
      );
    },
    'sh /media/usb/install.sh agent': async () => {
      // By hand on the same computer: what the package brought is taken away again.
      const [waits] = (await devicesOf(on)).filter(({ state }) => state === 'pending');
      await well(on, 'dpkg --purge sallyport-agent-site sallyport-agent; rm -rf /var/lib/sallyport-agent');
      if (waits !== undefined) await well(on, `sallyport device forget ${waits.id}`);
    },
    'sallyport backup restore': async () => {
      await well(on, 'cp /var/lib/sallyport/keys/witness* /root/');
    },
    'sallyport-agent status': async () => {
      // The device was revoked before; its service learns that by its next call.
      await waitFor(async () => (await on.sh('sallyport-agent status')).text.includes('refuses') || undefined);
    },
    'sallyport device merge': async () => {
      const [keep, other] = (await devicesOf(on)).filter(({ name }) => name.startsWith('line-'));
      variables['KEEP'] ??= keep?.id ?? '';
      variables['OTHER'] ??= other?.id ?? '';
    },
  };

  const after: Readonly<Record<string, (said: string) => Promise<unknown>>> = {
    'sallyport setup --check': async (said) => {
      must(/port +failed .* 443/.test(said), 'setup --check does not find the busy port');
      await freePort();
      note('the other program is stopped');
    },
    'sallyport setup --site': async (said) => {
      variables['CA_FINGERPRINT'] = /^CA fingerprint +(\S+)$/m.exec(said)?.[1] ?? '';
      must(said.includes('first log-in'), 'setup shows no first log-in');
      const again = await typeAtTerminal(on, 'sallyport setup');
      note(again);
      must(again.includes('recovery key    confirmed'), 'the recovery key was not confirmed at the terminal');
      const key = /^ {2}(([0-9a-f]{4}-){15}[0-9a-f]{4})/m.exec(again)?.[1] ?? '';
      await well(on, `umask 077; echo ${key} >/root/recovery.txt`);
      note('the key was written down and its groups typed back');
    },
    'sallyport-bundle trust export': async (said) => {
      variables['HOST_FINGERPRINT'] = fingerprintIn(said);
    },
    'sallyport backup create': async (said) => {
      variables['BACKUP'] = /([\w.-]+\.spb)\b/.exec(said)?.[1] ?? '';
    },
    'sallyport site-card export': async (said) => {
      variables['SITE_FINGERPRINT'] = fingerprintIn(said);
    },
    'dpkg -i /media/usb/sallyport-agent': async () => {
      await well(on, 'systemctl is-enabled sallyport-agent.service && systemctl is-active sallyport-agent.service');
      const device = await waitFor(async () => (await devicesOf(on)).find(({ state }) => state === 'pending')?.name);
      note(`the service runs, and ${device} waits for approval`);
    },
    'sallyport device approve': async () => {
      const rc = await waitFor(async () => (await on.sh('cat /run/enrol.rc 2>/dev/null')).text.trim() || undefined);
      const said = await well(on, 'cat /run/enrol.log');
      note(said);
      must(rc === '0', `enrol ended with ${rc}: ${said}`);
      await well(on, 'systemctl is-enabled sallyport-agent.service && systemctl is-active sallyport-agent.service');
      await well(on, 'sallyport inventory import --approve /media/usb/content/*.json');
    },
  };
  const of = <T>(table: Readonly<Record<string, T>>, line: string): T | undefined =>
    Object.entries(table)
      .filter(([beginning]) => line.startsWith(beginning))
      .sort(([a], [b]) => b.length - a.length)[0]?.[1];
  return { before: (line: string) => of(before, line), after: (line: string) => of(after, line) };
};

/** Lines that end with another code on purpose: what the person meets there. */
const expected: Readonly<Record<string, { status: number; why: string }>> = {
  'sh /media/usb/install.sh --fingerprint': {
    status: 2,
    why: 'the package is installed, and setup says that another program has port 443 before anything is made',
  },
  'sallyport setup --check': { status: 1, why: 'the other program still has port 443' },
  'sallyport-agent status': { status: 1, why: 'a revoked device is refused, and its agent says so' },
};

/** Commands of a block that stands in the folder of the release. */
const inRelease = /^(?:openssl |sha256sum )/;

type Outcome = HelpLine & { status: number | null; seconds: number };

/**
 * Runs all of it and writes the log with times. `mountStick` lays the stick to /media/usb; `setClock` is undefined where the machine shares
 * its clock with this computer. An error names what did not end as it has to.
 */
export async function helpOnTheMachine(
  { work, say }: Pick<Place, 'work' | 'say'>,
  on: BootedRoot,
  { mountStick, setClock }: { mountStick: string; setClock: ((date: string) => Promise<unknown>) | undefined },
): Promise<void> {
  const log = join(work, 'help.log');
  mkdirSync(work, { recursive: true });
  writeFileSync(log, '');
  const time = (): string => new Date().toISOString().slice(11, 19);
  const write = (text: string): void => appendFileSync(log, text);
  const note = (text: string): void => write(`${text.trimEnd().replace(/^/gm, '    | ')}\n`);
  const variables: Variables = { SERVER: 'https://appliance.plant.example' };
  const { before, after } = acts(on, variables, note);

  await well(on, 'chmod 700 /root; mkdir -p /media/usb /media/intro; chmod 755 /media/intro');
  await well(on, mountStick);
  await well(
    on,
    "grep -q appliance.plant.example /etc/hosts || echo '127.0.0.1 localhost appliance.plant.example' >>/etc/hosts",
  );
  await well(on, 'mkdir -p /srv && cp -r /media/usb/content/osv /srv/osv && chmod -R a+rX /srv');
  const mine = 'server.key *.pem list.csv';
  await well(on, `cd /media/usb/content && cp ${mine} /root/ && cd /root && mkdir -p a b c d carried`);
  await well(on, 'echo secret >/root/proxy-password');
  await well(on, 'systemd-run --unit=other --quiet systemd-socket-activate -l 443 /bin/cat');
  variables['RELEASE_FINGERPRINT'] = (await well(on, 'cat /media/usb/fingerprint')).trim();
  if (setClock !== undefined) {
    await setClock('2020-01-01 00:00:00');
    note('the clock says 2020');
  }

  const outcomes: Outcome[] = [];
  const wrong: string[] = [];
  const last = helpLines().filter(({ line }) => line.startsWith('sallyport destroy'));
  for (const { place, line } of [
    ...helpLines().filter((one) => !last.includes(one) && !one.line.startsWith('sallyport destroy')),
    ...last,
  ]) {
    const reason = reasonFor(line);
    if (reason !== undefined) {
      write(`${time()}  not run   ${place}  ${line}\n    | ${reason}\n`);
      continue;
    }
    try {
      await before(line)?.();
      const started = Date.now();
      const { status, said } = await runLine(on, line, variables, setClock, note);
      const seconds = Math.round((Date.now() - started) / 100) / 10;
      outcomes.push({ place, line, status, seconds });
      write(`${time()}  exit ${status}  ${`${seconds}`.padStart(6)} s  ${place}  ${line}\n`);
      note(said);
      say(`exit ${status}  ${seconds} s  ${place}  ${line}`);
      const wanted = Object.entries(expected).find(([beginning]) => line.startsWith(beginning))?.[1];
      if (wanted !== undefined) note(`meant so: ${wanted.why}`);
      if (status !== (wanted?.status ?? 0)) wrong.push(`${place}: ${line} ended with ${status}`);
      await after(line)?.(said);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      wrong.push(`${place}: ${line}: ${why}`);
      note(`WRONG: ${why}`);
      say(`WRONG: ${why}`);
    }
  }
  const slow = [...outcomes].sort((a, b) => b.seconds - a.seconds).slice(0, 5);
  write(`\n${outcomes.length} commands ran, ${wrong.length} not as they have to\n${wrong.join('\n')}\n`);
  say(
    `${outcomes.length} commands of the help ran; the slowest: ${slow.map(({ line, seconds }) => `${line.slice(0, 40)} ${seconds} s`).join('; ')}`,
  );
  must(wrong.length === 0, `${wrong.length} not as they have to:\n${wrong.join('\n')}\nall of it: ${log}`);
}

async function runLine(
  on: BootedRoot,
  line: string,
  variables: Variables,
  setClock: ((date: string) => Promise<unknown>) | undefined,
  note: (text: string) => void,
): Promise<{ status: number | null; said: string }> {
  const exports = Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}`)
    .join('; ');
  const folder = inRelease.test(line) ? '/media/usb' : '/root';
  const whole = `${exports}; cd ${folder} && ${line}`;
  if (line.startsWith('sallyport-agent enrol')) {
    const script = `rm -f /run/enrol.rc; (${whole}) >/run/enrol.log 2>&1; echo $? >/run/enrol.rc`;
    await well(on, `setsid sh -c ${quoted(script)} >/dev/null 2>&1 &`);
    return { status: 0, said: 'started; it waits for approval' };
  }
  if (line.startsWith('sh /media/usb/install.sh --fingerprint')) {
    if (setClock !== undefined) {
      const early = await typeAtTerminal(on, whole);
      note(early);
      must(/before this release was made/.test(early), 'the clock of 2020 was not told');
      await setClock(new Date().toISOString().slice(0, 19).replace('T', ' '));
      note('the clock is set');
    }
    const said = await typeAtTerminal(on, whole);
    must(said.includes('443'), `setup does not say that port 443 is taken: ${said}`);
    must((await on.sh('test -e /var/lib/sallyport/config.json')).status !== 0, 'the data folder was made');
    return { status: Number(/^EXIT (\d+)$/m.exec(said)?.[1] ?? Number.NaN), said };
  }
  const { status, text } = await on.sh(whole);
  return { status, said: text };
}
