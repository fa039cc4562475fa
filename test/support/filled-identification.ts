import { createHash } from 'node:crypto';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../appliance/src/compose.ts';
import { type Actor, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { identificationStore } from '../../appliance/src/features/identification/store.ts';

// Identification in the invented plant: one job that an agent in the segment has done, and one that waits for a second person.

const hourMs = 3_600_000;

type Parts = Pick<Appliance, 'db' | 'identification' | 'objects' | 'controllers' | 'devices'>;

/** Lets the power zone be asked, and runs one job there as its agent would report it. */
export const fillIdentification = (
  { db, identification, objects, controllers, devices }: Parts,
  { actor, second }: { readonly actor: Actor; readonly second: Actor },
  zones: ReadonlyMap<string, string>,
  nowMs: number,
): void => {
  objects.update(actor, 'controller-zone', zones.get('Z-PWR') ?? '', {
    queryPolicy: 'details',
    queryIdentify: 'scheduled',
    queryModules: 'manual',
    queryDetails: 'manual',
    queryMode: 'manual',
    queryGapMs: 1_000,
    queryFromTime: '00:00',
    queryUntilTime: '23:59',
  });
  identification.switchOn(systemActor);
  const byName = new Map(identification.controllers(1_000).map((one) => [one.label, one.publicId]));
  const named = (...names: string[]): string[] => names.flatMap((name) => byName.get(name) ?? []);
  const agent = devices.list({ state: ['managed'], limit: 1 }).rows[0];
  const job = (name: string, controllers: string[], body: Record<string, unknown>): string =>
    objects.create(actor, 'controller-identification', {
      name,
      controllers,
      protocols: ['modbus'],
      details: true,
      from: toTime(nowMs - hourMs),
      until: toTime(nowMs + 7 * hourMs),
      ...body,
    }).id;
  const done = job('Power house, relays', named('PLC-P-01', 'PLC-P-02'), { agent: agent?.publicId ?? null });
  const { plan } = identification.plan(second, done);
  identification.approve(second, done, { digest: plan.digest, targets: plan.targets.length });
  const run = identification.start(actor, done);
  if (run.task !== null && run.device !== null) {
    identification.queue.state(run.device, run.task, 'running');
    identification.queue.result(run.device, run.task, {
      attempt: 1,
      steps: [],
      state: 'completed',
      identification: {
        end: 'done',
        exchanges: plan.targets.map(({ controller }) => ({
          controller,
          protocol: 'modbus',
          outcome: 'read',
          readings: [],
        })),
        packets: plan.targets.flatMap(({ controller, host, asks }) =>
          (asks[0]?.packets ?? []).slice(0, 3).map(({ hex, port }, place) => {
            const packet = {
              controller,
              protocol: 'modbus' as const,
              kind: 'tcp' as const,
              what: 'send' as const,
              sha256: createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex'),
            };
            const [at, id] = [nowMs + place * 1_000, Buffer.from(randomBytes(16)).toString('hex')];
            identificationStore(db).addPermit({ ...packet, id, run: run.id, place, at, granted: true });
            return { ...packet, at, attempt: 1, host, port, hex, permit: id };
          }),
        ),
      },
    });
  }
  const safety = controllers
    .ids(0, 1_000)
    .flatMap((id) =>
      controllers.label(id) === 'SIS-01' ? [controllers.byId(id, wholeSite('job'))?.publicId ?? ''] : [],
    );
  job('Power house, all', [...named('PLC-P-01', 'PLC-P-03', 'PLC-P-04'), ...safety], { protocols: ['modbus', 'snmp'] });
};
