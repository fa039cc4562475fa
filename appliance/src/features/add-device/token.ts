import { isIP } from 'node:net';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { authorityFingerprint, siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, requireRight } from '../../engine/objects/types.ts';
import type { Config } from '../../platform/config.ts';
import { AppError } from '../../platform/errors.ts';
import { basicHash } from '../../platform/http/basic.ts';
import { type ServerRule, serverFault } from '../../platform/server-address.ts';
import type { CaService } from '../ca/types.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';
import type { ServerCertificateService } from '../server-certificate/service.ts';
import type { KitInput, TokenWishes } from './types.ts';

/** Makes an enrolment token; its secret is nowhere else than in the answer. */
export const makeToken = (
  objects: ObjectService,
  actor: Actor,
  wishes: TokenWishes,
  now: () => number,
): { id: string; secret: string } => {
  // A token is an object of the accounts, but what it opens is the devices'.
  requireRight(actor, 'devices:write');
  const secret = newTokenSecret(wishes.purpose);
  const { purpose, name, group, uses, lifeMs, approve, approveFrom, basic } = wishes;
  const token = objects.create(actor, 'token', {
    name: name ?? `${purpose} ${toTime(now())}`,
    purpose,
    hash: tokenHash(secret),
    approve,
    ...defined({ group, uses }),
    ...(lifeMs === undefined ? {} : { expiresAt: toTime(now() + lifeMs) }),
    ...(approveFrom === undefined || approveFrom.length === 0 ? {} : { approveFrom: [...approveFrom] }),
    ...(basic === undefined ? {} : { basicHash: basicHash(basic.user, basic.password) }),
  });
  return { id: token.id, secret };
};

/** What a client has to trust: our own agents the site's authority alone, others also that of the plant where the name is in its certificate. */
export const trustedBy = (
  { client, server }: Pick<KitInput, 'client' | 'server'>,
  ca: Pick<CaService, 'certificatePem'>,
  serverCertificate: Pick<ServerCertificateService, 'authorities'>,
): string =>
  client === 'agent'
    ? ca.certificatePem
    : serverCertificate.authorities(new URL(server).hostname.replace(/^\[|\]$/g, ''));

type Place = Pick<Config, 'addresses' | 'listen'>;

const urlOf = (host: string, { listen }: Place): string =>
  `https://${isIP(host) === 6 ? `[${host}]` : host}:${listen.port}`;

/** An address that devices elsewhere can use: an address that is not loopback, else a name. */
export const serverAddress = (place: Place): string => {
  const { addresses } = place;
  const isLoopback = (address: string): boolean =>
    address === 'localhost' || address === '::1' || address.startsWith('127.');
  const usable = addresses.filter((address) => !isLoopback(address));
  const host = usable.find((address) => isIP(address) === 4) ?? usable[0] ?? addresses[0] ?? 'localhost';
  return urlOf(host, place);
};

/** Every address that the certificate names, the most useful first. */
export const serverAddresses = (place: Place): string[] => [
  ...new Set([serverAddress(place), ...place.addresses.map((host) => urlOf(host, place))]),
];

/**
 * An address as it goes into settings of a client: USAGE for what is none and for a port that clients do not use, FORBIDDEN_ADDRESS for
 * one of a controller.
 */
export const checkServer = (text: string, rule: ServerRule): string => {
  const fault = serverFault(text, rule);
  if (fault === undefined) return text.replace(/\/$/, '');
  if (fault.what === 'form')
    throw new AppError('USAGE', `not an address like https://10.0.0.2:8443: ${text.slice(0, 200)}`);
  if (fault.what === 'controller-port')
    throw new AppError('USAGE', `controllers speak on port ${fault.port}: no client is sent there`);
  if (fault.what === 'port-not-agreed')
    throw new AppError(
      'USAGE',
      `clients use port ${rule.listens}, on which the server listens; for port ${fault.port} two persons agree to devices.agent-ports first`,
    );
  throw new AppError('FORBIDDEN_ADDRESS', `no client is sent to ${fault.address}: ${fault.because}`);
};

/** SHA-256 of the CA's certificate, as tools show it. */
export const caFingerprint = (ca: Pick<CaService, 'certificateDer'>): string => authorityFingerprint(ca.certificateDer);

/** What pins the CA and the trust root together; null while there is no root. */
export const fingerprintOf = (ca: Pick<CaService, 'certificateDer'>, root: Uint8Array | null): string | null =>
  root === null ? null : siteFingerprint(ca.certificateDer, root);
