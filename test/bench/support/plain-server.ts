import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { compose } from '@sallyport/appliance/compose';
import { openLog } from '@sallyport/appliance/platform/log';
import { startTicking } from '@sallyport/appliance/platform/ticking';
import { httpApp } from '@sallyport/appliance/server/http-app';

// The appliance's routes over plain HTTP, to tell what the door costs from what TLS costs. Never a way to run it: the
// data directory is its only argument, its port goes out on stdout.

const appliance = await compose({ dataDir: process.argv[2] ?? '', log: openLog('silent') });
const stopFlushing = startTicking(
  [{ failed: 'what calls told was not written', everyMs: 1_000, run: appliance.devices.flushIfFree }],
  () => process.exit(1),
);
const server = createAdaptorServer({ fetch: httpApp(appliance).fetch });
Object.assign(server, { keepAliveTimeout: 75_000 });
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.once('SIGTERM', () => {
  stopFlushing();
  process.exit(0);
});
