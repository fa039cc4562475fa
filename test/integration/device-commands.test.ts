import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAgent } from '@sallyport/agent/loop/agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import type { Outcome } from '../support/commands.ts';
import { flags } from '../support/commands.ts';
import { loggedIn } from '../support/persons.ts';
import { until } from '../support/until.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// What is asked of one device, by the commands as they are built, and done by a real agent over the real listener.

const { tryCommand } = commandProcess();
let site: AgentSite;
beforeAll(async () => {
  site = await openAgentSite();
});
afterAll(() => site.close());

const dataDir = (): string => join(site.folder, 'data');
type Said<T> = { status: number | null; said: T };
const as = (prefix: readonly string[], ...args: string[]): Promise<Outcome> =>
  tryCommand('sallyport', [...args, '--data', dataDir()], prefix);
const sallyport = (...args: string[]): Promise<Outcome> => as([], ...args);
const jsonAs = async <T = Record<string, unknown>>(prefix: readonly string[], ...args: string[]): Promise<Said<T>> => {
  const { status, stdout } = await as(prefix, ...args, '--json');
  return { status, said: JSON.parse(stdout || 'null') as T };
};
const json = <T = Record<string, unknown>>(...args: string[]): Promise<Said<T>> => jsonAs<T>([], ...args);
const unknown = 'ab'.repeat(16);

const newDevice = async (name: string) => {
  const { state, run } = await site.enrol(name);
  expect(run.status).toBe(0);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  const agent = openAgent(state);
  const turn = async (): Promise<void> => {
    const { task } = await agent.cycle({ collectAll: false, collect: true });
    if (task !== undefined) await agent.tasks.accept(task);
  };
  return {
    id: deviceId,
    state,
    log: agent.log,
    close: agent.close,
    turn,
    /** The agent goes on as it does on a device, until the work is done. */
    during: async <T>(work: Promise<T>): Promise<T> => {
      const over = { now: false };
      const turns = (async () => {
        await until(async () => {
          if (!over.now) await turn();
          return over.now;
        });
      })();
      try {
        return await work;
      } finally {
        over.now = true;
        await turns;
      }
    },
  };
};

type Task = { id: string; state: string; device: string; reason: string; wanted: Record<string, unknown> };
const tasksOf = async (device: string): Promise<Task[]> =>
  (await json<{ items: Task[] }>('device', 'task', 'list', '--device', device)).said.items;

describe('the log of a device', () => {
  it('is asked for, brought by its agent and printed, with the reason kept', async () => {
    const device = await newDevice('log-1');
    try {
      for (let n = 0; n < 20; n += 1) device.log('info', `line ${n}`);
      const token = `sallyport-agent-${'B'.repeat(43)}`;
      device.log('info', `enrolled with ${token} by password=hunter2hunter2 from /home/dana/token`);
      const asked = await device.during(
        sallyport('device', 'log', device.id, '--reason', 'no report since Monday', '--lines', '5', '--wait', '60'),
      );
      expect(asked.status).toBe(0);
      expect(asked.stdout.trim().split('\n')).toHaveLength(5);
      expect(asked.stdout).toContain('line 19');
      expect(asked.stdout).toContain('enrolled with [removed] by password=[removed] from /home/*/token');
      expect(asked.stdout).not.toContain('hunter2');
      expect(asked.stderr).toMatch(/task [0-9a-f]{32}: waits for the device/);
      expect(await tasksOf(device.id)).toMatchObject([
        {
          state: 'completed',
          device: device.id,
          reason: 'no report since Monday',
          wanted: { kind: 'show-log', lines: 5 },
        },
      ]);
      const table = await sallyport('device', 'task', 'list');
      expect(table.stdout).toMatch(/TASK +STATE +DEVICE/);
      expect(table.stdout).toContain('show-log');
    } finally {
      device.close();
    }
  });

  it('is waited for no longer than said, and can be taken back', async () => {
    const device = await newDevice('log-2');
    try {
      const late = await json('device', 'log', device.id, '--reason', 'x', '--wait', '1');
      expect(late).toMatchObject({ status: 1, said: { state: 'queued', output: null } });
      const task = String(late.said['task']);
      expect(await json('device', 'task', 'cancel', task)).toMatchObject({
        status: 0,
        said: { task, state: 'cancelled' },
      });
      await device.turn();
      await device.turn();
      expect(await tasksOf(device.id)).toMatchObject([{ id: task, state: 'cancelled' }]);
      // What has ended is not taken back, and what waits for nobody is not confirmed.
      expect((await json('device', 'task', 'cancel', task)).status).not.toBe(0);
      expect((await json('device', 'task', 'confirm', task)).status).not.toBe(0);
    } finally {
      device.close();
    }
  });

  it('is not asked of nobody, without a reason or beyond the bounds', async () => {
    const wrong: [string[], RegExp][] = [
      [['device', 'log', unknown, '--reason', 'x'], /NOT_FOUND|no such device|not/i],
      [['device', 'log', unknown], /--reason/],
      [['device', 'log', '--reason', 'x'], /DEVICE is missing/],
      [['device', 'log', unknown, '--reason', 'x', '--lines', '501'], /--lines does not fit\n {2}lines: .*500/],
      [['device', 'log', unknown, '--reason', 'x', '--wait', '0'], /--wait does not fit\n {2}wait: .*1/],
      [['device', 'task', 'cancel'], /TASK is missing/],
      [['device', 'task', 'cancel', unknown], /./],
      [['device', 'task', 'confirm', 'x'], /./],
      [['device', 'task', 'list', '--device', unknown], /./],
      [
        ['device', 'file', unknown, '--product', 'G', '--number', '1', '--act', 'open', '--reason', 'x'],
        /--act takes restore, delete, rescan/,
      ],
    ];
    for (const [args, said] of wrong) {
      const { status, stdout, stderr } = await sallyport(...args);
      expect([args.join(' '), status === 0 || status === null]).toEqual([args.join(' '), false]);
      expect(`${stdout}${stderr}`).toMatch(said);
      expect(`${stdout}${stderr}`).not.toMatch(/INTERNAL|at .*\.js:\d+/);
    }
  });
});

