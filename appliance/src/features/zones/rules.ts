import { isIP } from 'node:net';
import type { FieldErrors } from '../../platform/errors.ts';

// What the fields of a zone and of a conduit must fulfil together; the kinds' declarations use it.

type Body = Readonly<Record<string, unknown>>;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');
const list = (body: Body, name: string): readonly string[] =>
  Array.isArray(body[name]) ? (body[name] as readonly string[]) : [];

const timePattern = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A network in CIDR form: `10.1.3.0/24`, `fd00:3::/64`. */
export const isPrefix = (written: string): boolean => {
  const [address = '', bits = '', ...rest] = written.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    !address.includes('%') &&
    rest.length === 0 &&
    /^(0|[1-9]\d{0,2})$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
};

/** What the policy of a zone lets its switches be; the switch of the mode belongs to the details. */
const switchesOf: Readonly<Record<string, readonly string[]>> = {
  never: [],
  passive: [],
  identify: ['queryIdentify', 'queryModules'],
  details: ['queryIdentify', 'queryModules', 'queryDetails', 'queryMode'],
};
const switches = ['queryIdentify', 'queryModules', 'queryDetails', 'queryMode'] as const;

/** Faults of a zone. */
export const zoneFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  const wrong = list(body, 'prefixes').find((prefix) => !isPrefix(prefix.trim()));
  if (wrong !== undefined)
    faults['prefixes'] = { key: 'validation.zones.prefix', params: { text: wrong.slice(0, 64) } };
  const [from, until] = [text(body, 'queryFromTime'), text(body, 'queryUntilTime')];
  for (const [name, time] of [
    ['queryFromTime', from],
    ['queryUntilTime', until],
  ] as const) {
    if (time !== '' && !timePattern.test(time)) faults[name] = { key: 'validation.format' };
  }
  if ((from === '') !== (until === ''))
    faults[from === '' ? 'queryFromTime' : 'queryUntilTime'] = { key: 'validation.network.bothTimes' };
  const allowed = switchesOf[text(body, 'queryPolicy')] ?? [];
  for (const name of switches) {
    if (text(body, name) !== '' && text(body, name) !== 'off' && !allowed.includes(name))
      faults[name] = { key: 'validation.zones.switch' };
  }
  if (allowed.length > 0 && list(body, 'prefixes').length === 0)
    faults['prefixes'] ??= { key: 'validation.zones.noPrefix' };
  return faults;
};

/** Faults of a conduit. */
export const conduitFaults = (body: Body): FieldErrors =>
  text(body, 'from') !== '' && body['from'] === body['to'] ? { to: { key: 'validation.zones.same' } } : {};
