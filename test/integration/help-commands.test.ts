import { type ChildProcess, execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChapterName, chapterNames } from '@sallyport/ui/help/chapters';
import { parseMarkdown } from '@sallyport/ui/help/markdown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layDemoDevice } from '../../scripts/demo-device.ts';
import { commandProcess } from '../support/command-process.ts';
import {
  binOf,
  type Command,
  command,
  freePort,
  type Running,
  startCommand,
  temporaryFolder,
} from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';
import { until } from '../support/until.ts';
import { osv } from './host-bench.ts';

// Every command of the help, run in the order of the chapters: a site, a connected host, a medium and a device. One that
// cannot run here is named with its reason.

/** Beginnings of commands that are not run. */
const notRun: Readonly<Record<string, string>> = {
  'sh /media/usb/install.sh': 'installs packages: make release-test runs it on a booted machine',
  'sallyport setup': 'changes units and users of the system: test/integration/setup.test.ts runs it',
  'sallyport destroy': 'the same; setup.test.ts runs it',
  'sallyport upgrade': 'needs two releases side by side: test/integration/upgrade.test.ts runs it',
  'sallyport release rollback': 'the same; upgrade.test.ts runs it',
};

const linesOf = (name: ChapterName): string[] =>
  parseMarkdown(readFileSync(join(repositoryRoot, 'ui/help/en', `${name}.md`), 'utf8')).flatMap((block) =>
    block.kind === 'code' && block.language === 'sh' ? block.text.split('\n') : [],
  );
const isRun = (line: string): boolean => !Object.keys(notRun).some((beginning) => line.startsWith(beginning));

