import { AppError } from '../../platform/errors.ts';
import type { EventService } from '../events/service.ts';
import { rateLimit } from './rate-limit.ts';

// One refusal for all failures of authentication: the caller learns nothing about which part was wrong. The event has the
// reason; a flood of refusals becomes one event per address and reason in ten minutes.

export type Refusals = {
  /** The error to throw; RATE_LIMITED once the address has had too many refusals. */
  refuse(code: 'CERTIFICATE' | 'TOKEN', reason: string, from: string, device?: number): AppError;
  /** Whether the address may still try. */
  allows(from: string): boolean;
};

const quietMs = 10 * 60_000;
const maxRemembered = 10_000;

export const refusals = (parts: { events: EventService; clock: () => number; perMinute: number }): Refusals => {
  const limit = rateLimit({ perMinute: parts.perMinute, clock: parts.clock });
  const recorded = new Map<string, number>();

  const record = (reason: string, from: string, device?: number): void => {
    const key = `${from} ${reason} ${device ?? ''}`;
    const now = parts.clock();
    if (now - (recorded.get(key) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    recorded.delete(key);
    recorded.set(key, now);
    if (recorded.size > maxRemembered) {
      const oldest = recorded.keys().next();
      if (!oldest.done) recorded.delete(oldest.value);
    }
    parts.events.record('agent-refused', {
      ...(device === undefined ? {} : { device }),
      from,
      params: { reason, address: from },
    });
  };

  return {
    allows: (from) => limit.allows(from),
    refuse: (code, reason, from, device) => {
      const counted = limit.take(from);
      record(reason, from, device);
      return counted
        ? new AppError(code, 'refused')
        : new AppError('RATE_LIMITED', 'too many refusals', { retryAfterSeconds: 60 });
    },
  };
};
