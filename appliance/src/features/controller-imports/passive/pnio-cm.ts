import { isSessionAnswer, pnioFacts } from '@sallyport/bundle-tools/controllers/protocols/pnio-cm/answers';
import type { Told } from './types.ts';

export const pnioPort = 34_964;
const rpcVersion = 4;
const headerBytes = 80;

/** What a datagram of PROFINET's endpoint mapper or of a session tells; it may come from any port. */
export function pnioAnswer(bytes: Buffer, isItsPort: boolean): Told[] {
  if (bytes.length < headerBytes || (!isItsPort && bytes.readUInt8(0) !== rpcVersion)) return [];
  if (isSessionAnswer(bytes)) return [{}];
  const facts = pnioFacts(bytes);
  return facts.length === 0 ? [] : [{ facts }];
}
