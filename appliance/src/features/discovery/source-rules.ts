import type { FieldErrors } from '../../platform/errors.ts';
import { parseRange } from '../../platform/ipv4-range.ts';
import { peerFaults } from '../../platform/named-peer.ts';
import { directoryPorts, touchablePorts } from '../../platform/outbound-rules.ts';
import { encodeFilter } from './ldap-filter.ts';

// What the entries of a directory and of an address range must fulfil together; the kinds' declarations use it.

type Body = Readonly<Record<string, unknown>>;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

const isFilter = (filter: string): boolean => {
  try {
    return encodeFilter(filter).length > 0;
  } catch {
    return false;
  }
};

/** Faults of a directory source. */
export const directorySourceFaults = (body: Body): FieldErrors => {
  const isPlain = body['security'] === 'plain';
  const faults = peerFaults(body, { secured: !isPlain });
  if (!directoryPorts.includes(Number(body['port'])))
    faults['port'] = { key: 'validation.network.ports', params: { ports: directoryPorts.join(', ') } };
  if (isPlain && body['acceptPlain'] !== true) faults['acceptPlain'] = { key: 'validation.network.acceptPlain' };
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
