import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyBy } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import type {
  Identification,
  IdentifyOptions,
  Protocol,
  Switches,
} from '@sallyport/bundle-tools/controllers/protocols/types';
import { readingSchema } from '@sallyport/bundle-tools/controllers/reading';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { loopback } from './transport.ts';

export const everything: Switches = { identify: true, modules: true, details: true, mode: true };

/** Quick, by the real clock, to one port of this computer, which may be busy: slow answers are nothing here. */
export const quick = (port: number): IdentifyOptions => ({
  clock: nowMs,
  sleep: (ms) => sleep(ms),
  intervalMs: 2,
  replyMs: 2_500,
  usualReplyMs: 10_000,
  port,
  host: '127.0.0.1',
});

/** Identifies with everything on; the reading must be one by the contract. */
export const identified = async (
  protocol: Protocol,
  port: number,
  more: Partial<IdentifyOptions> = {},
  switches: Switches = everything,
): Promise<Identification> => {
  const result = await identifyBy(protocol, switches, loopback(), { ...quick(port), ...more });
  for (const reading of result.readings) readingSchema.parse(reading);
  return result;
};

/** The values of a reading, by field; a refused one as `!` and its reason. */
export const saidOf = ({ readings }: Identification): Record<string, string> =>
  Object.fromEntries(
    (readings[0]?.facts ?? []).map((said) => [said.field, 'value' in said ? said.value : `! ${said.reason}`]),
  );

/** The values of one part. */
export const partOf = ({ readings }: Identification, key: string): Record<string, string> | undefined => {
  const part = readings[0]?.parts.find((one) => one.key === key);
  if (part === undefined) return undefined;
  return Object.fromEntries(part.facts.map((said) => [said.field, 'value' in said ? said.value : `! ${said.reason}`]));
};

/** Keys of what was sent, in order. */
export const sentKeys = ({ packets }: Identification): string[] =>
  packets.filter(({ direction }) => direction === 'sent').map(({ meaning }) => meaning.key);

/** What a script of nmap says about one port, line by line. */
export const nmapSays = (script: string, kind: 'tcp' | 'udp', port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const scan = kind === 'tcp' ? '-sT' : '-sU';
    const args = ['-Pn', '-n', scan, '-p', String(port), '--script', `+${script}`, '127.0.0.1'];
    const child = spawn('nmap', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
    });
    child.once('error', reject);
    child.once('exit', () => resolve(said));
  });
