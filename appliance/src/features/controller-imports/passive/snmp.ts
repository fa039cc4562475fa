import { snmpFacts } from '@sallyport/bundle-tools/controllers/protocols/snmp/answers';
import type { PassiveProtocol } from './types.ts';

/** Not only controllers answer: without facts an answer shows none. */
export const snmp: PassiveProtocol = {
  protocol: 'snmp',
  udp: [161],
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      const facts = isFromServer ? snmpFacts(bytes) : [];
      return facts.length === 0 ? [] : [{ facts }];
    },
};
