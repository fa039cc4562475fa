import { X509Certificate } from 'node:crypto';
import { AgentError } from '../errors.ts';
import type { AgentState } from './state.ts';

/** What an enrolled agent has; NOT_ENROLLED where the folder holds none. */
export const requireEnrolled = (state: AgentState) => {
  const settings = state.settings();
  const identity = state.identity();
  const ca = state.ca();
  if (settings?.deviceId === undefined || identity === undefined || ca === undefined) {
    throw new AgentError('NOT_ENROLLED', `${state.folder} holds no enrolled agent; run: sallyport-agent enrol`);
  }
  return { settings, identity, ca };
};

/** When a certificate ends, ms. */
export const certificateEnd = (certificatePem: string): number =>
  new X509Certificate(certificatePem).validToDate.getTime();
