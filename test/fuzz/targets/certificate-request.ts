import { newKeyAndRequest } from '@sallyport/agent/identity/x509';
import { parseCertificateRequest } from '@sallyport/appliance/features/ca/service';
import { demand, type FuzzTarget } from '../target.ts';

const { csrPem } = await newKeyAndRequest();
const armor = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;

// An even first byte: the rest is put into the armour. Odd: it is the text as it came.
export const target: FuzzTarget = {
  name: 'certificate-request',
  stretch: false,
  run: async (data) => {
    const rest = data.subarray(1);
    const isDer = (data[0] ?? 0) % 2 === 0;
    const { publicKey } = await parseCertificateRequest(isDer ? armor(rest) : rest.toString('latin1'));
    demand(publicKey.length === 91, 'only a P-256 key is taken');
  },
  seeds: () => [
    `\u0001${csrPem}`,
    Buffer.concat([Buffer.of(2), Buffer.from(csrPem.replace(/-----[^-]+-----|\s/g, ''), 'base64')]),
  ],
};
