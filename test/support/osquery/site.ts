import { createHash } from 'node:crypto';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import type { StoredEvent } from '@sallyport/appliance/engine/events/types';
import type { SectionRow } from '@sallyport/appliance/engine/inventory/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { startServer } from '@sallyport/appliance/server/server';
import { wholeSite } from '../../../appliance/src/platform/scope.ts';
import { initialised } from '../../../appliance/test/support/initialised.ts';
import { temporaryFolder } from '../commands.ts';
import { introduce, signedIn } from '../persons.ts';
import { makeToken } from '../tokens.ts';
import { type OsqueryClient, osqueryClient, type Post } from './client.ts';
import { httpsPost } from './https-post.ts';
import { debianMachine, type MadePackage, machineOf, type Tables } from './machine.ts';

// A real appliance behind its real listener, and clients of the osquery door.

export const admin = signedIn;

export const uuidOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

export const macOf = (name: string): string =>
  `00:1b:44:${createHash('md5').update(name).digest('hex').slice(0, 6).match(/../g)?.join(':')}`;

const bash: MadePackage = { name: 'bash', version: '5.2.37-2+b5', source: 'bash (5.2.37-2)' };

/** A Debian machine of this name, with bash. */
export const debian = (name: string): Tables => debianMachine(name, uuidOf(name), macOf(name), [bash]);

type MadeClient = { client: OsqueryClient; id(): string; number(): number };

export type OsquerySite = {
  appliance: Appliance;
  dataDir: string;
  post: Post;
  /** Secrets of two tokens. */
  manual: string;
  auto: string;
  /** A client that has not spoken yet; its device is found by the name. */
  made(
    name: string,
    tables: Tables,
    options?: {
      secret?: string;
      files?: Record<string, Buffer>;
      denylisted?: (sql: string) => boolean;
      isOld?: boolean;
    },
  ): MadeClient;
  section(device: number, collection: string): SectionRow[];
  eventsOf(type: string): StoredEvent[];
  close(): Promise<void>;
};

/** Starts the server over a new data directory. */
export const openOsquerySite = async (): Promise<OsquerySite> => {
  const folder = temporaryFolder('osquery');
  const log = openLog('silent');
  const listen = { address: '127.0.0.1', port: 0 };
  await initialised({
    dataDir: folder.path,
    site: 'line-1',
    addresses: ['127.0.0.1'],
    listen,
    administrator: 'admin',
    log,
  });
  const appliance = await compose({ dataDir: folder.path, log });
  introduce(appliance.db, 'dana', 'aidar');
  const server = await startServer(appliance);
  const post = httpsPost(`https://127.0.0.1:${server.port}`, appliance.ca.certificatePem);
  const token = (approve: 'manual' | 'auto'): string => makeToken(appliance.objects, 'osquery', { approve });
  const auto = token('auto');
  const machines: { close(): void }[] = [];
  return {
    appliance,
    dataDir: folder.path,
    post,
    manual: token('manual'),
    auto,
    made: (name, tables, options = {}) => {
      const machine = machineOf(tables, options.files);
      machines.push(machine);
      const client = osqueryClient({
        post,
        secret: options.secret ?? auto,
        hostIdentifier: uuidOf(name),
        machine,
        carveBlockBytes: 1_000,
        ...(options.denylisted === undefined ? {} : { denylisted: options.denylisted }),
        ...(options.isOld === undefined ? {} : { isOld: options.isOld }),
      });
      const device = () => {
        const found = appliance.devices.list({ limit: 1, search: name }).rows[0];
        if (found === undefined) throw new Error(`${name} is not there`);
        return found;
      };
      return { client, id: () => device().publicId, number: () => device().id };
    },
    section: (device, collection) =>
      appliance.inventory.ofAnyCollection.section(device, collection, { personal: true }),
    eventsOf: (type) => appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 100 }).rows,
    close: async () => {
      post.close();
      await server.stop();
      await appliance.close();
      for (const machine of machines) machine.close();
      folder.remove();
    },
  };
};
