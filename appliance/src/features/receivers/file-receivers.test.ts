import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryCommand } from '../../../../test/support/commands.ts';
import { fileFolder, ownFolder } from '../../../../test/support/test-folder.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { until } from '../../../../test/support/until.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { systemActor } from '../../engine/objects/types.ts';

const site = await openApiSite();
afterAll(() => site.close());
const { account, as, name } = twoPersonScenarios(() => ({ ...site, device: site.device('hmi-1', 'auto') }));
const { events, objects, receivers, exchange, paths } = site.appliance;

const card = join(fileFolder('events-card'), 'site.card');
beforeAll(() => writeFileSync(card, exchange.siteCard(systemActor).bytes));

const asked = (folder: string, more: object = {}): string =>
  objects.create(as(account()), 'event-files', { name: name(), folder, everySeconds: 5, ...more }).id;
const agreed = (folder: string, more: object = {}): string => {
  const id = asked(folder, more);
  receivers.fileAgreements.agree(as(account()), id);
  return id;
};
const turn = (): Promise<void> => receivers.turn(() => Promise.resolve());
const standing = (id: string) => receivers.list().find((one) => one.id === id);
const happen = (): number => events.record('disk-full', { params: { freeBytes: 1 } }).id;
const logs = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .sort();
const linesIn = (folder: string): string[] =>
  logs(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1));
const numbersIn = (folder: string): number[] => linesIn(folder).map((line) => Number(/ seq="(\d+)"/.exec(line)?.[1]));

type Verified = {
  whole: boolean;
  receivers: { receiver: string; segments: number; lines: number; gaps: string[]; removed: number }[];
  bad: { file: string; code: string }[];
};
/** As whoever reads the folder finds it, with the card of the site alone. */
const verified = async (folder: string): Promise<Verified & { status: number | null }> => {
  const { status, stdout } = await tryCommand('sallyport-bundle', [
    'events',
    'verify',
    folder,
    '--card',
    card,
    '--json',
  ]);
  return { status, ...JSON.parse(stdout) };
};

