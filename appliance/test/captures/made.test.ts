import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionFrames, conversationFrames } from '../../../test/support/captures/frames.ts';
import type { Plan } from '../../../test/support/captures/plan.ts';
import { controller, engineer, planFrames, plans } from '../../../test/support/captures/plans.ts';
import { hasTshark, matches } from '../../../test/support/captures/tshark.ts';
import { captureStart, pcapFile } from '../../../test/support/plant-capture.ts';
import { fileImports } from '../../src/features/controller-imports/service.ts';
import { sharedMaps } from '../../src/features/controllers/shared-maps.ts';
import { labelOf } from '../../src/features/controllers/types.ts';
import { immediate } from '../../src/platform/database.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { admin, type Engines, openEngines } from '../support/engines.ts';

// Conversations made after the protocols' byte plans, imported as a person would. tshark judges that they are what they claim.

describe.each(plans.map((plan) => [plan.name, plan] as const))('a conversation of %s', (_, plan: Plan) => {
  let folder = '';
  let path = '';
  let engines: Engines;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-made-capture-'));
    path = join(folder, `${plan.name}.pcap`);
    writeFileSync(path, pcapFile(planFrames(plan)));
    engines = await openEngines({ maps: sharedMaps });
  });
  afterAll(() => {
    engines.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const take = () =>
    fileImports({ ...engines, transact: (work) => immediate(engines.db, work) }).importFile(admin, path);
  const records = (): Record<string, string>[] =>
    engines.controllers.ids(0, 1_000).map((id) => ({ ...engines.controllers.parts(id)[0]?.observed }));

  it.skipIf(!hasTshark)('is that for tshark', () => {
    const judge = plan.judge ?? [];
    const [malformed, analysis, ...found] = matches(path, ['_ws.malformed', 'tcp.analysis.flags', ...judge]);
    expect({ malformed, analysis }).toEqual({ malformed: 0, analysis: 0 });
    expect(judge.filter((_, index) => !((found[index] ?? 0) > 0))).toEqual([]);
  });

  it('makes a record of the server and of what is behind it, with its evidence', async () => {
    const { summary, refused } = await take();
    expect(refused).toEqual([]);
    const behind = Object.entries(plan.behind ?? {});
    expect(summary).toMatchObject({ created: 1 + behind.length, conflicts: 0, refused: 0 });
    const [id] = engines.controllers.ids(0, 1);
    const said = engines.controllers.facts(id ?? 0).filter(({ derivedBy }) => derivedBy === null);
    for (const { where, observedAt, source } of said) {
      expect(where).toMatch(/^packets? \d+/);
      expect(observedAt).toBeGreaterThanOrEqual(captureStart);
      expect(source).not.toBe('');
    }
    const all = records();
    expect(all.filter(({ address }) => address === controller.address)).toMatchObject([
      { ...plan.record, mac: controller.mac },
    ]);
    for (const [connectionString, expected] of behind)
      expect(all.filter((one) => one['connectionString'] === connectionString)).toMatchObject([expected]);
    for (const one of engines.controllers.ids(0, 1_000)) {
      const [own] = engines.controllers.parts(one);
      const { name, address, connectionString, model } = own?.observed ?? {};
      expect(labelOf(own)).toBe(name ?? address ?? model ?? connectionString);
    }
    // The second time nothing is new.
    expect((await take()).summary).toMatchObject({ created: 0, changed: 0, unchanged: 1 + behind.length, facts: 0 });
  });

  it('makes its commands events, with time, sender, target and packet', () => {
    const { rows } = engines.events.list({ scope: wholeSite('job'), type: ['controller-control-traffic'], limit: 100 });
    const shown = rows.toReversed().map(({ params }) => params);
    expect(shown.map(({ what, detail }) => (detail === '' ? what : `${what}: ${detail}`))).toEqual(plan.control);
    const frames = planFrames(plan).length;
    for (const params of shown) {
      expect(params).toMatchObject({ sender: engineer.address });
      expect(String(params['target']).split(', ')[0]).toBe(controller.address);
      const at = Date.parse(String(params['seenAt']));
      expect(at).toBeGreaterThanOrEqual(Math.floor(captureStart / 1_000) * 1_000);
      expect(params['packet']).toBeGreaterThan(0);
      expect(params['packet']).toBeLessThanOrEqual(frames);
    }
  });
});

