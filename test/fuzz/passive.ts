import type { PassiveProtocol } from '@sallyport/appliance/features/controller-imports/passive/types';
import { AppError } from '@sallyport/appliance/platform/errors';
import type { Plan } from '../support/captures/plan.ts';
import { plans } from '../support/captures/plans.ts';
import { demand, type FuzzTarget } from './target.ts';

/** Messages of a conversation as one input: who speaks, the length, the bytes. */
const script = ({ spoken }: Plan): Buffer =>
  Buffer.concat(
    spoken.flatMap(({ by, bytes }) => [
      Buffer.of(by === 'client' ? 0 : 1, bytes.length >> 8, bytes.length & 0xff),
      bytes,
    ]),
  );

/** The messages of an input. */
function* parts(data: Buffer): Generator<{ isFromServer: boolean; bytes: Buffer }> {
  for (let at = 0; at + 3 <= data.length; ) {
    const length = data.readUInt16BE(at + 1);
    yield { isFromServer: (data.readUInt8(at) & 1) === 1, bytes: data.subarray(at + 3, at + 3 + length) };
    at += 3 + length;
  }
}

const maxTold = 2_048;

/**
 * What is read by ear of one protocol: lengths cut no message that is longer than its bytes, and readers answer or refuse with
 * RangeError, on both transports, with short values.
 */
export function passiveTarget(protocol: PassiveProtocol, seeds: readonly string[]): FuzzTarget {
  return {
    name: `passive-${protocol.protocol}`,
    run: (data) => {
      const reader = protocol.reader();
      let read = 0;
      let cut = 0;
      for (const { isFromServer, bytes } of parts(data)) {
        const length = protocol.lengthOf?.(bytes);
        demand(length === undefined || (Number.isInteger(length) && length >= 0), 'a length is one');
        const transports = protocol.udp === undefined ? (['tcp'] as const) : (['udp', 'tcp'] as const);
        for (const transport of transports) {
          const message = transport === 'udp' ? bytes : length === undefined ? undefined : bytes.subarray(0, length);
          if (message === undefined || (transport === 'tcp' && (length === 0 || message.length !== length))) continue;
          try {
            const told = reader({
              bytes: message,
              from: '192.0.2.20',
              isFromServer,
              isToServer: !isFromServer,
              conversation: 'a b',
              transport,
            });
            read += 1;
            demand(told.length <= maxTold, 'a message tells a bounded number of things');
            for (const { facts = [], control, detail = '' } of told) {
              for (const { value, raw } of facts)
                demand(value.length <= 1_024 && raw.length <= 1_024, 'values are short');
              demand(control === undefined || /^[a-z0-9-]+$/.test(control), 'a command is one of ours');
              demand(detail.length <= 4_096, 'a detail is short');
            }
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            cut += 1;
          }
        }
      }
      if (read === 0 && cut > 0) throw new AppError('MALFORMED', 'cut');
    },
    seeds: () => plans.filter(({ name }) => seeds.includes(name)).map(script),
    stretch: false,
  };
}
