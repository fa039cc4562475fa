import { MAX_REPEAT_MS, MAX_WINDOW_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import { PROTOCOLS } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { FieldErrors } from '../../platform/errors.ts';

// What the fields of a job, of credentials and of a controller's own policy must fulfil together.

type Body = Readonly<Record<string, unknown>>;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');
const texts = (body: Body, name: string): readonly string[] =>
  Array.isArray(body[name]) ? (body[name] as readonly string[]) : [];
const isSet = (body: Body, name: string): boolean => body[name] === true;

/** `modbus/1502` in parts; undefined for anything else. */
export const portOverride = (written: string): { protocol: string; port: number } | undefined => {
  const found = /^([a-z0-9-]+)\/(\d{1,5})$/.exec(written);
  const port = Number(found?.[2]);
  const protocol = PROTOCOLS.find((one) => one === found?.[1]);
  return protocol === undefined || port < 1 || port > 65_535 ? undefined : { protocol, port };
};

const dayMs = 86_400_000;

const repeatFaults = (body: Body, from: number, until: number): FieldErrors => {
  const days = typeof body['repeatDays'] === 'number' ? body['repeatDays'] : 0;
  const end = Date.parse(text(body, 'repeatUntil'));
  if (days === 0) return Number.isNaN(end) ? {} : { repeatDays: { key: 'validation.required' } };
  const faults: FieldErrors = {};
  if (text(body, 'start') !== 'scheduled') faults['start'] = { key: 'validation.identify.repeatStart' };
  // Windows that touch would be one window without an end.
  if (days * dayMs <= until - from) faults['repeatDays'] = { key: 'validation.identify.repeatOverlap' };
  if (Number.isNaN(end)) faults['repeatUntil'] = { key: 'validation.required' };
  else if (end < until || end - from > MAX_REPEAT_MS)
    faults['repeatUntil'] = { key: 'validation.identify.repeatEnd', params: { n: MAX_REPEAT_MS / dayMs } };
  return faults;
};

/** Faults of a job. */
export const jobFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  const [from, until] = [Date.parse(text(body, 'from')), Date.parse(text(body, 'until'))];
  if (until <= from) faults['until'] = { key: 'validation.identify.order' };
  else if (until - from > MAX_WINDOW_MS)
    faults['until'] = { key: 'validation.identify.window', params: { n: MAX_WINDOW_MS / 86_400_000 } };
  Object.assign(faults, repeatFaults(body, from, until));
  if (texts(body, 'controllers').length === 0) faults['controllers'] = { key: 'validation.required' };
  else if (new Set(texts(body, 'controllers')).size < texts(body, 'controllers').length)
    faults['controllers'] = { key: 'validation.identify.twice' };
  if (texts(body, 'protocols').length === 0) faults['protocols'] = { key: 'validation.required' };
  if (!['identify', 'modules', 'details', 'mode'].some((name) => isSet(body, name)))
    faults['identify'] = { key: 'validation.identify.nothing' };
  const wrong = texts(body, 'ports').find((written) => portOverride(written) === undefined);
  if (wrong !== undefined) faults['ports'] = { key: 'validation.identify.port', params: { text: wrong.slice(0, 64) } };
  return faults;
};

/** Faults of credentials. */
export const credentialFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  const has = (name: string): boolean => text(body, name) !== '';
  if (!has('user') && !has('community')) faults['user'] = { key: 'validation.required' };
  const auth = text(body, 'authBy');
  const isAuth = auth === 'sha1' || auth === 'sha256';
  if (isAuth && text(body, 'authPassword').length < 8) faults['authPassword'] = { key: 'validation.identify.password' };
  if (has('privacyPassword') && !isAuth) faults['authBy'] = { key: 'validation.identify.privacy' };
  else if (has('privacyPassword') && text(body, 'privacyPassword').length < 8)
    faults['privacyPassword'] = { key: 'validation.identify.password' };
  return faults;
};

const timePattern = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Faults of a controller's own policy. */
export const devicePolicyFaults = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  const [from, until] = [text(body, 'queryFromTime'), text(body, 'queryUntilTime')];
  if (from !== '' && !timePattern.test(from)) faults['queryFromTime'] = { key: 'validation.format' };
  if (until !== '' && !timePattern.test(until)) faults['queryUntilTime'] = { key: 'validation.format' };
  if ((from === '') !== (until === ''))
    faults[from === '' ? 'queryFromTime' : 'queryUntilTime'] = { key: 'validation.network.bothTimes' };
  return faults;
};
