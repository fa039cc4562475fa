import { isIP } from 'node:net';
import { type Body, defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { peerFaults } from '../../platform/named-peer.ts';
import { siemPorts, siemUdpPorts } from '../../platform/outbound-rules.ts';
import { AGREED_FIELDS, FORMATS, isSecured, TRANSPORTS, type Transport } from './types.ts';

const defaultPort = 6_514;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

const faultsOf = (body: Body): FieldErrors => {
  const transport = text(body, 'transport') as Transport;
  const faults = peerFaults(body, { secured: isSecured(transport) });
  const ports = transport === 'udp' ? siemUdpPorts : siemPorts;
  if (!ports.includes(Number(body['port'] ?? defaultPort)))
    faults['port'] = { key: 'validation.network.ports', params: { ports: ports.join(', ') } };
  // Datagrams are sent without a look at whom a name leads to.
  if (transport === 'udp' && isIP(text(body, 'host')) === 0) faults['host'] = { key: 'validation.receiverAddress' };
  return faults;
};

export const receiverKinds = defineKinds({
  /** A receiver of events inside the site (REPORTING.md §1). */
  siem: {
    bound: 'site',
    row: 'E2',
    area: 'settings',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      host: { returns: 'anew', type: 'text', required: true, max: 253 },
      port: { returns: 'anew', type: 'integer', format: 'port', min: 1, max: 65_535, default: defaultPort },
      transport: { returns: 'anew', type: 'choice', options: [...TRANSPORTS], required: true, default: 'tls' },
      format: { returns: 'freely', type: 'choice', options: [...FORMATS], required: true, default: 'rfc5424' },
      /** PEM: what signed the receiver's certificate. */
      ca: { returns: 'anew', type: 'multiline', max: 20_000 },
      /** SHA-256 of the certificate itself. */
      fingerprint: { returns: 'anew', type: 'text', max: 95 },
      /** The name in the certificate, where it is not the host. */
      tlsName: { returns: 'anew', type: 'text', max: 253 },
      /** The filter of the events' page as its address has it; all without one. */
      query: { returns: 'freely', type: 'text', max: 2_000 },
      language: { returns: 'freely', type: 'choice', options: ['en', 'ru', 'kk'], default: 'en' },
      disabled: { returns: 'anew', type: 'boolean', default: false },
    },
    check: faultsOf,
    leaves: null,
  },
  /** Events as files in a folder, for a receiver behind a diode. In force once another person agreed. */
  'event-files': {
    bound: 'site',
    row: 'E2',
    area: 'settings',
    title: 'name',
    strict: 'remove',
    approval: { fields: ['agreedBy'], of: [...AGREED_FIELDS] },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      folder: { returns: 'anew', type: 'text', required: true, max: 500 },
      format: { returns: 'freely', type: 'choice', options: [...FORMATS], required: true, default: 'rfc5424' },
      /** A file is written once its first event has waited so long, or it is full. */
      everySeconds: { returns: 'freely', type: 'integer', min: 5, max: 600, default: 60 },
      query: { returns: 'anew', type: 'text', max: 2_000 },
      language: { returns: 'freely', type: 'choice', options: ['en', 'ru', 'kk'], default: 'en' },
      disabled: { returns: 'anew', type: 'boolean', default: false },
      agreedBy: { returns: 'never', type: 'text', max: 200, internal: true },
    },
    leaves: null,
  },
});
