import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AgentError } from '../errors.ts';
import { newKeyAndRequest } from '../identity/x509.ts';
import type { AgentState } from '../state/state.ts';
import type { Client } from './client.ts';

/** Two thirds of the certificate's life are over. */
export const isRenewalDue = (certificatePem: string, nowMs: number): boolean => {
  const certificate = new X509Certificate(certificatePem);
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return nowMs >= from + ((to - from) * 2) / 3;
};

/** A certificate for a new key; key and certificate change in one step, and the old ones work until the new are used. */
export const renew = async (state: AgentState, client: Client): Promise<void> => {
  const { keyPem, csrPem } = await newKeyAndRequest();
  const cert = await client.renew(csrPem);
  const certificate = new X509Certificate(cert);
  const own = new X509Certificate(state.identity()?.cert ?? '');
  // A certificate for another device, or for a key that we do not have, would lock this device out.
  if (certificate.subject !== own.subject || !certificate.checkPrivateKey(createPrivateKey(keyPem))) {
    throw new AgentError('PROTOCOL', 'the new certificate is not for this device and its key');
  }
  state.writeIdentity({ key: keyPem, cert });
};
