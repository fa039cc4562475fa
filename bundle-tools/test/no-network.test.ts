import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { permissionFlags } from '../src/importer/child-permissions.ts';
import { isNetworkless, withoutNetwork } from '../src/importer/no-network.ts';
import { createWorld, freshDir } from './kit.ts';

const program = `import net from 'node:net';
const socket = net.connect(Number(process.argv[2]), '127.0.0.1');
socket.on('connect', () => { console.log('connected'); process.exit(0); });
socket.on('error', (error) => console.log(error.code));`;

describe('the process that reads a medium', () => {
  it.skipIf(!isNetworkless())('reaches nobody, where it would without the namespace', async () => {
    const world = createWorld([]);
    const server = createServer((socket) => socket.end());
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = String(typeof address === 'object' && address ? address.port : 0);
      const folder = freshDir(world, 'staging');
      const path = join(folder, 'probe.mjs');
      writeFileSync(path, program);
      const args = [...permissionFlags({ readable: [], stagingDir: folder }), path, port];
      // Not synchronous: this process serves.
      const said = (file: string, given: readonly string[]): Promise<string> =>
        new Promise((resolve) => {
          const child = spawn(file, given, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
          let text = '';
          child.stdout.on('data', (piece: Buffer) => {
            text += piece.toString();
          });
          child.once('close', () => resolve(text.trim()));
        });
      expect(await said(process.execPath, args)).toBe('connected');
      const closed = withoutNetwork(process.execPath, args);
      expect(await said(closed.file, closed.args)).toBe('ENETUNREACH');
    } finally {
      server.close();
      world.remove();
    }
  });
});
