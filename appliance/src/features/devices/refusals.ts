import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError } from '../../platform/errors.ts';
import { firstIn, rateLimit } from '../../platform/rate-limit.ts';
import type { CallNotes } from './call-notes.ts';
import { heldWords } from './types.ts';

// One refusal for all failures of authentication: the caller learns nothing about which part was wrong. The event has the
// reason; a flood of refusals becomes one event per address and reason in ten minutes.

export type Refusals = {
  /** The error to throw; RATE_LIMITED once the address has had too many refusals. */
  refuse(code: 'CERTIFICATE' | 'TOKEN', reason: string, from: string, device?: number): AppError;
  /**
   * What who proved the key of a certificate of ours, or the secret of a token, is told: it learns no more than its own. It does
   * not count, or a device that comes back would close the door for those beside it.
   */
  tell(code: 'CERTIFICATE_ENDED' | 'DEVICE_REVOKED', from: string, device: number): AppError;
  tell(code: 'TOKEN_HELD', from: string): AppError;
  /** Whether the address may still try. */
  allows(from: string): boolean;
};

const eventOf = { CERTIFICATE: 'certificate-refused', TOKEN: 'enrolment-refused' } as const;
const told = {
  CERTIFICATE_ENDED: {
    event: 'certificate-refused',
    reason: 'expired',
    words: 'the certificate of this device ended: sallyport-agent enrol --again asks for another one',
  },
  DEVICE_REVOKED: {
    event: 'enrolment-refused',
    reason: 'device-revoked',
    words: 'an administrator revoked this device: it comes in again only as a new one, with a new token',
  },
  TOKEN_HELD: { event: 'enrolment-refused', reason: 'token-held', words: heldWords },
} as const;

/** Counts refusals per address and writes their reasons into the journal. */
export const refusals = (parts: {
  events: Pick<CallNotes, 'record'>;
  clock: () => number;
  perMinute: number;
}): Refusals => {
  const limit = rateLimit({ perMinute: parts.perMinute, clock: parts.clock });
  const quiet = firstIn({ ms: 10 * 60_000, clock: parts.clock });
  return {
    allows: (from) => limit.allows(from),
    tell: (code: keyof typeof told, from: string, device?: number) => {
      const { event, reason, words } = told[code];
      if (quiet.first(`${from} ${reason} ${device ?? ''}`))
        parts.events.record(event, { from, params: { reason }, ...defined({ device }) });
      return new AppError(code, words);
    },
    refuse: (code, reason, from, device) => {
      const counted = limit.take(from);
      if (quiet.first(`${from} ${reason} ${device ?? ''}`)) {
        parts.events.record(eventOf[code], { from, params: { reason }, ...defined({ device }) });
      }
      return counted
        ? new AppError(code, 'refused')
        : new AppError('RATE_LIMITED', 'too many refusals', { retryAfterSeconds: 60 });
    },
  };
};
