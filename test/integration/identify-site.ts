import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type ModbusManner, modbusDevice } from '../../appliance/test/support/controllers/modbus-device.ts';
import { binOf } from '../support/commands.ts';
import type { Approved } from '../support/controllers/forbidding.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { openAgentSite } from './agent-site.ts';

// A site in which controllers may be identified: a real appliance, real agents as processes, controllers on loopback that
// count connections and packets, and jobs that two persons approved.

type Agent = { device: string; state: string };

/** A controller that listens in a zone of its own. */
type Target = { fake: Awaited<ReturnType<typeof modbusDevice>>; zone: string; id: string };

export async function openIdentifySite() {
  const [first, second] = [signedIn('anna'), signedIn('boris')];
  const site = await openAgentSite();
  const { objects, controllers, identification } = site.appliance;
  introduce(site.appliance.db, 'anna', 'boris');
  objects.setSetting(systemActor, 'devices.check-in-seconds', 5);
  identification.switchOn(systemActor);
  const services: ChildProcess[] = [];
  const devices: Target['fake'][] = [];
  let counter = 0;
  const next = (): number => {
    counter += 1;
    return counter;
  };
  const runOf = ({ run }: Approved) => identification.run(run, wholeSite('job'));
  return {
    ...site,
    first,
    second,
    enrolled: async (): Promise<Agent> => {
      const { state } = await site.enrol(`segment-${next()}`);
      const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
      return { device: deviceId, state };
    },
    /** The agent as a process; `node`: arguments in front of its program. */
    serve: ({ state }: Agent, ...node: string[]): ChildProcess => {
      const service = spawn(process.execPath, [...node, binOf('sallyport-agent'), 'run', '--state', state], {
        stdio: 'ignore',
      });
      services.push(service);
      return service;
    },
    controller: async (manner?: ModbusManner): Promise<Target> => {
      const n = next();
      const fake = await modbusDevice(`127.0.${Math.floor(n / 200)}.${30 + (n % 200)}`, manner);
      devices.push(fake);
      const zone = objects.create(systemActor, 'controller-zone', {
        name: `Z-${n}`,
        level: '1',
        prefixes: [`${fake.host}/32`],
        queryPolicy: 'details',
        queryIdentify: 'manual',
        queryDetails: 'manual',
        queryGapMs: 500,
      }).id;
      return { fake, zone, id: controllers.create(first, { name: `PLC-${n}`, zone, address: fake.host }).publicId };
    },
    /** An approved job that is started. */
    started: (of: Target, agent?: Agent): Approved => {
      const n = next();
      const credential = objects.create(first, 'controller-credential', { name: `C-${n}`, community: 'public' }).id;
      const job = objects.create(first, 'controller-identification', {
        name: `Job ${n}`,
        controllers: [of.id],
        protocols: ['modbus'],
        identify: true,
        details: true,
        askKnown: true,
        ports: [`modbus/${of.fake.port}`],
        credential,
        gapMs: 500,
        from: toTime(nowMs() - 60_000),
        until: toTime(nowMs() + 3_600_000),
        ...(agent === undefined ? {} : { agent: agent.device }),
      }).id;
      const { plan } = identification.plan(second, job);
      identification.approve(second, job, { digest: plan.digest, targets: 1 });
      const run = identification.start(first, job).id;
      return { appliance: site.appliance, by: systemActor, zone: of.zone, controller: of.id, credential, job, run };
    },
    runOf,
    isOver: (approved: Approved) => (): boolean => !['waiting', 'running'].includes(runOf(approved).state),
    /** Another device listens at the target's address from now on. */
    vacate: async ({ fake }: Target): Promise<void> => {
      await fake.close();
      devices.splice(devices.indexOf(fake), 1);
    },
    /** Ends the agents and the controllers of a test. */
    end: async (): Promise<void> => {
      for (const service of services.splice(0)) {
        if (service.exitCode !== null || service.signalCode !== null) continue;
        const gone = new Promise((resolve) => service.once('exit', resolve));
        service.kill('SIGKILL');
        await gone;
      }
      for (const device of devices.splice(0)) await device.close();
    },
  };
}

export type IdentifySite = Awaited<ReturnType<typeof openIdentifySite>>;
