import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { modbusDevice } from '../../../appliance/test/support/controllers/modbus-device.ts';

// A controller as a process of its own, so that what it sees is timed by nobody who is busy with something else. It says what
// came once its input ends.

export type Watched = { connections: number; mostAtOnce: number; seen: { at: number; hex: string }[] };
type WatchedController = { host: string; port: number; end(): Promise<Watched> };

/** Starts one at an address of loopback. */
export const watchedController = async (host: string): Promise<WatchedController> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'watched-controller.ts'), host], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  const gone = new Promise((resolve) => child.once('close', resolve));
  const port = await new Promise<number>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      const end = said.indexOf('\n');
      if (end >= 0) resolve(Number(said.slice(0, end)));
    });
  });
  return {
    host,
    port,
    end: async () => {
      child.stdin.end();
      await gone;
      return JSON.parse(said.slice(said.indexOf('\n'))) as Watched;
    },
  };
};

if (import.meta.main) {
  const controller = await modbusDevice(process.argv[2] ?? '');
  process.stdout.write(`${controller.port}\n`);
  process.stdin.resume().once('end', async () => {
    const seen = controller.seen.map(({ at, bytes }) => ({ at, hex: bytes.toString('hex') }));
    process.stdout.write(JSON.stringify({ ...controller.state, seen }));
    await controller.close();
  });
}
