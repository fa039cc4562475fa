import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { foxPlan } from '../../support/captures/fox-plan.ts';

// Wireshark has no dissector of Fox: the greeting of the made conversation is shown to nmap's fox-info.

const hasNmap = spawnSync('nmap', ['--version']).status === 0;

describe.skipIf(!hasNmap)('a greeting of Fox (skipped without nmap)', () => {
  it('says to nmap what the record shows', async () => {
    const [answer] = foxPlan.spoken.filter(({ by }) => by === 'server');
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      // fox-info tries TLS, too; only its own greeting is answered.
      socket.once('data', (asked) => {
        if (asked.toString('latin1').startsWith('fox a 1')) socket.end(answer?.bytes ?? Buffer.alloc(0));
        else socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const nmap = spawn('nmap', ['-Pn', '-p', String(port), '--script', '+fox-info', '127.0.0.1']);
      let shown = '';
      nmap.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
      });
      await once(nmap, 'close');
      const { name, softwareVersion, serverId } = foxPlan.record;
      for (const line of [
        `hostName: ${name}`,
        `app.version: ${softwareVersion}`,
        `hostId: ${serverId}`,
        'os.name: QNX',
      ])
        expect(shown).toContain(line);
    } finally {
      server.close();
    }
  });
});