describe('a file that a product keeps', () => {
  it('is deleted after a second look, and given back only by another person; the product does it, and its list follows', async () => {
    const device = await newDevice('file-1');
    const products = join(device.state, 'products');
    const orders = join(products, 'orders');
    const report = (numbers: readonly string[]): void =>
      writeFileSync(
        join(products, 'guard.json'),
        JSON.stringify({
          format: 'sallyport-product/1',
          product: 'Guard',
          quarantine: numbers.map((number) => ({ number, name: `${number}.exe` })),
        }),
      );
    const ask = (act: string, number: string, prefix: readonly string[] = []) => {
      const which = ['--product', 'Guard', '--number', number, '--act', act];
      return jsonAs(prefix, 'device', 'file', device.id, ...which, '--reason', 'known worm');
    };
    /** The product's side: does what lies in its folder, and says so. */
    const product = async (answer: object, kept: readonly string[]): Promise<string> => {
      const name = await until(() =>
        (existsSync(orders) ? readdirSync(orders) : []).find((one) => /^[0-9a-f]{32}\.json$/.test(one)),
      );
      const order = JSON.parse(readFileSync(join(orders, name), 'utf8')) as { act: string; number: string };
      report(kept);
      writeFileSync(join(orders, name.replace('.json', '.answer.json')), JSON.stringify(answer));
      return `${order.act} ${order.number}`;
    };
    const ended = async (task: string): Promise<Task | undefined> => {
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      return (await tasksOf(device.id)).find(({ id }) => id === task);
    };
    const { devices, inventory } = site.appliance;
    const listed = () =>
      inventory.section(devices.byPublicId(device.id).id, 'quarantine-file').map((row) => row['number']);
    try {
      report(['17', '18']);
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(listed()).toEqual(['17', '18']);
      expect((await ask('delete', '99')).status).not.toBe(0);
      const asked = await ask('delete', '17');
      expect(asked).toMatchObject({ status: 0, said: { state: 'asked' } });
      const task = String(asked.said['task']);
      await device.turn();
      expect(existsSync(orders) ? readdirSync(orders) : []).toEqual([]);
      expect(await json('device', 'task', 'confirm', task)).toMatchObject({
        status: 0,
        said: { task, state: 'queued' },
      });

      expect(await device.during(product({ state: 'done', message: 'gone' }, ['18']))).toBe('delete 17');
      expect(await ended(task)).toMatchObject({
        state: 'completed',
        wanted: { act: 'delete', name: '17.exe', product: 'Guard', number: '17' },
      });
      expect(listed()).toEqual(['18']);
      expect(readdirSync(orders)).toEqual([]);

      // Whoever asked for it may not let an attack back in alone, and a command without log-in is nobody.
      const [anna, boris] = [
        await loggedIn(site.appliance, site.folder, 'anna'),
        await loggedIn(site.appliance, site.folder, 'boris'),
      ];
      expect((await ask('restore', '18')).status).not.toBe(0);
      const back = String((await ask('restore', '18', anna)).said['task']);
      for (const prefix of [[], anna]) {
        const own = await as(prefix, 'device', 'task', 'confirm', back, '--json');
        expect(own.status).not.toBe(0);
        expect(own.stdout).toMatch(prefix === anna ? /"APPROVAL_SELF"/ : /"APPROVAL_PERSON"/);
      }
      expect((await tasksOf(device.id)).find(({ id }) => id === back)).toMatchObject({ state: 'asked' });
      expect((await sallyport('device', 'task', 'list', '--device', device.id)).stdout).toContain('18.exe (Guard 18)');
      expect((await as(boris, 'device', 'task', 'confirm', back)).status).toBe(0);
      expect((await tasksOf(device.id)).find(({ id }) => id === back)).toMatchObject({ state: 'queued' });

      // What it cannot do has failed; what it no longer keeps is not handed to it.
      expect(await device.during(product({ state: 'failed', message: 'locked' }, ['18']))).toBe('restore 18');
      expect(await ended(back)).toMatchObject({ state: 'failed', code: 'EXIT' });
      const gone = String((await ask('delete', '18')).said['task']);
      expect((await json('device', 'task', 'confirm', gone)).status).toBe(0);
      report([]);
      expect(await ended(gone)).toMatchObject({ state: 'failed', code: 'MISSING' });
    } finally {
      device.close();
    }
  });
});

