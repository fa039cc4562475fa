import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { answerIds, endpointsOf, incoming } from '@sallyport/bundle-tools/controllers/protocols/opcua/answers';

/** How a server of OPC UA says that it is secured, where a message says it; what is encrypted says nothing. */
export const opcuaDoors = (message: Buffer): readonly DeviceFact[] => {
  try {
    const answer = incoming(message);
    const isIt = answer?.kind === 'service' && answer.service === answerIds.getEndpoints && answer.result === 0;
    return isIt ? endpointsOf(answer.rest).service : [];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
};
