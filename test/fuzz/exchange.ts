import { identifyBy, planFor } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import type { Protocol, Switches } from '@sallyport/bundle-tools/controllers/protocols/types';
import { readingSchema } from '@sallyport/bundle-tools/controllers/reading';
import { bench } from '../../bundle-tools/test/controllers/scripted.ts';
import { demand, type FuzzTarget } from './target.ts';

// A whole exchange with a device whose answers are the input: each begins with its length (two bytes), and what pairs answer
// and question is put right, so that the answers are read.

const everything: Switches = { identify: true, modules: true, details: true, mode: true };
const credentials = { snmp: { user: { name: 'u' }, community: 'c' } };
const maxSent = 64;

/** Answers with their lengths, as the input of a target. */
export const script = (...answers: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    answers.flatMap((answer) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length, 0);
      return [length, answer];
    }),
  );

const answersOf = (data: Buffer): Buffer[] => {
  const answers: Buffer[] = [];
  for (let at = 0; at + 2 <= data.length && answers.length < maxSent; ) {
    const length = data.readUInt16BE(at);
    answers.push(data.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return answers;
};

/** Makes an answer one to this request, where it is long enough for that. */
type Pairing = (answer: Buffer, request: Buffer) => void;

/** Copies pieces of the request to places of the answer. */
export const pairing =
  (...pieces: readonly (readonly [from: number, to: number, bytes: number])[]): Pairing =>
  (answer, request) => {
    for (const [from, to, bytes] of pieces)
      if (to + bytes <= answer.length) request.copy(answer, to, from, Math.min(from + bytes, request.length));
  };

/** The target of one protocol; `decode` is the reader of captures, which gets every answer as well. */
export const exchangeTarget = (
  protocol: Protocol,
  parts: Pick<FuzzTarget, 'seeds' | 'words'> & { pair: Pairing; decode: (answer: Buffer) => unknown },
): FuzzTarget => {
  const planned = new Set(planFor(protocol, everything, { credentials }).map(({ meaning }) => meaning.key));
  return {
    name: `${protocol}-exchange`,
    seeds: parts.seeds,
    ...(parts.words === undefined ? {} : { words: parts.words }),
    run: async (data) => {
      const answers = answersOf(data);
      for (const answer of answers) {
        try {
          parts.decode(answer);
        } catch (error) {
          // A message that is cut says nothing.
          if (!(error instanceof RangeError)) throw error;
        }
      }
      const on = bench((request, _kind, count) => {
        const answer = answers[count - 1];
        if (answer === undefined) return [];
        const own = Buffer.from(answer);
        parts.pair(own, request);
        return [{ bytes: own }];
      });
      const result = await identifyBy(protocol, everything, on.transport, { ...on.options, credentials });
      for (const reading of result.readings) readingSchema.parse(reading);
      demand(on.open() === 0, 'a connection is closed in the end');
      demand(on.arrived.length <= maxSent, 'an exchange ends');
      const sent = result.packets.filter(({ direction }) => direction === 'sent');
      demand(sent.length === on.arrived.length, 'every packet is in the log');
      demand(
        sent.every(({ meaning }) => planned.has(meaning.key)),
        'nothing is sent that a plan does not have',
      );
    },
  };
};
