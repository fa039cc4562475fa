import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { commandProcess, runAgent } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';

// Errors of commands as a person reads them: code and cause in one line, the next step in another.

const { tryCommand } = commandProcess();
let made: ReturnType<typeof temporaryFolder>;
let busy: ReturnType<typeof createServer>;
let port = 0;
const places: Record<string, string> = {};

beforeAll(async () => {
  made = temporaryFolder('command-errors');
  const folder = made.path;
  const data = join(folder, 'data');
  await initialised({
    dataDir: data,
    site: 'line-1',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'admin',
    log: openLog('silent'),
  });
  busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  port = (busy.address() as { port: number }).port;
  const garbage = join(folder, 'garbage');
  writeFileSync(garbage, 'no document of any kind');
  Object.assign(places, {
    DATA: data,
    GONE: join(folder, 'gone'),
    FOLDER: folder,
    GARBAGE: garbage,
    STATE: join(folder, 'state'),
  });
});
afterAll(async () => {
  await new Promise((resolve) => busy.close(resolve));
  made.remove();
});

const id = '0'.repeat(32);
type Program = 'sallyport' | 'sallyport-bundle' | 'sallyport-agent';
/** Wrong input of each kind to commands of each group; words in capitals are paths. */
const lines: Record<Program, readonly string[]> = {
  sallyport: [
    'frobnicate',
    'device lst',
    'device list --wrong',
    'device list --data GONE',
    'device list --data FOLDER',
    'device list --where nonsense --data DATA',
    'device list --limit many --data DATA',
    `device approve ${id} --data DATA`,
    `device revoke ${id} --data DATA`,
    `device log ${id} --data DATA`,
    `device merge ${id} ${'1'.repeat(32)} --data DATA`,
    `device move https://127.0.0.1:9443 --data DATA`,
    'device task cancel 99 --data DATA',
    'account first-link --data GONE',
    'agent packages take GONE --data DATA',
    'announcement read 0000 --data DATA',
    'backup verify GONE',
    'backup verify GARBAGE',
    'backup restore GARBAGE --data GONE',
    'backup check 99 --data DATA',
    'backup create --out GONE/below --data DATA',
    'baseline show none --data DATA',
    'bundle import GONE --data DATA',
    'bundle import GARBAGE --data DATA',
    'certificate set --certificate GARBAGE --key GARBAGE --data DATA',
    'clock agree --data DATA',
    'condition try nonsense --data DATA',
    'controller show C-none --data DATA',
    'controller import GONE --data DATA',
    'controller import GARBAGE --data DATA',
    'controller identification start none --data DATA',
    'controller merge a b --data DATA',
    'deployment create --data DATA',
    'deployment preview --update none --data DATA',
    'deviation accept none --data DATA',
    'diagnostics open GARBAGE --data DATA',
    'directory poll none --data DATA',
    'evidence create --from yesterday --data DATA',
    'finding list --limit 0 --data DATA',
    'init --site line-1 --data DATA',
    'init --site Größe --data GONE',
    'inventory import GONE --data DATA',
    'inventory revert --data DATA',
    'list-view remove devices none --data DATA',
    'login admin --data DATA',
    'patch show none --data DATA',
    'patch move none --data DATA',
    'protected decide none --data DATA',
    `query run select --device ${id} --data DATA`,
    'range scan none --data DATA',
    'receipt export --out GONE/below --data DATA',
    'recovery-key confirm AAAA --data DATA',
    'release install 9.9.9 --data DATA',
    'release rollback --data DATA',
    'request export --data DATA',
    'request export --out FOLDER --data DATA',
    'role show none --data DATA',
    'rollback acknowledge 99 --data DATA',
    'serve --listen PORT --data DATA',
    'session end none --data DATA',
    'setting set no.such 1 --data DATA',
    'setting set devices.check-in-seconds many --data DATA',
    'setting show no.such --data DATA',
    'site-card export --out GONE/below --data DATA',
    'token create --data DATA',
    'trust import GONE --data DATA',
    'trust import GARBAGE --data DATA',
    'update list --where nonsense --data DATA',
    'upgrade --data GONE',
  ],
  'sallyport-bundle': [
    'frobnicate',
    'inspect GONE',
    'inspect GARBAGE',
    'inspect FOLDER',
    'verify GARBAGE --root GARBAGE',
    'verify GONE --state STATE',
    'fulfil --state STATE',
    'source list --state GONE',
    'site add GARBAGE --state STATE',
    'trust init --state STATE',
    'catalog build --state GONE',
    'unpack GARBAGE --dir GONE/below',
    'split GARBAGE --size huge --out GONE',
    'announcement remove none --state GONE',
  ],
  'sallyport-agent': [
    'frobnicate',
    'enrol',
    'enrol --server nonsense --token-file GARBAGE --fingerprint 00 --state STATE',
    'enrol --server https://127.0.0.1:1 --token-file GONE --fingerprint 00 --state STATE',
    'once --state GONE',
    'once --wrong',
  ],
};

const typed = (line: string): string[] =>
  line
    .split(' ')
    .map((word) =>
      word.replace(/^[A-Z]{4,}(?=$|\/)/, (name) => (name === 'PORT' ? `127.0.0.1:${port}` : (places[name] ?? name))),
    );

/** Words that leave open what is meant. */
const vague = /nothing here|something went wrong|cannot do that|^error$|^invalid:?$|undefined|\[object/i;

const faultsOf = (line: string, { status, stderr }: { status: number | null; stderr: string }): string[] => {
  const rows = stderr.split('\n').filter((row) => !row.startsWith('warning:'));
  const first = rows.find((row) => /^(?:Error:? |sallyport-agent: )/.test(row));
  const [, code = '', cause = ''] = /^(?:Error:? |sallyport-agent: )([A-Z_]+): (.*)$/.exec(first ?? '') ?? [];
  const [next = '', ...more] = rows.flatMap((row) => /^Next: (.*)$/.exec(row)?.[1] ?? []);
  const faults = [
    ...(status === 0 || status === null ? [`ends with ${String(status)}`] : []),
    ...(code === '' || code === 'INTERNAL' ? [`code ${code}`] : []),
    ...(cause.length < 10 || vague.test(cause) ? [`cause "${cause}"`] : []),
    ...(next.length < 10 || vague.test(next) || next === cause || more.length > 0 ? [`next "${next}"`] : []),
  ];
  return faults.map((fault) => `${line}: ${fault}: ${stderr.slice(0, 300)}`);
};

describe.each(Object.keys(lines) as Program[])('an error of %s', (program) => {
  it('names its cause and the next step', async () => {
    const faults: string[] = [];
    for (const line of lines[program]) {
      const args = typed(line);
      const outcome = program === 'sallyport-agent' ? await runAgent(args) : await tryCommand(program, args);
      faults.push(...faultsOf(line, outcome));
    }
    expect(faults).toEqual([]);
  }, 240_000);

  it('names them to programs, too', async () => {
    const args = typed(lines[program][2] ?? '');
    const outcome = await (program === 'sallyport-agent'
      ? runAgent([...args, '--json'])
      : tryCommand(program, [...args, '--json']));
    const text = JSON.stringify(JSON.parse(outcome.stdout));
    expect(text).toMatch(/"(?:error|code)":"[A-Z_]+"/);
    expect(text).toMatch(/"next":".{10,}"/);
  });
});
