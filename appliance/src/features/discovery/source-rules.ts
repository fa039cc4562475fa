import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { FieldErrors } from '../../platform/errors.ts';
import { parseRange } from '../../platform/ipv4-range.ts';
import { directoryPorts, touchablePorts } from '../../platform/outbound-rules.ts';
import { encodeFilter } from './ldap-filter.ts';

// What the entries of a directory and of an address range must fulfil together; the kinds' declarations use it.

type Body = Readonly<Record<string, unknown>>;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

const isHost = (host: string): boolean =>
  isIP(host) !== 0 || (/^(?!.*\.\.)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host) && !/^[\d.]+$/.test(host));

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
};

const isFilter = (filter: string): boolean => {
  try {
    return encodeFilter(filter).length > 0;
  } catch {
    return false;
  }
};

/** A fingerprint as it is compared: 64 hex digits; undefined for what is none. */
export const plainFingerprint = (typed: string): string | undefined => {
  const hex = typed.replace(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
};

/** Faults of a directory source. */
export const directorySourceFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  const [ca, fingerprint] = [text(body, 'ca'), text(body, 'fingerprint')];
  if (!isHost(text(body, 'host'))) faults['host'] = { key: 'validation.network.host' };
  if (!directoryPorts.includes(Number(body['port'])))
    faults['port'] = { key: 'validation.network.ports', params: { ports: directoryPorts.join(', ') } };
  if (text(body, 'tlsName') !== '' && !isHost(text(body, 'tlsName')))
    faults['tlsName'] = { key: 'validation.network.host' };
  if (ca !== '' && !isCertificate(ca)) faults['ca'] = { key: 'validation.network.onePemOnly' };
  if (fingerprint !== '' && plainFingerprint(fingerprint) === undefined)
    faults['fingerprint'] = { key: 'validation.network.sha256' };
  if (body['security'] === 'plain') {
    if (body['acceptPlain'] !== true) faults['acceptPlain'] = { key: 'validation.network.acceptPlain' };
  } else if (ca === '' && fingerprint === '') faults['fingerprint'] = { key: 'validation.network.proof' };
  for (const name of ['userFilter', 'groupFilter', 'unitFilter', 'computerFilter']) {
    if (text(body, name) !== '' && !isFilter(text(body, name))) faults[name] = { key: 'validation.network.filter' };
  }
  return faults;
};

const timePattern = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Faults of an address range. */
export const addressRangeFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  if (parseRange(text(body, 'network')) === undefined) faults['network'] = { key: 'validation.network.cidr' };
  const ports = Array.isArray(body['ports']) ? (body['ports'] as string[]) : [];
  if (ports.some((port) => !touchablePorts.includes(Number(port))))
    faults['ports'] = { key: 'validation.network.ports', params: { ports: touchablePorts.join(', ') } };
  const [from, until] = [text(body, 'fromTime'), text(body, 'untilTime')];
  for (const [name, time] of [
    ['fromTime', from],
    ['untilTime', until],
  ] as const) {
    if (time !== '' && !timePattern.test(time)) faults[name] = { key: 'validation.format' };
  }
  if ((from === '') !== (until === ''))
    faults[from === '' ? 'fromTime' : 'untilTime'] = { key: 'validation.network.bothTimes' };
  if (body['enabled'] === true) {
    if (body['controllers'] === true) faults['enabled'] = { key: 'validation.network.controllers' };
    else if (ports.length === 0 && body['ping'] !== true)
      faults['ports'] ??= { key: 'validation.network.nothingToSend' };
  }
  return faults;
};
