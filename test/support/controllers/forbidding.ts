import type { Appliance } from '@sallyport/appliance/compose';
import { type Actor, systemActor } from '@sallyport/appliance/engine/objects/types';
import type { Forbidden } from '@sallyport/appliance/features/identification/allowance';
import { identificationStore } from '@sallyport/appliance/features/identification/store';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { vi } from 'vitest';

// Whatever forbids the next packet of a job that was approved, as a change that somebody makes after the approval. Each code
// with which the allowance can answer has its change here: one without it does not compile, nor pass.

export type Approved = {
  appliance: Appliance;
  by: Actor;
  zone: string;
  controller: string;
  credential: string;
  job: string;
  run: number;
};

type Forbidding = {
  what: string;
  change(approved: Approved): void;
  /** Puts back what is the site's and not the job's. */
  undo?(approved: Approved): void;
};

const hour = (offset: number): string =>
  `${String((new Date(nowMs()).getHours() + offset + 24) % 24).padStart(2, '0')}:00`;
const off = { queryDetails: 'off', queryIdentify: 'off' };
const setZone =
  (patch: Record<string, unknown>) =>
  ({ appliance, by, zone }: Approved): void => {
    appliance.objects.update(by, 'controller-zone', zone, patch);
  };

export const forbidding: Readonly<Record<Forbidden, Forbidding>> = {
  'site-off': {
    what: 'the global switch is off',
    change: ({ appliance }) => appliance.objects.setSetting(systemActor, 'devices.controller-identification', false),
    undo: ({ appliance }) => appliance.identification.switchOn(systemActor),
  },
  over: {
    what: 'the run has ended',
    change: ({ appliance, run }) => {
      const summary = { exchanges: 0, read: 0, silent: 0, packets: 0 };
      const end = { state: 'failed', code: 'lost', detail: null, at: nowMs(), summary, batch: null } as const;
      identificationStore(appliance.db).finish(run, end);
    },
  },
  stopped: {
    what: 'somebody stopped the run',
    change: ({ appliance, by, job }) => appliance.identification.stop(by, job),
  },
  outside: {
    what: 'a packet was asked for that nobody approved',
    change: ({ appliance, run, controller }) => {
      appliance.identification.permits.ask(run, {
        what: 'send',
        controller: controller,
        protocol: 'modbus',
        kind: 'tcp',
        place: 0,
        hex: '000100000006ff0600010001',
        sha256: 'a'.repeat(64),
      });
    },
  },
  changed: {
    what: 'the approval was withdrawn by a change of the job',
    change: ({ appliance, by, job }) => {
      appliance.objects.update(by, 'controller-identification', job, { gapMs: 900 });
    },
  },
  approval: {
    what: 'what was approved was rewritten in the database',
    change: ({ appliance, job }) => {
      appliance.db
        .prepare("update identification_approval set plan = replace(plan, '2b0e01', '2b0d01') where job = ?")
        .run(job);
    },
  },
  window: {
    what: 'the window is over',
    // Only this side's clock: an agent's own may be wrong.
    change: () => void vi.setSystemTime(nowMs() + 2 * 3_600_000),
    undo: ({ appliance }) => {
      vi.useRealTimers();
      // What counted as the time never falls by itself.
      appliance.time.setFloor(nowMs(), true);
    },
  },
  hours: {
    what: 'it is outside the hours of the zone',
    change: (approved) => setZone({ queryFromTime: hour(2), queryUntilTime: hour(3) })(approved),
  },
  credential: {
    what: 'the credentials were changed',
    change: ({ appliance, by, credential }) => {
      appliance.objects.update(by, 'controller-credential', credential, { community: 'other' });
    },
  },
  gone: {
    what: 'the controller has become part of another one',
    change: ({ appliance, by, controller }) => {
      appliance.controllers.merge(
        by,
        appliance.controllers.create(by, { name: `other than ${controller}` }).publicId,
        controller,
      );
    },
  },
  archived: {
    what: 'the controller was set aside',
    change: ({ appliance, by, controller }) => void appliance.controllers.decide(by, [controller], 'archived'),
  },
  address: {
    what: 'the controller has moved to another address',
    change: ({ appliance, by, controller }) => appliance.controllers.edit(by, controller, { address: '127.0.0.250' }),
  },
  zone: {
    what: 'the controller is in another zone',
    change: ({ appliance, by, controller, zone }) => {
      const { body } = appliance.objects.get('controller-zone', zone);
      const other = appliance.objects.create(by, 'controller-zone', { ...body, name: `other than ${zone}` }).id;
      appliance.controllers.edit(by, controller, { zone: other });
    },
  },
  'no-zone': {
    what: 'the zone is gone',
    change: ({ appliance, zone }) =>
      // As a restored database has it; the page does not let a zone go that is used.
      void appliance.db.prepare('delete from object where id = ?').run(zone),
  },
  never: { what: 'the zone says never', change: setZone({ queryPolicy: 'never', ...off }) },
  passive: { what: 'the zone says passive', change: setZone({ queryPolicy: 'passive', ...off }) },
  safety: { what: 'the zone is one of safety equipment', change: setZone({ safety: true }) },
  loosened: {
    what: 'the zone said never since the approval, and a token took it back',
    change: (approved) => {
      const { appliance, by, zone } = approved;
      const { queryPolicy, queryIdentify, queryDetails } = appliance.objects.get('controller-zone', zone).body;
      setZone({ queryPolicy: 'never', ...off })(approved);
      const token = { ...by, type: 'token' as const, id: 'token-1' };
      setZone({ queryPolicy, queryIdentify, queryDetails })({ ...approved, by: token });
    },
  },
  switch: { what: 'the switches of the zone are off', change: setZone(off) },
  prefix: { what: 'the network was taken from the zone', change: setZone({ prefixes: ['127.9.0.0/16'] }) },
  halted: {
    what: 'the zone was halted by an anomaly',
    change: ({ appliance, zone, run, controller }) =>
      identificationStore(appliance.db).addHalt({
        zone,
        run,
        at: nowMs(),
        controller: controller,
        code: 'reset',
        detail: '',
      }),
  },
};
