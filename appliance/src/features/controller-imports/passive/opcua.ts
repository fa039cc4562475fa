import {
  answerIds,
  endpointsOf,
  incoming,
  opcuaLength,
} from '@sallyport/bundle-tools/controllers/protocols/opcua/answers';
import type { PassiveProtocol } from './types.ts';

/** How a server of OPC UA says that it is secured, where a message says it; what is encrypted says nothing. */
export const opcua: PassiveProtocol = {
  protocol: 'opcua',
  tcp: [4_840],
  lengthOf: opcuaLength,
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      if (!isFromServer) return [];
      try {
        const answer = incoming(bytes);
        const isIt = answer?.kind === 'service' && answer.service === answerIds.getEndpoints && answer.result === 0;
        const serviceFacts = isIt ? endpointsOf(answer.rest).service : [];
        return [serviceFacts.length === 0 ? {} : { serviceFacts }];
      } catch (error) {
        // It speaks, whatever it says.
        if (error instanceof RangeError) return [{}];
        throw error;
      }
    },
};
