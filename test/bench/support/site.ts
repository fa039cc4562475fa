import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { startCommand, temporaryFolder } from '../../support/commands.ts';
import { makeToken } from '../../support/tokens.ts';
import type { Item } from './fleet.ts';
import { random } from './random.ts';

// A real data directory, filled through the appliance's own services, and the real server over it.

export type Certified = { id: number; key: string; cert: string };

export type Site = {
  dataDir: string;
  /** PEM of the site's CA. */
  ca: string;
  remove(): void;
};

/** A new, empty site in a folder that is not there yet. */
export const siteAt = async (dataDir: string): Promise<Site> => {
  await initialise({
    dataDir,
    site: 'bench',
    addresses: ['localhost', '127.0.0.1'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log: openLog('silent'),
  });
  const appliance = await compose({ dataDir, log: openLog('silent') });
  const ca = appliance.ca.certificatePem;
  await appliance.close();
  return { dataDir, ca, remove: () => undefined };
};

/** A new, empty site. */
export const makeSite = async (name: string): Promise<Site> => {
  const folder = temporaryFolder(`bench-${name}`);
  try {
    return { ...(await siteAt(join(folder.path, 'data'))), remove: folder.remove };
  } catch (error) {
    folder.remove();
    throw error;
  }
};

/** Runs `work` with the appliance of a site in this process. */
export const withAppliance = async <T>(
  site: Site,
  work: (appliance: Appliance) => T | Promise<T>,
  options: { undoInMemory?: boolean } = {},
): Promise<T> => {
  const appliance = await compose({ dataDir: site.dataDir, log: openLog('silent'), ...options });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};

// The limit on enrolments counts per address and minute; a benchmark enrols twice.
const perAddress = 250;

/** Enrols devices through the device service; with `certified` each gets a key and a certificate of the site's CA. */
export const enrolDevices = async (
  { devices, objects, ca }: Appliance,
  count: number,
  options: { certified: boolean; seed?: number },
): Promise<Certified[]> => {
  const rng = random(options.seed ?? 99);
  const secret = makeToken(objects, 'agent');
  const enrolled: Certified[] = [];
  for (let n = 0; n < count; n += 1) {
    const { publicKey, privateKey } = options.certified
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : { publicKey: undefined, privateKey: undefined };
    const spki = publicKey?.export({ type: 'spki', format: 'der' }) ?? Buffer.from(rng.hex(64), 'hex');
    const csr = { publicKey: new Uint8Array(spki), keyDigest: createHash('sha256').update(spki).digest('hex') };
    const address = `10.9.${Math.floor(n / perAddress / 250)}.${1 + (Math.floor(n / perAddress) % 250)}`;
    const { device } = devices.enrol({
      request: {
        token: secret,
        csr: '',
        agentVersion: '0.1.0',
        device: {
          uuid: rng.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
          serial: `SN${rng.hex(12)}`,
          macs: [`3c:ec:ef:${rng.hex(2)}:${rng.hex(2)}:${rng.hex(2)}`],
          hostname: `host-${n}`,
          os: 'Debian GNU/Linux 13',
          arch: 'amd64',
        },
      },
      csr,
      from: address,
    });
    if (privateKey === undefined) {
      enrolled.push({ id: device.id, key: '', cert: '' });
      continue;
    }
    const issued = await ca.issueForDevice(csr, device.publicId);
    devices.recordCertificate(device.id, issued);
    enrolled.push({
      id: device.id,
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: issued.pem,
    });
  }
  return enrolled;
};

/** Stores a section as the door would. */
export const report = (
  { inventory }: Pick<Appliance, 'inventory'>,
  device: number,
  collection: string,
  items: readonly Item[],
): void => {
  inventory.putSection({
    device,
    collection,
    source: 'native',
    hash: sectionHash(items),
    collectedAt: '2026-01-02T03:04:05Z',
    items,
  });
};

export type RunningServer = {
  port: number;
  pid: number;
  readyMs: number;
  output(): string;
  hasEnded(): boolean;
  stop(): Promise<void>;
};

/** `sallyport serve` over the site's data directory, as a unit would start it. */
export const startServer = async (site: Site, prefix: readonly string[] = []): Promise<RunningServer> => {
  const start = performance.now();
  const { child, output, kill } = await startCommand(
    'sallyport',
    ['serve', '--data', site.dataDir, '--listen', '127.0.0.1:0'],
    /listening on https:\/\/\S+:\d+\s/,
    prefix,
  );
  const readyMs = performance.now() - start;
  const port = Number(/listening on https:\/\/\S+:(\d+)\s/.exec(output())?.[1]);
  if (child.pid === undefined) throw new Error('the server has no process id');
  return {
    port,
    pid: child.pid,
    readyMs,
    output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => kill(),
  };
};