describe('a baseline', () => {
  it('is shown and changed by the entries that the list has, each change a revision with its reason', async () => {
    const device = await newDevice('baseline-1');
    const more = await newDevice('baseline-2');
    const install = (of: typeof device, ...names: string[]): void => {
      const root = join(site.folder, `root-${of === device ? 'baseline-1' : 'baseline-2'}`);
      const text = names.map(
        (name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n`,
      );
      writeFileSync(join(root, 'var/lib/dpkg/status'), text.join('\n'));
    };
    try {
      install(device, 'bash', 'tool');
      install(more, 'bash', 'editor');
      for (const one of [device, more]) for (let turns = 0; turns < 2; turns += 1) await one.turn();
      const approved = await json<{ id: string }>(
        'baseline',
        'approve',
        ...flags({ device: device.id, comment: 'accepted', collection: ['software', 'accounts'] }),
      );
      expect(approved.status).toBe(0);
      const { id } = approved.said;
      const edit = (...args: string[]) =>
        json<{ rows: { key: string; title: string }[] } & Record<string, unknown>>('baseline', 'edit', id, ...args);

      const held = await edit('--collection', 'software');
      expect(held.said.rows.map(({ title }) => title).sort()).toEqual(['bash', 'tool']);
      expect((await edit('--collection', 'software', '--search', 'too')).said.rows).toHaveLength(1);
      const offered = await edit('--collection', 'software', '--from', more.id);
      expect(offered.said.rows.map(({ title }) => title)).toEqual(['editor']);

      const key = (rows: { key: string; title: string }[], title: string): string =>
        rows.find((row) => row.title === title)?.key ?? '';
      const [tool, editor] = [key(held.said.rows, 'tool'), key(offered.said.rows, 'editor')];
      expect((await edit('--collection', 'software', '--remove', tool)).status).not.toBe(0);
      const changed = await edit('--collection', 'software', '--remove', tool, '--add', editor, '--comment', 'retired');
      expect(changed).toMatchObject({ status: 0, said: { id, revision: 2 } });
      // The device has the tool, which is expected no longer, and lacks the editor.
      expect(changed.said['deviations']).toBe(2);
      const after = await edit('--collection', 'software');
      expect(after.said.rows.map(({ title }) => title).sort()).toEqual(['bash', 'editor']);
      const table = await sallyport('baseline', 'edit', id, '--collection', 'software');
      expect(table.stdout).toMatch(/KEY +TITLE +VALUES/);

      // Rows of a device's own are added from a device; they are not numbered.
      const accounts = await edit('--collection', 'accounts');
      expect(accounts.status).toBe(0);
      // A person's name is no title.
      expect(accounts.said.rows).toHaveLength(1);
      const root = accounts.said.rows[0]?.key ?? '';
      expect(await edit('--collection', 'accounts', '--remove', root, '--comment', 'x')).toMatchObject({
        status: 0,
        said: { revision: 3 },
      });
      const [own] = (await edit('--collection', 'accounts', '--from', device.id)).said.rows;
      expect(own).toBeDefined();
      expect((await edit('--collection', 'accounts', '--add', own?.key ?? '', '--comment', 'x')).status).not.toBe(0);
      expect(
        await edit('--collection', 'accounts', '--from', device.id, '--add', own?.key ?? '', '--comment', 'x'),
      ).toMatchObject({ status: 0, said: { revision: 4 } });

      const wrong: string[][] = [
        ['baseline', 'edit'],
        ['baseline', 'edit', id],
        ['baseline', 'edit', id, '--collection', 'nothing'],
        ['baseline', 'edit', `device:${unknown}`, '--collection', 'software'],
        ['baseline', 'edit', id, '--collection', 'software', '--remove', '#999999', '--comment', 'x'],
        ['baseline', 'edit', id, '--collection', 'software', '--add', '#x', '--comment', 'x'],
        ['baseline', 'edit', id, '--collection', 'software', '--from', unknown],
      ];
      for (const args of wrong) {
        const { status, stdout, stderr } = await sallyport(...args);
        expect([args.join(' '), status === 0 || status === null]).toEqual([args.join(' '), false]);
        expect(`${stdout}${stderr}`).not.toMatch(/INTERNAL|at .*\.js:\d+/);
      }
    } finally {
      device.close();
      more.close();
    }
  });
});
