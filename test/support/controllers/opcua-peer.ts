import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeTcpPort, has, type Peer, placeFor, startTcpPeer } from './peers.ts';

/** open62541 and a compiler are there. */
export const hasOpen62541 = has('gcc') && existsSync('/usr/include/open62541/server.h');

/** Compiles and starts a server of open62541. */
export const startOpen62541 = async (): Promise<Peer> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-opcua-'));
  const program = join(folder, 'server');
  const built = spawnSync('gcc', ['-o', program, join(import.meta.dirname, 'opcua-server.c'), '-lopen62541'], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`gcc: ${built.stderr}`);
  const at = await placeFor(undefined, freeTcpPort);
  const peer = await startTcpPeer(program, [String(at.port)], at);
  return {
    ...at,
    stop: async () => {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
