import pino from 'pino';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { runHere } from '../../../test/support/run-line.ts';
import type { EventName } from '../../all-events.ts';
import type { NewEvent } from '../../engine/events/service.ts';
import { deviceQueries } from '../devices/queries.ts';
import { receiverStore } from './store.ts';
import { systemLog, systemLogTurns } from './system-log.ts';

const site = await openAppliance();
const { db, events, receivers } = site;
const store = receiverStore(db);
afterAll(() => site.stop());

type Line = { level: number; event: number; type: string; severity: string; device?: string; params: object };
let text = '';
const log = pino(
  { base: null },
  {
    write: (line: string) => {
      text += line;
    },
  },
);
/** As a server has it after its start. */
const started = () => systemLogTurns({ events, devices: deviceQueries(db), store, log, clock: Date.now });
const lines = (): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const marker = 'Ахметов Ерлан';
const grave = events.types().filter(({ severity }) => severity !== 'info');
const [device = 0] = addDevices(db, [{ lastSeenAt: Date.now(), state: 'managed' }]);
const named = deviceQueries(db).names([device]).get(device)?.id;
/** One of a type, with the marker in each of its texts. */
const happen = (name: string): number => {
  const type = events.types().find((one) => one.type === name);
  const params = Object.entries(type?.params ?? {}).map(([key, kind]) => [key, kind === 'text' ? marker : 86_400_000]);
  const event = { params: Object.fromEntries(params), ...(type?.bound === 'device' ? { device } : {}) };
  return events.record(name as EventName, event as NewEvent<EventName>).id;
};

describe("lines of the system's log", () => {
  beforeEach(() => {
    text = '';
  });

  it('begin with what happens after the first look', () => {
    happen('disk-full');
    started()();
    expect(lines()).toEqual([]);
    const number = happen('disk-full');
    started()();
    expect(lines()).toMatchObject([{ event: number, type: 'disk-full', params: { freeBytes: 86_400_000 } }]);
  });

  it('are there for each type that is a warning or worse, once, over a restart, without a text of it', () => {
    const turn = started();
    turn();
    const numbers = grave.map(({ type }) => happen(type));
    turn();
    turn();
    started()();
    expect(lines().map(({ event }) => event)).toEqual(numbers);
    expect(lines().map(({ level }) => level)).toEqual(
      grave.map(({ severity }) => ({ critical: 60, failure: 50, warning: 40, info: 0 })[severity]),
    );
    expect(text).not.toContain(marker);
    const ofDevice = lines().filter(({ type }) => grave.some((one) => one.type === type && one.device === 'always'));
    expect(ofDevice.length).toBeGreaterThan(10);
    expect(ofDevice.every((line) => line.device === named)).toBe(true);
  });

  it('are none for what is less, however much there is of it', () => {
    const turn = started();
    turn();
    const before = store.of(systemLog)?.event;
    for (let n = 0; n < 3_000; n++) happen('server-started');
    turn();
    turn();
    expect(lines()).toEqual([]);
    expect(store.of(systemLog)?.event).toBe(before);
    const number = happen('disk-full');
    turn();
    expect(lines().map(({ event }) => event)).toEqual([number]);
  });

  it('come a share at a time, all of them', () => {
    const turn = started();
    const numbers = Array.from({ length: 450 }, () => happen('disk-full'));
    turn();
    expect(lines().length).toBeLessThan(450);
    turn();
    turn();
    expect(lines().map(({ event }) => event)).toEqual(numbers);
  });

  it('go on where a database that went back has its own events again', () => {
    const turn = started();
    store.move({ receiver: systemLog, event: events.newest() + 1_000, lines: 0, at: null });
    turn();
    const number = happen('disk-full');
    turn();
    expect(lines().map(({ event }) => event)).toEqual([number]);
  });

  it('keep their position when receivers that are no more lose theirs', () => {
    receivers.trim();
    expect(store.of(systemLog)).toBeDefined();
  });
});

it('sallyport event list has them with their texts, and says how to go on', async () => {
  const number = happen('disk-full');
  const command = ['event', 'list', '--data', site.paths.data];
  const listed = await runHere(...command, '--severity', 'critical', '--limit', '1');
  expect(listed.code).toBe(0);
  expect(listed.stdout).toContain(`${number}`);
  expect(listed.stdout).toContain('disk-full');
  expect(listed.stderr).toMatch(/1 of \d+; the next ones: --after \d+/);
  const none = await runHere(...command, '--type', 'server-started', '--from', '2100-01-01T00:00:00Z');
  expect(none.stderr).toContain('no event is found');
});
