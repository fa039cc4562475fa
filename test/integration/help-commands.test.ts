import { type ChildProcess, execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOfWitness } from '@sallyport/appliance/features/rollback/types';
import { type ChapterName, chapterNames } from '@sallyport/ui/help/chapters';
import { parseMarkdown } from '@sallyport/ui/help/markdown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { layDemoDevice } from '../../scripts/demo-device.ts';
import { commandProcess } from '../support/command-process.ts';
import { binOf, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { repositoryRoot } from '../support/sources.ts';
import { until } from '../support/until.ts';
import { osv } from './host-bench.ts';

// Every command of the help, run in the order of the chapters: a site, a connected host, a medium and a device; then those of
// docs/operations.md. One that cannot run here is named with its reason, or with the test that runs it. A shell reads each
// line; loop.test.ts starts commands as processes of their own.

/** Beginnings of commands that are not run. */
const notRun: Readonly<Record<string, string>> = {
  'sh /media/usb/install.sh': 'installs packages: make release-test runs it on a booted machine',
  'dpkg -i': 'installs packages: make release-test runs it on a booted machine',
  'sallyport setup': 'changes units and users of the system: test/integration/setup.test.ts runs it',
  'sallyport destroy': 'the same; setup.test.ts runs it',
  'sallyport upgrade': 'needs two releases side by side: test/integration/upgrade.test.ts runs it',
  'sallyport-agent status': 'says how the agent of the machine stands: test/integration/agent-again.test.ts runs it',
  'sallyport-agent enrol --again': 'needs a certificate that ended: agent-again.test.ts runs it',
  'sallyport device approve "$DEVICE" --key': 'the same; agent-again.test.ts runs it',
  'sallyport release rollback': 'the same; upgrade.test.ts runs it',
  'sallyport device move ': 'a person who signed in asks for it: test/integration/agent-move.test.ts runs it',
  'sallyport device agree-move': 'another person agrees; agent-move.test.ts runs it',
};

const operations = 'docs/operations.md';

/** Commands of operations.md that need more of a site than this one has, or another one, and the test that runs each. */
const elsewhere: Readonly<Record<string, string>> = {
  'openssl pkey': 'test/release/on-the-machine.sh',
  'openssl pkeyutl': 'test/release/on-the-machine.sh',
  'openssl dgst': 'test/release/on-the-machine.sh',
  'sha256sum --check': 'test/release/on-the-machine.sh',
  'sallyport query run': 'test/integration/osquery-queries.test.ts',
  'sallyport baseline approve': 'test/integration/device-commands.test.ts',
  'sallyport baseline show': 'appliance/src/cli/inventory-commands.test.ts',
  'sallyport deviation accept': 'appliance/src/cli/inventory-commands.test.ts',
  'sallyport rollback acknowledge': 'test/integration/two-persons.test.ts',
  'sallyport rollback token': 'test/integration/two-persons.test.ts',
  'sallyport patch import-approvals': 'appliance/src/cli/patches.test.ts',
  'sallyport-bundle evidence verify': 'appliance/src/cli/patches.test.ts',
  'sallyport-bundle custody key add': 'test/integration/custody.test.ts',
  'sallyport-bundle custody add': 'test/integration/custody.test.ts',
  'sallyport-bundle custody verify': 'test/integration/custody.test.ts',
  journalctl: 'test/release/on-the-machine.sh',
  'systemctl reload': 'test/release/on-the-machine.sh',
};

/** Commands that its sentences name by their words alone: the test that runs each that neither it nor the help has in a block. */
const named: Readonly<Record<string, string>> = {
  'sallyport release failure': 'test/integration/upgrade.test.ts',
  'sallyport deployment consent': 'test/integration/two-persons.test.ts',
  'sallyport redundancy excuse': 'test/integration/two-persons.test.ts',
  'sallyport redundancy list': 'test/integration/rollout.test.ts',
  'sallyport deployment preview': 'test/integration/rollout.test.ts',
  'sallyport deployment rings': 'test/integration/rollout.test.ts',
  'sallyport deployment hold': 'test/integration/rollout.test.ts',
  'sallyport deployment continue': 'test/integration/two-persons.test.ts',
  'sallyport-bundle source add support end-of-support': 'test/integration/host-cli.test.ts',
  'sallyport-bundle source whole': 'test/integration/host-cli.test.ts',
  'sallyport update follow': 'appliance/src/cli/inventory-commands.test.ts',
  'sallyport-bundle rebuild': 'test/integration/host-volumes.test.ts',
  'sallyport-bundle split': 'test/integration/host-volumes.test.ts',
  'sallyport-bundle scan configure': 'test/integration/media-scan.test.ts',
  'sallyport device move': 'test/integration/agent-move.test.ts',
  'sallyport device agree-move': 'test/integration/agent-move.test.ts',
  'sallyport device refuse-move': 'test/integration/agent-move.test.ts',
  'sallyport login': 'appliance/src/cli/login.test.ts',
  'sallyport recovery-key renew': 'test/integration/two-persons.test.ts',
  'sallyport account first-link': 'appliance/src/cli/account-first-link.test.ts',
  'sallyport-bundle site show': 'test/integration/ledger.test.ts',
  'sallyport backup forget': 'test/fault/person-erase.test.ts',
  'sallyport directory poll': 'test/interop/samba.test.ts',
  'sallyport directory import': 'test/integration/intake-reports.test.ts',
  'sallyport range plan': 'test/interop/glpi-tasks.test.ts',
  'sallyport range scan': 'test/interop/address-range.test.ts',
  'sallyport patch move': 'appliance/src/cli/patches.test.ts',
  'sallyport patch show': 'appliance/src/cli/patches.test.ts',
  'sallyport receipt export': 'test/integration/custody.test.ts',
  'sallyport receipt verify': 'test/integration/custody.test.ts',
  'sallyport-bundle receipt verify': 'test/integration/custody.test.ts',
  'sallyport-bundle receipt take': 'test/integration/custody.test.ts',
  'sallyport clock show': 'test/integration/ledger.test.ts',
  'sallyport clock back': 'test/integration/two-persons.test.ts',
  'sallyport clock agree': 'test/integration/ledger.test.ts',
  'sallyport protected release': 'test/integration/still-protected.test.ts',
  'sallyport protected decide': 'test/integration/two-persons.test.ts',
  'sallyport inventory revert': 'test/integration/ledger.test.ts',
  'sallyport notification list': 'appliance/src/features/notifications/notifications.test.ts',
  'sallyport notification read': 'appliance/src/features/notifications/notifications.test.ts',
  'sallyport siem again': 'appliance/src/features/receivers/file-receivers.test.ts',
  'sallyport siem agree': 'test/integration/two-persons.test.ts',
  'sallyport-bundle events verify': 'appliance/src/features/receivers/file-receivers.test.ts',
  'sallyport event follow': 'test/integration/event-follow.test.ts',
  'sallyport event list': 'appliance/src/features/receivers/system-log.test.ts',
  'sallyport siem list': 'appliance/src/features/receivers/receivers.test.ts',
  'sallyport siem test': 'appliance/src/features/receivers/receivers.test.ts',
  'sallyport list-view list': 'appliance/src/features/list-views/list-views.test.ts',
  'sallyport diagnostics list': 'appliance/src/features/diagnostics/operations.test.ts',
  'sallyport diagnostics export': 'appliance/src/features/diagnostics/operations.test.ts',
  'sallyport-bundle source add kev': 'test/integration/host-proxy.test.ts',
  'sallyport-bundle source add firmware': 'test/integration/request-reads.test.ts',
};

const operationsLines = (): string[] =>
  shellBlocks(operations).flatMap((block) =>
    block.split('\n').flatMap((line) => line.replace(/\s+#.*$/, '').trim() || []),
  );
const begins = (line: string, beginnings: Readonly<Record<string, string>>): string | undefined =>
  Object.keys(beginnings).find((beginning) => line === beginning || line.startsWith(`${beginning} `));
const wordsOf = (line: string): string => /^\S+(?: [a-z][a-z-]*)*/.exec(line)?.[0] ?? '';

const linesOf = (name: ChapterName): string[] =>
  parseMarkdown(readFileSync(join(repositoryRoot, 'ui/help/en', `${name}.md`), 'utf8')).flatMap((block) =>
    block.kind === 'code' && block.language === 'sh' ? block.text.split('\n') : [],
  );
const isRun = (line: string): boolean => !Object.keys(notRun).some((beginning) => line.startsWith(beginning));

describe('the commands of the help', () => {
  const folder = temporaryFolder('help-commands');
  const plant = plantAuthority();
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const variables: Record<string, string> = {};
  let running: Running;
  let waitingAgent: { line: string; stop: () => Promise<unknown> } | undefined;

  const here = (line: string): string =>
    line.replaceAll('/media/usb', at('usb')).replaceAll('/media/intro', at('intro')).replaceAll('/srv/osv', at('osv'));
  const places = (): Record<string, string> => ({ SALLYPORT_DATA_DIR: at('data'), SALLYPORT_STATE: at('host') });
  const { tryCommand, command } = commandProcess(() => ({ cwd: at('work'), env: places() }));

  /** Gives a line to a shell as a person would type it; what it said. */
  const start = (line: string) => {
    let child: ChildProcess | undefined;
    const ended = new Promise<{ status: number | null; stdout: string; said: string }>((resolve) => {
      const path = `${at('bin')}:${process.env['PATH'] ?? ''}`;
      const env = { ...(process.env as Record<string, string>), PATH: path, ...places(), ...variables };
      const options = { cwd: at('work'), env, timeout: 120_000 };
      child = execFile('sh', ['-c', here(line)], options, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, stdout, said: `${stdout}${stderr}` });
      });
    });
    return { ended, kill: () => child?.kill() };
  };
  const run = async (line: string): Promise<{ status: number | null; said: string }> => {
    const [program] = line.split(' ');
    if (program !== 'sallyport' && program !== 'sallyport-bundle') return start(`exec ${line}`).ended;
    const words = await start(`printf '%s\\0' ${line}`).ended;
    expect(words.status, words.said).toBe(0);
    const { status, stdout, stderr } = await tryCommand(program, words.stdout.split('\0').slice(1, -1));
    return { status, said: `${stdout}${stderr}` };
  };

  beforeAll(async () => {
    for (const name of ['bin', 'usb', 'intro', 'work', 'osv', 'keys']) mkdirSync(at(name));
    for (const medium of ['a', 'b', 'c', 'd', 'carried']) mkdirSync(at('work', medium));
    const agent = `${process.execPath} ${binOf('sallyport-agent')} "$@" --state ${at('agent')} --root ${at('device')}`;
    writeFileSync(at('bin', 'sallyport-agent'), `#!/bin/sh\nexec ${agent}\n`);
    chmodSync(at('bin', 'sallyport-agent'), 0o755);
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    writeFileSync(at('work', 'proxy-password'), 'secret\n');
    const { key, certificate } = plant.issue({ names: ['appliance.plant.example'] });
    writeFileSync(at('work', 'server.key'), key);
    writeFileSync(at('work', 'chain.pem'), certificate + plant.middle);
    writeFileSync(at('work', 'root.pem'), plant.root);
    writeFileSync(
      at('work', 'list.csv'),
      'tag,vendor,order number,address\nPLC-1,Siemens,6ES7 515-2AM02-0AB0,10.1.2.3\n',
    );
    const port = await freePort();
    variables['SERVER'] = `https://127.0.0.1:${port}`;
    // As a person gives it and reads it, but for the folder in place of the system.
    const wanted = `--site aqtau-des-1 --address 127.0.0.1 --address appliance.plant.example --port ${port}`;
    const files = ['--data', at('data'), '--prefix', at('system'), '--recovery-key-file', at('work', 'recovery.txt')];
    const made = await tryCommand('sallyport', ['setup', '--yes', ...wanted.split(' '), ...files]);
    expect(made.status, made.stderr).toBe(0);
    variables['CA_FINGERPRINT'] = /^CA fingerprint +(\S+)$/m.exec(made.stdout)?.[1] ?? '';
    running = await startCommand(
      'sallyport',
      ['serve', '--data', at('data'), '--listen', `127.0.0.1:${port}`],
      /listening/,
    );
    layDemoDevice({
      root: at('device'),
      hostname: 'pump-3',
      machineId: '0123456789abcdef0123456789abcdef',
      suites: ['line'],
      repositoryUri: 'http://127.0.0.1:9',
      keyring: at('work', 'recovery.txt'),
    });
  });
  afterAll(async () => {
    await waitingAgent?.stop();
    await running?.kill();
    folder.remove();
    plant.remove();
  });

  /** What a person reads from the screen of one computer and types at another one. */
  const fingerprintIn = (said: string): string =>
    /((?:[0-9a-f]{4} ?){8})\s+((?:[0-9a-f]{4} ?){8})/.exec(said)?.slice(1).join(' ') ?? '';

  /** Computers of a plant whose inventories come on a medium; their ids in the order of `names`. */
  const addComputers = async (names: readonly string[]): Promise<string[]> => {
    for (const [index, hostname] of names.entries()) {
      const root = at(hostname);
      const machineId = `${index + 1}`.repeat(32);
      layDemoDevice({
        root,
        hostname,
        machineId,
        suites: ['line'],
        repositoryUri: 'http://127.0.0.1:9',
        keyring: at('work', 'recovery.txt'),
      });
      await command('sallyport-agent', 'once', '--root', root, '--out', at('work', `${hostname}.json`));
      await command(
        'sallyport',
        'inventory',
        'import',
        '--approve',
        at('work', `${hostname}.json`),
        '--data',
        at('data'),
      );
    }
    const { items } = await command<{ items: { id: string; name: string }[] }>(
      'sallyport',
      'device',
      'list',
      '--data',
      at('data'),
    );
    return names.map((name) => items.find((item) => item.name === name)?.id ?? '');
  };

  /** What stands before a line because a person did something. */
  const prepare = async (line: string): Promise<void> => {
    if (line.includes('"$KEEP"') && variables['KEEP'] === undefined)
      [variables['KEEP'] = '', variables['OTHER'] = ''] = await addComputers(['pump-4', 'pump-5']);
    if (line.includes('"$DEVICE"') && variables['DEVICE'] === undefined)
      variables['DEVICE'] = await until(async () => {
        const { items } = await command<{ items: { id: string; state: string }[] }>(
          'sallyport',
          'device',
          'list',
          '--data',
          at('data'),
        );
        return items.find(({ state }) => state === 'pending')?.id;
      });
    if (line.includes('./witness'))
      for (const name of readdirSync(at('data', 'keys')).filter(isOfWitness))
        copyFileSync(at('data', 'keys', name), at('work', name));
  };

  const followUp = async (line: string, said: string): Promise<void> => {
    if (line.includes('trust export')) variables['HOST_FINGERPRINT'] = fingerprintIn(said);
    if (line.includes('backup create')) variables['BACKUP'] = /([\w.-]+\.spb)\b/.exec(said)?.[1] ?? '';
    if (line.includes('site-card export')) variables['SITE_FINGERPRINT'] = fingerprintIn(said);
    if (!line.includes('device approve') || waitingAgent === undefined) return;
    // The agent that waits asks again within a minute; one that is started anew asks at once.
    await waitingAgent.stop();
    const enrolled = await run(waitingAgent.line);
    expect(enrolled.status, enrolled.said).toBe(0);
    waitingAgent = undefined;
  };

  it.each(chapterNames)('of the chapter %s end well', async (name) => {
    for (const line of linesOf(name).filter(isRun)) {
      await prepare(line);
      if (line.startsWith('sallyport-agent enrol')) {
        const { kill, ended } = start(`exec ${line}`);
        const stop = () => {
          kill();
          return ended;
        };
        waitingAgent = { line, stop };
        continue;
      }
      const { status, said } = await run(line);
      expect(status, `${line}\n${said}`).toBe(0);
      await followUp(line, said);
    }
  });

  it(`of ${operations} end well`, async () => {
    for (const line of operationsLines().filter((one) => begins(one, elsewhere) === undefined)) {
      await prepare(line);
      const { status, said } = await run(line);
      expect(status, `${line}\n${said}`).toBe(0);
      await followUp(line, said);
    }
  });

  it(`of ${operations} that other tests run are run there, and no command is in no test`, () => {
    const lines = operationsLines();
    const text = readFileSync(join(repositoryRoot, operations), 'utf8');
    const mentioned = [...text.matchAll(/`(sallyport(?:-bundle|-agent)? [a-z][^`]*)`/g)].map((match) => match[1] ?? '');
    const wrong: string[] = [];
    for (const beginning of Object.keys(elsewhere))
      if (!lines.some((line) => begins(line, { [beginning]: '' }))) wrong.push(`no line: ${beginning}`);
    for (const beginning of Object.keys(named))
      if (!mentioned.some((one) => begins(one, { [beginning]: '' }))) wrong.push(`not named: ${beginning}`);
    for (const [beginning, path] of Object.entries({ ...elsewhere, ...named })) {
      const words = beginning.replace(/^sallyport(-bundle|-agent)? /, '').split(' ');
      const inTest = new RegExp(words.join(`['",\\s]+`));
      if (!inTest.test(readFileSync(join(repositoryRoot, path), 'utf8')))
        wrong.push(`${path} does not run ${beginning}`);
    }
    const inBlocks = [...lines, ...chapterNames.flatMap(linesOf)].map(wordsOf);
    for (const words of new Set(mentioned.map(wordsOf)))
      if (!inBlocks.some((line) => `${line} `.startsWith(`${words} `)) && begins(words, named) === undefined)
        wrong.push(`in no test: ${words}`);
    expect(wrong).toEqual([]);
  });

  it('are run but for those that have a reason, each of which is there', () => {
    const lines = chapterNames.flatMap(linesOf);
    expect(lines.filter(isRun).length).toBeGreaterThan(50);
    for (const beginning of Object.keys(notRun))
      expect(
        lines.some((line) => line.startsWith(beginning)),
        beginning,
      ).toBe(true);
  });
});
