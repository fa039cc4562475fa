import { type AddressSet, addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { afterAll, describe, expect, it } from 'vitest';
import { countingController } from '../../../test/support/counting-controller.ts';
import { connect, deviceTransport } from './connect.ts';

const port = 8443;
const controller = await countingController(port);
afterAll(() => controller.close());

const hex = (host: string): string =>
  host
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
const spellings: Record<string, (host: string) => string> = {
  plain: (host) => host,
  mapped: (host) => `[::ffff:${host}]`,
  'mapped, in hex': (host) => `[::FFFF:${hex(host).slice(0, 4)}:${hex(host).slice(4)}]`,
  'one number': (host) => String(Number.parseInt(hex(host), 16)),
  'a number in hex': (host) => `0x${hex(host)}`,
};
const entries: Record<string, (host: string) => string> = {
  'its address': (host) => host,
  'its network': (host) => `${host}/24`,
  'its mapped address': (host) => `::ffff:${host}`,
};

const codeOf = async (server: string, forbidden: () => AddressSet): Promise<string> => {
  const connection = connect({ server, ca: null, forbidden });
  try {
    await connection.call({ method: 'GET', path: '/site', timeoutMs: 30_000 });
    return 'answered';
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    connection.close();
  }
};

describe('the server of an agent', () => {
  const table = Object.keys(spellings).flatMap((written) => Object.keys(entries).map((entry) => [written, entry]));

  it.each(table)('that is itself a controller (%s), known by %s, hears nothing', async (written = '', entry = '') => {
    const held = addressSet([entries[entry]?.(controller.host) ?? '']);
    const server = `https://${spellings[written]?.(controller.host)}:${port}`;
    expect(await codeOf(server, () => held)).toBe('FORBIDDEN_ADDRESS');
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
  });

  it('whose name leads to a controller hears nothing', async () => {
    const held = addressSet(['127.0.0.1', '::1']);
    expect(await codeOf(`https://localhost:${port}`, () => held)).toBe('FORBIDDEN_ADDRESS');
  });

  it('is looked for elsewhere, and by the words of now', async () => {
    let held = addressSet(['127.0.0.1']);
    const elsewhere = await countingController(port);
    const server = `https://${elsewhere.host}:${port}`;
    expect(await codeOf(server, () => held)).toBe('UNREACHABLE');
    const before = elsewhere.met().length;
    expect(before).toBeGreaterThan(0);
    held = addressSet([elsewhere.host]);
    expect(await codeOf(server, () => held)).toBe('FORBIDDEN_ADDRESS');
    expect(elsewhere.met()).toHaveLength(before);
    await elsewhere.close();
  });
});

describe('a device of a task', () => {
  it('is reached as the task names it, and no other', async () => {
    const transport = deviceTransport([{ host: '127.0.0.1', port, kind: 'tcp' }]);
    const limits = { connectMs: 500, maxBytes: 100 };
    expect(await transport(controller.host).connect({ kind: 'tcp', port }, limits)).toBe('denied');
    expect(await transport(controller.host).connect({ kind: 'udp', port }, limits)).toBe('denied');
    expect(controller.met()).toEqual([]);
  });
});