describe('a server that nobody can read', () => {
  let folder = '';
  let engines: Engines;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-made-capture-'));
    engines = await openEngines({ maps: sharedMaps });
  });
  afterAll(() => {
    engines.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const client = { ...engineer, port: 50_000 };
  const take = (name: string, frames: readonly Buffer[]) => {
    const path = join(folder, name);
    writeFileSync(path, pcapFile(frames));
    return fileImports({ ...engines, transact: (work) => immediate(engines.db, work) }).importFile(admin, path);
  };
  const recordAt = (address: string) => {
    const [parts] = engines.controllers
      .ids(0, 100)
      .map((id) => engines.controllers.parts(id))
      .filter((one) => one[0]?.observed['address'] === address);
    return parts?.[0]?.observed;
  };
  /** TLS over TPKT and COTP, as S7-1500 speak it. */
  const tls = (mac: string, address: string): Buffer[] =>
    connectionFrames(client, { mac, address, port: 102 }, [
      { by: 'server', bytes: Buffer.from('0300001202f080160303000601020304050607', 'hex').subarray(0, 18) },
    ]);

  it('has its maker from its MAC address, as weak evidence', async () => {
    await take('tls.pcap', tls('00:1b:1b:00:00:07', '192.0.2.21'));
    expect(recordAt('192.0.2.21')).toMatchObject({ vendor: 'Siemens', mac: '00:1b:1b:00:00:07' });
    const [id] = engines.controllers.ids(0, 1);
    const [vendor] = engines.controllers.facts(id ?? 0).filter(({ field }) => field === 'vendorRaw');
    expect(vendor).toMatchObject({ method: 'inferred', source: 'oui', confidence: 0.3, raw: '00:1b:1b' });
  });

  it('has its maker from what it says where it says something', async () => {
    const [plan] = plans.filter(({ name }) => name === 'fins-udp');
    const server = { mac: '00:1b:1b:00:00:08', address: '192.0.2.24' };
    const fins = conversationFrames('udp', client, { ...server, port: 9_600 }, plan?.spoken ?? []);
    await take('both.pcap', [...tls(server.mac, server.address), ...fins]);
    expect(recordAt('192.0.2.24')).toMatchObject({ vendor: 'Omron', model: 'CJ2M-CPU33' });
    const sources = engines.controllers.ids(0, 100).flatMap((one) => engines.controllers.facts(one));
    expect(sources.filter(({ source, key }) => source === 'oui' && key === server.mac)).toEqual([]);
  });

  it('has its maker from its MAC address where it says only a number that has no name here', async () => {
    const device = { mac: '00:1b:1b:00:00:0a', address: '192.0.2.25', port: 47_808 };
    // I-Am of device 42 by vendor 60000.
    const iAm = Buffer.from('810b001501201000c40200002a2201e0910322ea60', 'hex');
    iAm.writeUInt16BE(iAm.length, 2);
    iAm.writeUInt8(0, 5);
    await take('number.pcap', conversationFrames('udp', client, device, [{ by: 'server', bytes: iAm }]));
    expect(recordAt('192.0.2.25')).toMatchObject({ vendorId: '60000', bacnetInstance: '42', vendor: 'Siemens' });
  });

  it('has none where the MAC address is set by hand', async () => {
    await take('local.pcap', tls('02:1b:1b:00:00:07', '192.0.2.22'));
    expect(recordAt('192.0.2.22')?.['vendor']).toBeUndefined();
  });

  it('and a stream with a gap is read behind it, and the gap is told', async () => {
    const [plan] = plans.filter(({ name }) => name === 's7');
    const server = { ...controller, address: '192.0.2.23', port: 102 };
    const frames = connectionFrames(client, server, plan?.spoken ?? []);
    // The answer with the order number, and the request for a download.
    const whole = await take('whole.pcap', frames);
    const torn = await take(
      'torn.pcap',
      frames.filter((_, index) => index !== 8 && index !== 9),
    );
    expect(whole.refused).toEqual([]);
    expect(torn.refused.map(({ code, where }) => [where, code])).toEqual([
      ['packet 9', 'stream-gap'],
      ['packet 12', 'stream-gap'],
    ]);
    expect(torn.control.map(({ what }) => what)).toEqual(
      whole.control.map(({ what }) => what).filter((what) => what !== 's7-download-request'),
    );
  });
});
