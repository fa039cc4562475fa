import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { systemActor } from '../../../appliance/src/engine/objects/types.ts';
import { openAppliance } from '../../../appliance/test/support/appliance.ts';
import { s7Device } from '../../../appliance/test/support/controllers/s7-device.ts';
import { modbusLength } from '../../../bundle-tools/src/controllers/protocols/modbus/answers.ts';
import { modbusServer } from '../../../bundle-tools/test/controllers/modbus-server.ts';
import { introduce, signedIn } from '../persons.ts';
import { startCapture } from './capture.ts';
import { startEnip, startTcpDevice } from './responders.ts';

// Runs in a network of its own: an appliance with an approved job over three protocols, at the pace of a plant, then a second
// job whose controller leaves RUN. dumpcap writes down all that is on the loopback. Prints what was asked of whom. argv: the
// capture file.

export type JobRun = {
  targets: { host: string; port: number }[];
  /** In the zone and its prefix, with something that listens; in no job. */
  neighbour: string;
  /** By the log of packets. */
  logged: string[];
  ends: { state: string; code: string | null }[];
  /** Of the second job: controllers that come after the one that left RUN. */
  untouched: string[];
};

const modbus = (host: string) =>
  startTcpDevice(() => modbusServer({ objects: [], codes: [], serverId: 'TWDLCAE40DRF' }), modbusLength, {
    host,
    port: 502,
  });

const main = async (file: string): Promise<JobRun> => {
  const at = (last: number): string => `127.0.1.${last}`;
  await s7Device({ host: at(1), port: 102 });
  await modbus(at(2));
  await startEnip(undefined, { host: at(3), port: 44_818 });
  await modbus(at(4));
  await s7Device({ host: at(5), port: 102 }, true);
  await modbus(at(6));
  const site = await openAppliance();
  introduce(site.db, 'anna', 'boris');
  const zoneOf = (name: string): string =>
    site.objects.create(systemActor, 'controller-zone', {
      name,
      level: '1',
      prefixes: ['127.0.1.0/24'],
      queryPolicy: 'details',
      queryIdentify: 'manual',
      queryModules: 'manual',
      queryDetails: 'manual',
      queryMode: 'manual',
      queryGapMs: 500,
    }).id;
  const [calm, odd] = [zoneOf('Calm'), zoneOf('Odd')];
  const controller = (last: number, zone: string): string =>
    site.controllers.create(systemActor, { name: `PLC-${last}`, zone, address: at(last) }).publicId;
  const job = (name: string, controllers: string[]): string =>
    site.objects.create(signedIn('anna'), 'controller-identification', {
      name,
      controllers,
      protocols: ['s7', 'modbus', 'enip'],
      details: true,
      mode: true,
      gapMs: 500,
      from: toTime(nowMs() - 60_000),
      until: toTime(nowMs() + 3_600_000),
    }).id;
  controller(4, calm);
  // Each protocol is asked of each: a device that does not speak it refuses the connection, and is asked no second time.
  const jobs = [
    job(
      'All three',
      [1, 2, 3].map((last) => controller(last, calm)),
    ),
    job(
      'Odd one',
      [5, 6].map((last) => controller(last, odd)),
    ),
  ];
  site.identification.switchOn(systemActor);
  const stopCapture = await startCapture(file);
  const logged: string[] = [];
  const sent: Buffer[] = [];
  const ends: JobRun['ends'] = [];
  for (const id of jobs) {
    const { plan } = site.identification.plan(signedIn('boris'), id);
    site.identification.approve(signedIn('boris'), id, { digest: plan.digest, targets: plan.targets.length });
    const run = site.identification.start(signedIn('anna'), id);
    const { state, code } = await site.identification.work(run.id, { onProgress: () => undefined });
    ends.push({ state, code });
    for (const { what, sha256, hex } of site.identification.packets(run.id, 0, 1_000)) {
      if (what !== 'send') continue;
      logged.push(sha256);
      if (hex !== null) sent.push(Buffer.from(hex, 'hex'));
    }
  }
  await stopCapture(sent);
  await site.stop();
  const ports = { s7: 102, modbus: 502, enip: 44_818 };
  return {
    targets: [1, 2, 3, 5].flatMap((last) => Object.values(ports).map((port) => ({ host: at(last), port }))),
    neighbour: at(4),
    logged,
    ends,
    untouched: [at(6)],
  };
};

process.stdout.write(JSON.stringify(await main(process.argv[2] ?? '')));
process.exit(0);
