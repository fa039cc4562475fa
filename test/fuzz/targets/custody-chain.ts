import { signCustody } from '@sallyport/bundle-tools/documents/custody';
import {
  checkChain,
  custodyKey,
  custodyLineDigest,
  joinChain,
  splitChain,
} from '@sallyport/bundle-tools/documents/custody-chain';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { demand, type FuzzTarget } from '../target.ts';

const [host, person] = [generateSigningKey(), generateSigningKey()];
const file = 'ab'.repeat(32);
const keys = new Map([
  custodyKey(host.publicKey, { kind: 'host' }),
  custodyKey(person.publicKey, { kind: 'person', person: 12 }),
]);
const common = { medium: 'disk 4', sha256: file };
const first = Buffer.from(
  signCustody({ ...common, step: 'fulfil', person: 0, at: '2026-05-01T00:00:00Z' }, host),
).toString('latin1');
const second = Buffer.from(
  signCustody(
    { ...common, step: 'hand-over', person: 12, at: '2026-05-02T00:00:00Z', prev: custodyLineDigest(first) },
    person,
  ),
).toString('latin1');
const whole = Buffer.from(joinChain([first, second]));

export const target: FuzzTarget = {
  name: 'custody-chain',
  maxBytes: 8_192,
  run: (data) => {
    const lines = splitChain(data);
    const { findings } = checkChain(lines, file, keys);
    // A chain may be cut at its end, which only the receipt after it shows; nothing else goes unseen.
    if (lines.length > 0 && findings.length === 0)
      demand(whole.subarray(0, data.length).equals(data), 'a chain without findings is the one that was signed');
  },
  seeds: () => [whole, joinChain([first]), joinChain([second, first]), joinChain([second])],
  words: ['"prev"', '"step"', '\n', '"signatures"'],
};
