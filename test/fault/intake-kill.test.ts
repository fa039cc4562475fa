import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { examine } from '@sallyport/appliance/doctor';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { deb } from '../../appliance/test/support/site.ts';
import { type AtState, atState } from '../support/at-state.ts';
import { seed } from '../support/chance.ts';
import { binOf, freePort, type Running, startCommand, temporaryFolder, tryCommand } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { type Device, enrolDevice, hashOf, type Item, newId } from './intake-kill-device.ts';

// The real server is killed with SIGKILL while devices report to it over mutual TLS. What a device was told is kept, is
// kept: every section that was answered 2xx is there, the data directory is sound before anything was cleaned, and the
// next server goes on. At which states it is killed comes from a seed (SALLYPORT_SEED), so that a failure can be repeated.

const log = openLog('silent');
const deviceCount = 6;
const killsWhileReporting = isLong ? 40 : 5;
const killsWhileStarting = isLong ? 10 : 2;
const collections = ['software', 'hardware', 'accounts'] as const;
type Collection = (typeof collections)[number];

/** mulberry32. */
const randomOf = (start: number): (() => number) => {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

type Report = { hash: string; names: string[] };
/** `acknowledged` was answered 2xx; `sent` may or may not have arrived. */
type Held = { acknowledged?: Report; sent?: Report };

type Reporter = {
  index: number;
  device: Device;
  rounds: number;
  sections: Map<Collection, Held>;
  /** Events that were answered 2xx, and those that were not. */
  events: { acknowledged: string[]; sent: string[] };
};

const nameOf: Readonly<Record<Collection, string>> = { software: 'name', hardware: 'serial', accounts: 'name' };

/** A section that no other device and no other round has. */
const sectionOf = (collection: Collection, who: string, round: number): Item[] => {
  if (collection === 'software') {
    // Most packages are everybody's, as on real devices: their rows are shared.
    const shared = Array.from({ length: 60 }, (_, n) => deb(`shared-${n}`, `${round % 3}-1`));
    return [...shared, ...Array.from({ length: 60 }, (_, n) => deb(`own-${who}-${round}-${n}`, '1-1'))];
  }
  if (collection === 'hardware')
    return Array.from({ length: 12 }, (_, n) => ({
      type: 'disk',
      model: `M${n}`,
      slot: `${n}`,
      serial: `S-${who}-${round}-${n}`,
    }));
  return Array.from({ length: 8 }, (_, n) => ({
    name: `user-${who}-${round}-${n}`,
    fullName: `Person ${n}`,
    uid: n,
    isAdmin: false,
    enabled: true,
  }));
};

const namesIn = (collection: Collection, items: readonly Record<string, unknown>[]): string[] =>
  items.map((item) => String(item[nameOf[collection]])).sort();

describe('intake that is killed', () => {
  const folder = temporaryFolder('intake-kill');
  const dataDir = `${folder.path}/data`;
  const random = randomOf(seed);
  const reporters: Reporter[] = [];
  const source = { port: 0, ca: '' };
  const seen = { kills: 0, begun: 0, acknowledged: 0, together: 0, cutOff: 0, events: 0 };
  /** Called whenever a report begins, was answered, or failed. */
  const step = { done: (): void => undefined };
  let token = '';
  let running: Running | undefined;

  const opened = async <T>(work: (appliance: Appliance) => Promise<T> | T): Promise<T> => {
    const appliance = await compose({ dataDir, log });
    try {
      return await work(appliance);
    } finally {
      await appliance.close();
    }
  };
  const start = async (): Promise<Running> => {
    running = await startCommand('sallyport', ['serve', '--data', dataDir], /listening/);
    return running;
  };

  const enrol = async (): Promise<void> => {
    const index = reporters.length;
    const device = await enrolDevice(source, `line-${index}`, token);
    reporters.push({ index, device, rounds: 0, sections: new Map(), events: { acknowledged: [], sent: [] } });
  };

  beforeAll(async () => {
    source.port = await freePort();
    await initialised({
      dataDir,
      site: 'plant-7',
      addresses: ['127.0.0.1'],
      listen: { address: '127.0.0.1', port: source.port },
      administrator: 'administrator',
      log,
    });
    const host = makeHost(`${folder.path}/host`);
    await host.publish();
    await opened(async ({ exchange, objects, ca }) => {
      await exchange.importTrust(admin, await host.trustFile(`${folder.path}/trust`), host.rootFingerprint);
      token = makeToken(objects, 'agent');
      source.ca = ca.certificatePem;
    });
    await start();
    for (let count = 0; count < deviceCount; count += 1) await enrol();
  });
  afterAll(async () => {
    for (const { device } of reporters) device.close();
    await running?.kill();
    folder.remove();
  });

  const nextSection = (reporter: Reporter, collection: Collection) => {
    reporter.rounds += 1;
    const items = sectionOf(collection, `d${reporter.index}`, reporter.rounds);
    const report = { hash: hashOf(items), names: namesIn(collection, items) };
    const held = reporter.sections.get(collection) ?? {};
    reporter.sections.set(collection, { ...held, sent: report });
    return { report, body: { hash: report.hash, collectedAt: '2026-11-24T10:00:00Z', items } };
  };

  const acknowledge = (reporter: Reporter, collection: Collection, acknowledged: Report): void => {
    reporter.sections.set(collection, { acknowledged });
    seen.acknowledged += 1;
    step.done();
  };

  const putSection = async (reporter: Reporter, collection: Collection): Promise<void> => {
    const { report, body } = nextSection(reporter, collection);
    const answer = await reporter.device.call('PUT', `/sections/${collection}`, body);
    expect(answer).toMatchObject({ status: 200 });
    acknowledge(reporter, collection, report);
  };

  /** All of them in one call, as agents send them. */
  const postSections = async (reporter: Reporter): Promise<void> => {
    const all = collections.map((collection) => ({ collection, ...nextSection(reporter, collection) }));
    const answer = await reporter.device.call('POST', '/sections', {
      sections: all.map(({ collection, body }) => ({ collection, ...body })),
    });
    const taken = collections.map((collection) => ({ collection, known: false }));
    expect(answer).toMatchObject({ status: 200, body: { sections: taken } });
    for (const { collection, report } of all) acknowledge(reporter, collection, report);
    seen.together += 1;
  };

  const postEvent = async ({ device, events }: Reporter): Promise<void> => {
    const id = newId();
    events.sent.push(id);
    const params = { object: id, code: 'HASH', reason: 'a test' };
    const event = { id, type: 'object.refused', at: '2026-11-24T10:00:00Z', params };
    const answer = await device.call('POST', '/events', { events: [event] });
    expect(answer).toMatchObject({ status: 200 });
    events.acknowledged.push(id);
    seen.events += 1;
  };

  /** Reports without a pause until the server is gone. */
  const reportUntilCutOff = async (reporter: Reporter, isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      const isTogether = random() < 0.5;
      seen.begun += 1;
      step.done();
      const ended = await Promise.allSettled([
        ...(isTogether ? [postSections(reporter)] : collections.map((collection) => putSection(reporter, collection))),
        postEvent(reporter),
      ]);
      const failed = ended.filter((result) => result.status === 'rejected').map(({ reason }) => reason as Error);
      // Only the kill may cut a call off, and it makes no answer a refusal.
      const refused = failed.find(({ name }) => !isOver() || name === 'AssertionError');
      if (refused !== undefined) throw refused;
      if (failed.length > 0) {
        seen.cutOff += 1;
        return;
      }
    }
  };

  /** Everything that was answered is there, and the data directory is sound, as the kill has left it. */
  const expectKept = async (): Promise<void> => {
    await opened(async (appliance) => {
      const { inventory, devices, events } = appliance;
      const findings = await examine(appliance);
      expect(findings.filter(({ severity }) => severity === 'finding')).toEqual([]);
      for (const reporter of reporters) {
        const { id, state } = devices.byPublicId(reporter.device.publicId);
        expect(state).toBe('managed');
        const hashes = inventory.hashes(id, 'native');
        for (const [collection, { acknowledged, sent }] of reporter.sections) {
          const stored = hashes[collection];
          const held = [acknowledged, sent].find((report) => report !== undefined && report.hash === stored);
          // Without an acknowledgement nothing needs to be there.
          if (acknowledged !== undefined || stored !== undefined) expect(held, `${collection} ${stored}`).toBeDefined();
          if (held === undefined) continue;
          expect(namesIn(collection, inventory.section(id, collection, { personal: true }))).toEqual(held.names);
          reporter.sections.set(collection, { acknowledged: held });
        }
        const recorded: string[] = [];
        let after: number | undefined;
        do {
          const page = events.list({
            scope: wholeSite('job'),
            limit: 200,
            device: id,
            type: ['agent-refused-object'],
            ...(after === undefined ? {} : { after }),
          });
          recorded.push(...page.rows.map(({ params }) => String(params['object'])));
          after = page.next;
        } while (after !== undefined);
        expect(new Set(recorded).size).toBe(recorded.length);
        expect(recorded).toEqual(expect.arrayContaining(reporter.events.acknowledged));
        for (const object of recorded) expect(reporter.events.sent).toContain(object);
      }
    });
  };

  /** The server agrees over its own door: it asks for nothing that it holds. */
  const expectHeld = async (): Promise<void> => {
    for (const { device, sections } of reporters) {
      const known = [...sections].flatMap(([collection, { acknowledged }]) =>
        acknowledged === undefined ? [] : [[collection, acknowledged.hash] as const],
      );
      const answer = await device.call('POST', '/check-in', {
        bootId: 'b',
        seq: 1,
        version: '1',
        sections: Object.fromEntries(known),
      });
      expect(answer).toMatchObject({ status: 200, body: { want: [] } });
    }
  };

  /**
   * Every third kill comes when the first reports are under way, while the intake itself starts; the others come in the
   * middle of its work.
   */
  const moment = async (kill: number, begun: number, isOver: () => boolean): Promise<void> => {
    const soon = kill % 3 === 0;
    const enough = (soon ? begun : seen.acknowledged) + 1 + Math.floor(random() * (soon ? 2 * deviceCount : 30));
    while ((soon ? seen.begun : seen.acknowledged) < enough && !isOver())
      await new Promise<void>((resolve) => {
        step.done = resolve;
      });
  };

  it(`keeps what it acknowledged (seed ${seed})`, async () => {
    for (let kill = 0; kill < killsWhileReporting; kill += 1) {
      const server = running ?? (await start());
      const over = { now: false };
      const begun = seen.begun;
      const reports = reporters.map((reporter) => reportUntilCutOff(reporter, () => over.now));
      // A report that is refused ends the waiting, and fails the test below.
      for (const report of reports)
        report.catch(() => {
          over.now = true;
          step.done();
        });
      await moment(kill, begun, () => over.now);
      over.now = true;
      await server.kill('SIGKILL');
      expect(server.child.signalCode).toBe('SIGKILL');
      seen.kills += 1;
      await Promise.all(reports);
      running = undefined;
      await expectKept();
      await start();
      await expectHeld();
    }
    expect(seen.acknowledged).toBeGreaterThan(killsWhileReporting * deviceCount);
    expect(seen.together).toBeGreaterThan(deviceCount);
    expect(seen.events).toBeGreaterThan(deviceCount);
    // The kills hit devices in the middle of a report, not between reports.
    expect(seen.cutOff).toBeGreaterThan((killsWhileReporting * deviceCount) / 2);
  });

  it('is sound when it is killed while it starts', async () => {
    await running?.kill('SIGKILL');
    running = undefined;
    const serve = (order: AtState) => {
      const at = atState(order);
      const line = [...at.args, binOf('sallyport'), 'serve', '--data', dataDir];
      const child = spawn(process.execPath, line, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...at.env },
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const gone = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
      return { child, gone, isUp: () => said.includes('listening') };
    };
    // How many statements a start takes, and what follows when it is ended at once.
    const count = `${folder.path}/statements`;
    const whole = serve({ count });
    await until(whole.isUp);
    whole.child.kill('SIGTERM');
    await whole.gone;
    const statements = Number(readFileSync(count, 'utf8'));
    expect(statements).toBeGreaterThan(10);
    for (let kill = 0; kill < killsWhileStarting; kill += 1) {
      const statement = 1 + Math.floor(random() * (statements / 2));
      const { gone } = serve({ statement, act: 'kill' });
      expect(await gone, `statement ${statement} of ${statements}`).toBe('SIGKILL');
      seen.kills += 1;
      await expectKept();
    }
    expect(seen.kills).toBe(killsWhileReporting + killsWhileStarting);
  });

  it('takes reports and devices afterwards', async () => {
    const server = await start();
    await expectHeld();
    await enrol();
    for (const reporter of reporters) {
      await Promise.all(collections.map((collection) => putSection(reporter, collection)));
      await postEvent(reporter);
    }
    await expectHeld();
    await server.kill('SIGTERM');
    running = undefined;
    await expectKept();
    expect(await tryCommand('sallyport', ['doctor', '--data', dataDir])).toMatchObject({ status: 0 });
  });
});
