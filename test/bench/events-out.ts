import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { deviceQueries } from '@sallyport/appliance/features/devices/queries';
import { eventLines } from '@sallyport/appliance/features/receivers/event-lines';
import { counted } from '@sallyport/appliance/features/receivers/lines';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { freeLoopback } from '../support/loopback.ts';
import type { Result } from './report.ts';
import { makeSite, startServer, withAppliance } from './support/site.ts';

const port = 6514;
const eventCount = 100_000;
const batchLines = 200;

const sinkAt = async (host: string, key: string, cert: string): Promise<ChildProcess> => {
  const sink = fork(join(import.meta.dirname, 'support/tls-sink.ts'), [host, String(port), key, cert]);
  await once(sink, 'message');
  return sink;
};

/** Events out over TLS into a receiver that only counts, beside the same bytes from a bare sender. */
export const eventsOut = async (): Promise<Result> => {
  const site = await makeSite('events-out');
  const authority = plantAuthority();
  const host = await freeLoopback(port);
  const issued = authority.issue({ names: [host], signer: 'root' });
  const sink = await sinkAt(
    host,
    authority.file('sink.key', issued.key),
    authority.file('sink.pem', issued.certificate),
  );
  /** The time from the first to the last of so many bytes. */
  const msOf = async (bytes: number): Promise<number> => {
    sink.send(bytes);
    return Number((await once(sink, 'message'))[0]);
  };
  try {
    const batches = await withAppliance(site, async ({ events, receivers, objects, db }) => {
      const body = { name: 'sink', host, port, transport: 'tls', ca: authority.root, format: 'rfc5424' } as const;
      objects.create(systemActor, 'siem', body);
      // From where it has its events.
      await receivers.turn(() => Promise.resolve());
      const first = events.newest();
      db.transaction(() => {
        for (let n = 0; n < eventCount; n++) events.record('disk-full', { params: { freeBytes: n } });
      })();
      await receivers.stop();
      const made = await eventLines({ events, devices: deviceQueries(db), site: 'bench', version: '' })(body);
      const found: Buffer[] = [];
      for (let next = made.batch(first, batchLines); next !== undefined; next = made.batch(next.upTo, batchLines))
        found.push(Buffer.concat(next.lines.map(counted)));
      return found;
    });
    const bytes = batches.reduce((sum, batch) => sum + batch.length, 0);
    const bareMs = msOf(bytes);
    const socket = connect({ host, port, ca: authority.root, servername: '' });
    await once(socket, 'secureConnect');
    for (const batch of batches) await new Promise((resolve) => socket.write(batch, resolve));
    const bare = await bareMs;
    socket.destroy();

    const outMs = msOf(bytes);
    const server = await startServer(site);
    const out = await outMs;
    await server.stop();
    const perSecond = (ms: number): number => (eventCount / ms) * 1_000;
    return {
      method: [
        `${eventCount} events that wait when \`sallyport serve\` starts, read, made into lines of RFC 5424 and sent over TLS 1.3 to a process that only counts bytes, ${batchLines} lines at a time; the thread that answers is given away after each. From the first byte to the last.`,
        'The bare sender writes the same bytes, made before, over the same TLS in writes of the same size.',
      ],
      figures: [
        { what: 'events out over TLS', value: perSecond(out), unit: '/s', target: '20,000/s' },
        { what: 'bare sender of the same bytes', value: perSecond(bare), unit: '/s', limit: true },
      ],
    };
  } finally {
    sink.kill();
    authority.remove();
    site.remove();
  }
};
