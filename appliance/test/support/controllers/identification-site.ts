import { randomBytes } from 'node:crypto';
import { identifyBy, planFor } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { introduce, signedIn, testGate } from '../../../../test/support/persons.ts';
import { type Actor, systemActor } from '../../../src/engine/objects/types.ts';
import { controllerViews, takeFound } from '../../../src/features/identification/record-views.ts';
import { type IdentificationService, identificationService } from '../../../src/features/identification/service.ts';
import { wholeSite } from '../../../src/platform/scope.ts';
import { openAppliance } from '../appliance.ts';
import { type ModbusManner, modbusDevice } from './modbus-device.ts';

// Identification over a whole appliance, with devices on loopback, the real clients and the real module that connects. A
// second of a job passes at once: the clock is moved, not waited for.

export const person = signedIn;
export const [anna, boris] = [person('anna'), person('boris')];

type Device = Awaited<ReturnType<typeof modbusDevice>>;

export const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** One appliance for a file of tests, a zone of its own for each test. */
export const identificationSite = () => {
  const state = {} as {
    site: Awaited<ReturnType<typeof openAppliance>>;
    service: IdentificationService;
    zone: string;
    zoneName: string;
  };
  const now = { ms: 0 };
  const devices: Device[] = [];

  const open = (over: Partial<Parameters<typeof identificationService>[0]> = {}): IdentificationService =>
    identificationService({
      db: state.site.db,
      objects: state.site.objects,
      gate: testGate(state.site.db),
      set: (actor, name, value) => {
        state.site.objects.writeSetting(actor, name, value);
        return { waits: false };
      },
      events: state.site.events,
      jobs: { enqueue: () => 1, list: () => [] },
      controllers: controllerViews(state.site.controllers),
      take: takeFound(state.site.controllers),
      identifyBy,
      planFor,
      agent: (publicId) => (publicId === 'agent-1' ? { id: 7, name: 'line-pc', addresses: ['10.1.3.200'] } : undefined),
      sources: () => ['10.1.9.9'],
      site: 'plant-7',
      record: (record) => state.site.discovery.noteConnection(record),
      forbidden: () => ({ because: () => 'controller' }),
      clock: () => now.ms,
      sleep: async (ms) => {
        now.ms += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
      ...over,
    });

  beforeAll(async () => {
    state.site = await openAppliance();
    introduce(state.site.db, 'anna', 'boris', 'clara');
  });
  afterAll(() => state.site.stop());
  beforeEach(() => {
    now.ms = Date.UTC(2026, 10, 24, 8);
    // The clock goes back to where it was: what an earlier test held, it held long ago.
    state.site.db.exec('delete from identification_hold');
    state.service = open();
    state.service.switchOn(systemActor);
    state.zoneName = `Z-${randomBytes(4).toString('hex')}`;
    state.zone = state.site.objects.create(systemActor, 'controller-zone', {
      name: state.zoneName,
      level: '1',
      prefixes: ['127.0.0.0/8'],
      queryPolicy: 'details',
      queryIdentify: 'scheduled',
      queryModules: 'manual',
      queryDetails: 'manual',
      queryMode: 'manual',
      queryGapMs: 500,
    }).id;
  });
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.close();
    for (const { zone: halted } of state.service.halts(wholeSite('job')))
      state.service.releaseZone(systemActor, halted, 'the test is over');
  });

  const device = async (host: string, manner?: ModbusManner): Promise<Device> => {
    const made = await modbusDevice(host, manner);
    devices.push(made);
    return made;
  };
  const addController = (body: Record<string, unknown>): string =>
    state.site.controllers.create(anna, { name: `PLC-${randomBytes(3).toString('hex')}`, zone: state.zone, ...body })
      .publicId;
  const job = (controllers: string[], port: number, body: Record<string, unknown> = {}): string =>
    state.site.objects.create(anna, 'controller-identification', {
      name: `Job ${randomBytes(4).toString('hex')}`,
      controllers,
      protocols: ['modbus'],
      details: true,
      from: '2026-11-24T06:00:00Z',
      until: '2026-11-24T10:00:00Z',
      gapMs: 500,
      ports: [`modbus/${port}`],
      ...body,
    }).id;
  const approve = (id: string, by: Actor = boris): void => {
    const { plan } = state.service.plan(by, id);
    state.service.approve(by, id, { digest: plan.digest, targets: plan.targets.length });
  };
  const run = async (id: string) => {
    const { id: number } = state.service.start(anna, id);
    return state.service.work(number, { onProgress: () => undefined });
  };
  const eventsOf = (type: string) => state.site.events.list({ scope: wholeSite('job'), type: [type], limit: 100 }).rows;

  return { state, now, devices, open, device, addController, job, approve, run, eventsOf };
};
