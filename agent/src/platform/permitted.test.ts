import { createServer, type Server } from 'node:net';
import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from './connect.ts';
import { connectPermitted } from './permitted.ts';

// What the present server may answer, and that nothing reaches the new address without its yes. A listener counts.

const open: Server[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
const listener = async (host: string) => {
  const seen = { connections: 0 };
  const server = createServer((socket) => {
    seen.connections += 1;
    socket.destroy();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  return { seen, port };
};
const reply = (status: number, body: unknown): Reply => ({
  status,
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const go = async (answer: () => Reply) => {
  const { seen, port } = await listener('127.0.0.1');
  const asked: unknown[] = [];
  const present = {
    call: (call: unknown) => {
      asked.push(call);
      return Promise.resolve().then(answer);
    },
  };
  let code = 'connected';
  const options = { server: `https://127.0.0.1:${port}`, ca: null, forbidden: () => addressSet([]) };
  try {
    const connection = await connectPermitted(options, { present, task: 't1' });
    await connection.call({ method: 'GET', path: '/site' }).catch(() => undefined);
    connection.close();
  } catch (error) {
    code = String((error as { code?: string }).code);
  }
  return { code, asked, port, connections: seen.connections };
};

describe('a connection to where an order leads', () => {
  it('is opened after the yes of the present server for its address and port', async () => {
    const { code, asked, port, connections } = await go(() => reply(200, { go: true }));
    expect([code, connections]).toEqual(['connected', 1]);
    expect(asked).toMatchObject([
      { method: 'POST', path: '/tasks/t1/connection-permit', body: { address: '127.0.0.1', port } },
    ]);
  });

  it.each<[string, () => Reply, string]>([
    ['it says no', () => reply(200, { go: false }), 'FORBIDDEN_ADDRESS'],
    ['it says something else', () => reply(200, { go: 'yes' }), 'FORBIDDEN_ADDRESS'],
    ['it says nothing that can be read', () => reply(200, '<html>'), 'FORBIDDEN_ADDRESS'],
    ['it is too old to be asked', () => reply(404, { error: 'NOT_FOUND', message: '' }), 'FORBIDDEN_ADDRESS'],
    ['it does not know the device', () => reply(401, { error: 'REFUSED', message: '' }), 'REFUSED'],
    ['it is busy', () => reply(503, { error: 'OVERLOADED', message: '' }), 'RETRY'],
    [
      'it does not answer',
      () => {
        throw Object.assign(new Error('no answer'), { code: 'UNREACHABLE' });
      },
      'UNREACHABLE',
    ],
  ])('is not opened where %s', async (_what, answer, code) => {
    expect(await go(answer)).toMatchObject({ code, connections: 0 });
  });
});
