import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, volumeOf, type World } from '../../bundle-tools/test/kit.ts';
import { commandProcess, runAgent } from '../support/command-process.ts';
import { type Command, command, freePort, startCommand } from '../support/commands.ts';
import { buildFresh } from '../support/fresh-bundle.ts';
import { runBlock, shellBlocks } from '../support/shell-blocks.ts';
import { repositoryRoot } from '../support/sources.ts';
import { fileFolder } from '../support/test-folder.ts';

// What the documents tell people to type is taken out of them and typed.

const needs =
  spawnSync('/usr/bin/python3', ['-c', 'import tuf']).status === 0 && spawnSync('openssl', ['version']).status === 0; // prettier-ignore
const scratch = fileFolder('docs');

describe.skipIf(!needs)('the commands that check a bundle (python3-tuf and openssl are needed)', () => {
  let world: World;
  const blocks = shellBlocks('docs/bundle-format.md');
  const volume = '1a2b3c4d-1of1.tar';
  beforeAll(() => {
    world = createWorld(['first object', 'second object', Buffer.alloc(100_000, 3)]);
  });
  afterAll(() => world.remove());

  const folderWith = async (name: string, options: Parameters<typeof buildFresh>[1] = {}): Promise<string> => {
    const folder = mkdtempSync(join(scratch, `${name}-`));
    const { root, built } = await buildFresh(world, options);
    copyFileSync(volumeOf(built), join(folder, volume));
    writeFileSync(join(folder, '1.root.json'), root);
    return folder;
  };

  /** Runs the blocks until one fails; tells which. */
  const runAll = (folder: string): { failed: number | undefined; outputs: string[] } => {
    const outputs: string[] = [];
    for (const [index, block] of blocks.entries()) {
      const { status, output } = runBlock(block, folder);
      outputs.push(output);
      if (status !== 0) return { failed: index, outputs };
    }
    return { failed: undefined, outputs };
  };

  it('accept a bundle, packed inventory or not', async () => {
    expect(blocks.length).toBe(5);
    for (const encoding of ['identity', 'gzip'] as const) {
      const folder = await folderWith(encoding, { inventory: { catalog: 1, bytes: world.inventory, encoding } });
      const { failed, outputs } = runAll(folder);
      expect([failed, outputs.join('\n')]).toEqual([
        undefined,
        expect.stringContaining('Signature Verified Successfully'),
      ]);
      expect(outputs[0]).toContain('bundle.dsse.json');
      expect(outputs[4]).toContain('"volumes":[{"n":1,');
    }
  });

  it.each([
    ['parts', 'p0001', 'p0002'],
    ['pieces', 'c000000', 'c000001'],
  ])('join the %s of a cut object', async (_, one, two) => {
    const folder = await folderWith('parts');
    expect(runBlock(blocks[0] ?? '', folder).status).toBe(0);
    const objects = join(folder, 'out/o');
    const [name = ''] = readdirSync(objects);
    const bytes = readFileSync(join(objects, name));
    rmSync(join(objects, name));
    writeFileSync(join(objects, `${name}.${one}`), bytes.subarray(0, 5));
    writeFileSync(join(objects, `${name}.${two}`), bytes.subarray(5));
    expect(runBlock(blocks[1] ?? '', folder).status).toBe(0);
    writeFileSync(join(objects, `${name}.${two}`), 'other bytes');
    expect(runBlock(blocks[1] ?? '', folder).status).not.toBe(0);
  });

  it.each([
    ['an object', 1, (bytes: Buffer) => bytes.indexOf('second object')],
    ['the timestamp', 2, (bytes: Buffer) => bytes.indexOf('"sig":"', bytes.indexOf('tuf/timestamp.json')) + 9],
    ['the inventory', 2, (bytes: Buffer) => bytes.lastIndexOf('"kind":"update"') + 9],
    ['the manifest', 3, (bytes: Buffer) => bytes.indexOf('"payload":"') + 40],
  ] as [string, number, (bytes: Buffer) => number][])('refuse %s that was altered', async (_, block, place) => {
    const folder = await folderWith('altered');
    const path = join(folder, volume);
    const bytes = readFileSync(path);
    const at = place(bytes);
    // Neither in base64 nor in hexadecimal the same: there A and a are one digit.
    bytes[at] = /a/i.test(String.fromCharCode(bytes[at] ?? 0)) ? 0x62 : 0x61;
    writeFileSync(path, bytes);
    expect(runAll(folder).failed).toBe(block);
  });
});

const commandsIn = (document: string): string[] => {
  const text = readFileSync(join(repositoryRoot, document), 'utf8');
  const inline = [...text.matchAll(/`(sallyport(?:-bundle|-agent)? [a-z][^`]*)`/g)].map((match) => match[1] ?? '');
  const lines = shellBlocks(document).flatMap((block) =>
    block.split('\n').filter((line) => line.trim().startsWith('sallyport')),
  );
  return [...new Set([...inline, ...lines])];
};

describe('the commands of the other documents', () => {
  const { tryCommand } = commandProcess();
  const documents = ['README.md', 'docs/operations.md', 'docs/agent.md', 'docs/threat-model.md'];
  const all = documents.flatMap((document) => commandsIn(document).map((line) => [document, line] as const));

  it.each(all)('%s: %s exists, with its options', async (_document, line) => {
    const [program = '', ...words] = line
      .replace(/#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && word !== '…');
    const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
    const asked = [...words.slice(0, end === -1 ? 3 : Math.min(end, 3)), '--help'];
    const help = await (program === 'sallyport-agent' ? runAgent(asked) : tryCommand(program as Command, asked));
    expect(help.status).toBe(0);
    for (const option of words.filter((word) => word.startsWith('--')))
      expect(help.stdout).toContain(option.replace(/=.*$/, ''));
  });

  it('name targets of make that there are', () => {
    const makefile = readFileSync(join(repositoryRoot, 'Makefile'), 'utf8');
    const targets = documents.flatMap((document) =>
      [...readFileSync(join(repositoryRoot, document), 'utf8').matchAll(/(?:`|&& |^ *)make ([a-z-]+)/gm)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(targets.length).toBeGreaterThan(2);
    expect(targets.filter((target) => !new RegExp(`^${target}:`, 'm').test(makefile))).toEqual([]);
  });

  it('start an appliance', async () => {
    const lines = shellBlocks('ui/help/en/install.md').flatMap((block) => block.split('\n'));
    const line = lines.find((text) => text.startsWith('sallyport setup --site')) ?? '';
    const [name, ...args] = line.replace(/#.*$/, '').trim().split(/\s+/).slice(1);
    expect(name).toBe('setup');
    const data = ['--data', join(scratch, 'data')];
    const key = join(scratch, 'recovery.txt');
    const system = ['--prefix', join(scratch, 'system'), '--recovery-key-file', key];
    const made = await command('sallyport', 'setup', ...args, ...system, ...data);
    expect(made).toMatchObject({ recoveryKeyFile: key, recoveryKeyState: 'not-confirmed' });
    const serve = ['serve', '--listen', `127.0.0.1:${await freePort()}`, ...data];
    const running = await startCommand('sallyport', serve, /listening|https:/);
    await running.kill();
  });
});