describe('events as files', () => {
  it.each([
    ['no whole path', 'diode', 'folder'],
    ['a path that goes up', '/srv/../etc', 'folder'],
    ['the data of the appliance', paths.data, 'folder'],
    ['a folder in them', join(paths.data, 'x'), 'folder'],
    ['what the data lie in', '/', 'folder'],
    ['a folder of the system', '/etc/cron.d', 'folder'],
  ])('are not written to %s', (_what, folder, field) => {
    expect(() => asked(folder)).toThrow(field);
  });

  it('are not written before another person agreed, and wait again for another folder', async () => {
    const [folder, other] = [ownFolder('diode'), ownFolder('diode')];
    const id = asked(folder);
    await turn();
    happen();
    await expect(receivers.test(systemActor, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect([standing(id)?.state, readdirSync(folder)]).toEqual(['asked', []]);
    receivers.fileAgreements.agree(as(account()), id);
    await receivers.test(systemActor, id);
    expect(logs(folder)).toHaveLength(1);
    objects.update(as(account()), 'event-files', id, { folder: other });
    await expect(receivers.test(systemActor, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(readdirSync(other)).toEqual([]);
  });

  it('come in order, each once, from when they were agreed to, in segments that adjoin', async () => {
    const folder = ownFolder('diode');
    happen();
    const id = agreed(folder, { query: 'type=disk-full', language: 'kk' });
    await turn();
    const numbers: number[] = [];
    for (const many of [450, 3, 1]) {
      for (let n = 0; n < many; n++) numbers.push(happen());
      const { stdout, code } = await runHere('siem', 'test', id, '--data', paths.data);
      expect([code, stdout]).toEqual([0, `what waited was written to ${folder}\n`]);
    }
    expect(numbersIn(folder)).toEqual(numbers);
    const { status, whole, receivers: found } = await verified(folder);
    expect([status, whole]).toEqual([0, true]);
    expect(found).toMatchObject([{ receiver: id, segments: 3, lines: 454, gaps: [], removed: 0 }]);
    // The Kazakh sentence of a full disk, letter by letter.
    expect(linesIn(folder)[0]).toMatch(/[әғқңөұүһі]/);
    expect(readdirSync(folder).some((file) => file.endsWith('.part'))).toBe(false);
  });

  it('are written by the server once the first has waited', async () => {
    const folder = ownFolder('diode');
    const id = agreed(folder);
    await turn();
    const number = happen();
    await turn();
    await until(async () => {
      await turn();
      return numbersIn(folder).includes(number);
    });
    expect(standing(id)).toMatchObject({ state: 'connected', port: null, host: folder });
  });

  it('are written again where a reader lacks them, and what was changed is told from what is missing', async () => {
    const folder = ownFolder('diode');
    const id = agreed(folder);
    await turn();
    for (let n = 0; n < 4; n++) {
      happen();
      await receivers.test(systemActor, id);
    }
    const [first = '', second = '', third = ''] = logs(folder);
    const gap =
      second
        .match(/(\d{12})-(\d{12})/)
        ?.slice(1)
        .map(Number)
        .join('-') ?? '';
    rmSync(join(folder, second));
    rmSync(join(folder, `${second}.dsse.json`));
    expect(await verified(folder)).toMatchObject({ status: 1, whole: false, receivers: [{ gaps: [gap] }], bad: [] });
    const command = ['siem', 'again', id, '--data', paths.data];
    expect((await runHere(...command, '--gap', gap)).stdout).toMatch(/^\d lines written again\n$/);
    expect(await verified(folder)).toMatchObject({ status: 0, whole: true });
    expect((await runHere(...command, '--gap', '1-999999')).code).not.toBe(0);
    expect((await runHere(...command, '--gap', 'x')).code).not.toBe(0);

    appendFileSync(join(folder, third), 'one more\n');
    rmSync(join(folder, first));
    expect((await verified(folder)).bad).toEqual([
      expect.objectContaining({ file: first, code: 'NOT_FOUND' }),
      expect.objectContaining({ file: third, code: 'HASH' }),
    ]);
  });

  it('say how many were removed before they were written', async () => {
    const folder = ownFolder('diode');
    const id = agreed(folder);
    await turn();
    const removed = happen();
    happen();
    site.appliance.db.prepare('delete from event where id = ?').run(removed);
    await receivers.test(systemActor, id);
    expect((await verified(folder)).receivers).toMatchObject([{ removed: 1, gaps: [] }]);
    expect(standing(id)?.missed).toBe(1);
  });

  it('wait while the folder is not there or is no folder, say so, and lose nothing', async () => {
    const parent = ownFolder('diode');
    const folder = join(parent, 'later');
    const id = agreed(folder);
    await turn();
    const number = happen();
    await expect(receivers.test(systemActor, id)).rejects.toThrow('ENOENT');
    symlinkSync(parent, folder);
    await expect(receivers.test(systemActor, id)).rejects.toThrow('is not a folder');
    rmSync(folder);
    writeFileSync(folder, '');
    await expect(receivers.test(systemActor, id)).rejects.toThrow('is not a folder');
    rmSync(folder);
    mkdirSync(folder);
    chmodSync(folder, 0o750);
    await receivers.test(systemActor, id);
    expect(numbersIn(folder)).toContain(number);
    expect((await verified(folder)).whole).toBe(true);
  });

  // The last: this program writes no more afterwards.
  it('leave no half behind where the program ends meanwhile', async () => {
    const folder = ownFolder('diode');
    agreed(folder);
    await turn();
    happen();
    const halves: string[] = [];
    const pause = async (): Promise<void> => {
      const [half] = readdirSync(folder).filter((file) => file.endsWith('.part'));
      if (half === undefined) return;
      halves.push(half);
      await receivers.stop();
    };
    await until(async () => {
      if (halves.length === 0) await receivers.turn(pause);
      return halves.length > 0 && readdirSync(folder).length === 0;
    });
    expect(halves).toHaveLength(1);
  });
});