describe('the commands of the help', () => {
  const folder = temporaryFolder('help-commands');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const variables: Record<string, string> = {};
  let running: Running;
  let waitingAgent: { line: string; stop: () => Promise<unknown> } | undefined;

  const here = (line: string): string =>
    line.replaceAll('/media/usb', at('usb')).replaceAll('/media/intro', at('intro')).replaceAll('/srv/osv', at('osv'));
  const environment = (): Record<string, string> => ({
    ...(process.env as Record<string, string>),
    PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
    SALLYPORT_DATA_DIR: at('data'),
    SALLYPORT_STATE: at('host'),
    ...variables,
  });

  /** Runs a line as a person would type it; what it said. */
  const start = (line: string) => {
    let child: ChildProcess | undefined;
    const ended = new Promise<{ status: number | null; said: string }>((resolve) => {
      const options = { cwd: at('work'), env: environment(), timeout: 120_000 };
      child = execFile('sh', ['-c', `exec ${here(line)}`], options, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, said: `${stdout}${stderr}` });
      });
    });
    return { ended, kill: () => child?.kill() };
  };
  const run = (line: string) => start(line).ended;

  beforeAll(async () => {
    for (const name of ['bin', 'usb', 'intro', 'work', 'osv', 'keys']) mkdirSync(at(name));
    const programs: Readonly<Record<Command, string>> = {
      sallyport: '"$@"',
      'sallyport-bundle': '"$@"',
      'sallyport-agent': `"$@" --state ${at('agent')} --root ${at('device')}`,
    };
    for (const [name, args] of Object.entries(programs)) {
      writeFileSync(at('bin', name), `#!/bin/sh\nexec ${process.execPath} ${binOf(name as Command)} ${args}\n`);
      chmodSync(at('bin', name), 0o755);
    }
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    writeFileSync(at('work', 'proxy-password'), 'secret\n');
    writeFileSync(
      at('work', 'list.csv'),
      'tag,vendor,order number,address\nPLC-1,Siemens,6ES7 515-2AM02-0AB0,10.1.2.3\n',
    );
    const port = await freePort();
    variables['SERVER'] = `https://127.0.0.1:${port}`;
    const made = await command<{ recoveryKey: string }>(
      'sallyport',
      'init',
      '--data',
      at('data'),
      '--site',
      'aqtau-des-1',
      '--address',
      '127.0.0.1',
      '--listen',
      `127.0.0.1:${port}`,
    );
    writeFileSync(at('work', 'recovery.txt'), `${made.recoveryKey}\n`);
    running = await startCommand('sallyport', ['serve', '--data', at('data')], /listening/);
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
  });

  /** What a person reads from the screen of one computer and types at another one. */
  const fingerprintIn = (said: string): string =>
    /((?:[0-9a-f]{4} ?){8})\s+((?:[0-9a-f]{4} ?){8})/.exec(said)?.slice(1).join(' ') ?? '';

  /** What stands before a line because a person did something. */
  const before = async (line: string): Promise<void> => {
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
    if (line.includes('./witness')) copyFileSync(at('data', 'keys', 'witness'), at('work', 'witness'));
  };

  const after = async (line: string, said: string): Promise<void> => {
    if (line.includes('trust export')) variables['HOST_FINGERPRINT'] = fingerprintIn(said);
    if (line.includes('site-card export')) variables['SITE_FINGERPRINT'] = fingerprintIn(said);
    if (line.includes('token create')) variables['CA_FINGERPRINT'] = fingerprintIn(said);
    if (!line.includes('device approve') || waitingAgent === undefined) return;
    // The agent that waits asks again within a minute; one that is started anew asks at once.
    await waitingAgent.stop();
    const enrolled = await run(waitingAgent.line);
    expect(enrolled.status, enrolled.said).toBe(0);
    waitingAgent = undefined;
  };

  it.each(chapterNames)('of the chapter %s end well', async (name) => {
    for (const line of linesOf(name).filter(isRun)) {
      await before(line);
      if (line.startsWith('sallyport-agent enrol')) {
        const { kill, ended } = start(line);
        const stop = () => {
          kill();
          return ended;
        };
        waitingAgent = { line, stop };
        continue;
      }
      const { status, said } = await run(line);
      expect(status, `${line}\n${said}`).toBe(0);
      await after(line, said);
    }
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

/** Commands of a document with their options: each line of a block `sh` that begins with one of ours. */
const commandsIn = (
  path: string,
): { program: Exclude<Command, 'sallyport-agent'>; words: string[]; flags: string[] }[] =>
  [...readFileSync(join(repositoryRoot, path), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(
    ([, block = '']) =>
      block
        .replaceAll('\\\n', ' ')
        .split('\n')
        .map((line) => line.replace(/\s#.*$/, '').trim())
        .flatMap((line) => {
          const [, program, rest = ''] = /^(sallyport|sallyport-bundle) (.*)$/.exec(line) ?? [];
          if (program !== 'sallyport' && program !== 'sallyport-bundle') return [];
          const plain = rest.replace(/"[^"]*"|'[^']*'/g, '');
          const all = plain.split(' ');
          const end = all.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
          const words = all.slice(0, end === -1 ? undefined : end);
          return [{ program, words, flags: plain.match(/(?<=\s)--[a-z-]+/g) ?? [] }];
        }),
  );

describe('the commands of the other documents', () => {
  const { tryCommand } = commandProcess();

  it.each(['docs/operations.md', 'docs/agent.md', 'docs/threat-model.md', 'README.md'])(
    'of %s are there with their options',
    async (path) => {
      const wrong: string[] = [];
      for (const { program, words, flags } of commandsIn(path)) {
        const help = await tryCommand(program, [...words.slice(0, 3), '--help']);
        const isKnown = help.status === 0 && /^(?:Usage: |sallyport )/.test(help.stdout);
        const unknown = flags.filter((flag) => !help.stdout.includes(`${flag} `) && !help.stdout.includes(`${flag}\n`));
        if (!isKnown || unknown.length > 0) wrong.push(`${program} ${words.join(' ')}: ${unknown.join(' ')}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});
