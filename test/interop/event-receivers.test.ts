import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { addDevices } from '../../appliance/test/support/fleet.ts';
import { isLong } from '../support/long.ts';
import { hasRsyslog, makeRsyslog, type ReceivedLine, type Rsyslog, receiverPorts } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';

// Debian's rsyslog is the receiver, and liblognorm reads its lines once more.

const events = isLong ? 20_000 : 1_000;
const hard = 'Қазанғы "Ө-7" \\ [ҮҰҺ] | a=b; сорғы';

const seqOf = ({ data }: Pick<ReceivedLine, 'data'>): number => Number(/ seq="(\d+)"/.exec(data)?.[1] ?? 0);

describe.skipIf(!hasRsyslog)('events out into rsyslog', () => {
  let rsyslog: Rsyslog;
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let device = 0;
  beforeAll(async () => {
    [rsyslog, site] = await Promise.all([makeRsyslog(), openAppliance()]);
    [device = 0] = addDevices(site.db, [{ lastSeenAt: Date.now(), state: 'managed' }]);
    await rsyslog.start();
  });
  // One that fails leaves the next what it found.
  afterEach(async () => {
    for (const { id } of site.receivers.list()) end(id);
    await turn();
    await rsyslog.start();
  });
  afterAll(async () => {
    await site?.stop();
    await rsyslog?.kill();
    rsyslog?.remove();
  });

  type Wishes = {
    transport: 'udp' | 'tcp' | 'tls' | 'relp';
    port: number;
    format?: 'cef' | 'leef';
    query?: string;
    language?: 'kk';
  };
  const receiver = ({ transport, port, ...more }: Wishes): string =>
    site.objects.create(systemActor, 'siem', {
      name: `${transport} ${port} ${more.format ?? ''}`,
      host: rsyslog.host,
      port,
      transport,
      ...(transport === 'tls' ? { ca: rsyslog.ca } : {}),
      ...more,
    }).id;
  const end = (id: string): void => site.objects.remove(systemActor, 'siem', id);
  const turn = (): Promise<void> => site.receivers.turn(() => Promise.resolve());
  const standing = (id: string) => site.receivers.list().find((one) => one.id === id);
  /** Numbers of new events. */
  const happen = (n: number): number[] => {
    const made: number[] = [];
    for (let at = 0; at < n; at++)
      made.push(
        site.events.record('device-moved', { device, params: { device: 'd', rule: `${hard} ${at}`, group: 'Цех 2' } })
          .id,
      );
    return made;
  };
  const arrived = (): Map<number, number> => {
    const times = new Map<number, number>();
    for (const line of rsyslog.lines()) times.set(seqOf(line), (times.get(seqOf(line)) ?? 0) + 1);
    return times;
  };
  const all = (numbers: readonly number[]): Promise<boolean> =>
    until(async () => {
      await turn();
      const came = arrived();
      return numbers.every((number) => came.has(number));
    });

  it.each([
    ['udp', receiverPorts.udp],
    ['tcp', receiverPorts.tcp],
    ['tls', receiverPorts.tls],
    ['relp', receiverPorts.relp],
  ] as const)('arrive over %s, each once, with every letter', async (transport, port) => {
    const id = receiver({ transport, port });
    await turn();
    // Datagrams may be lost: fewer than a buffer holds.
    const numbers = happen(transport === 'udp' ? 50 : events);
    await all(numbers);
    const came = arrived();
    expect(numbers.filter((number) => came.get(number) !== 1)).toEqual([]);
    const [first] = rsyslog.lines().filter((line) => seqOf(line) === numbers[0]);
    expect(first).toMatchObject({ priority: String(16 * 8 + 6), type: 'device-moved' });
    expect(first?.data).toContain(`p_rule="${hard.replace(/["\\\]]/g, '\\$&')} 0"`);
    expect(first?.data).toContain('p_group="Цех 2"');
    expect(standing(id)).toMatchObject({ state: 'connected', error: null });
  });

  it.each([
    ['tcp', receiverPorts.tcp],
    ['tls', receiverPorts.tls],
    ['relp', receiverPorts.relp],
  ] as const)('over %s none is lost where the receiver is killed and comes back', async (transport, port) => {
    const id = receiver({ transport, port });
    await turn();
    const before = happen(events / 2);
    await until(async () => {
      await turn();
      return [...arrived().keys()].some((number) => before.includes(number));
    });
    await rsyslog.kill();
    const meanwhile = happen(events / 4);
    await until(async () => {
      await turn();
      return standing(id)?.error;
    });
    expect(standing(id)).toMatchObject({ state: 'waiting', error: expect.any(String) });
    await rsyslog.start();
    const after = happen(events / 4);
    await all([...before, ...meanwhile, ...after]);
  });

  it('are those that its filter finds, in its language', async () => {
    const id = receiver({ transport: 'relp', port: receiverPorts.relp, query: 'severity=warning', language: 'kk' });
    await turn();
    happen(5);
    const { id: number } = site.events.record('product-says', { device, params: { device: 'd' } });
    await all([number]);
    const mine = rsyslog.lines().filter((line) => seqOf(line) === number);
    expect(mine.map(({ text }) => text.trim())).toEqual([
      expect.stringContaining('қорғау құралы ақау туралы хабарлайды'),
    ]);
    await until(async () => {
      await turn();
      return standing(id)?.behind === 0;
    });
    expect(standing(id)?.sent).toBe(1);
  });

  it.each(['cef', 'leef'] as const)('are lines of %s', async (format) => {
    receiver({ transport: 'relp', port: receiverPorts.relp, format });
    await turn();
    const [number = 0] = happen(1);
    const found = await until(async () => {
      await turn();
      const key = format === 'cef' ? `externalId=${number} ` : `seq=${number}\t`;
      return rsyslog.lines().find(({ text }) => text.includes(key))?.text;
    });
    if (format === 'leef') {
      const [head = '', ...pairs] = found.slice(found.indexOf('LEEF:')).split('\t');
      expect(head).toMatch(/^LEEF:2\.0\|Sallyport\|Appliance\|[^|]+\|device-moved\|0x09\|devTime=\d+$/);
      expect(pairs).toContain(`p_rule=${hard} 0`);
    } else if (existsSync('/usr/bin/lognormalizer')) {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-cef-'));
      writeFileSync(join(folder, 'rules'), 'version=2\nrule=:%f:cef%\n');
      const read = execFileSync('lognormalizer', ['-r', join(folder, 'rules'), '-e', 'json'], {
        input: `${found.slice(found.indexOf('CEF:'))}\n`,
        encoding: 'utf8',
      });
      rmSync(folder, { recursive: true });
      expect(JSON.parse(read).f).toMatchObject({
        DeviceVendor: 'Sallyport',
        SignatureID: 'device-moved',
        Extensions: { externalId: String(number), spPRule: `${hard} 0` },
      });
    }
  });

  it('say of a receiver that proves nothing, refuses or is not there what is wrong', async () => {
    const wrong = receiver({ transport: 'tls', port: receiverPorts.tls, format: 'cef' });
    site.objects.put(systemActor, 'siem', wrong, {
      ...site.objects.get('siem', wrong).body,
      ca: null,
      fingerprint: 'ab'.repeat(32),
    });
    await expect(site.receivers.test(systemActor, wrong)).rejects.toMatchObject({ code: 'PEER' });
    const plain = receiver({ transport: 'relp', port: receiverPorts.tcp });
    await expect(site.receivers.test(systemActor, plain)).rejects.toMatchObject({
      code: expect.stringMatching(/PEER|UNREACHABLE|TIMEOUT/),
    });
    const none = receiver({ transport: 'tcp', port: 20_514 });
    await expect(site.receivers.test(systemActor, none)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});
