import type { ObjectService } from './engine/objects/service.ts';
import type { DeviceService } from './features/devices/service.ts';
import type { EndingThings } from './features/exchange/clock.ts';

/** A kind lists at most so many objects at once. */
const most = 10_000;

/**
 * What ends after one time and not after another, in ms: shown to the person who agrees to a time that is in doubt. Each row of
 * test/architecture/clocks.test.ts that ends something a person gave is in one of these.
 */
export const endingBetween =
  ({ objects, devices }: { objects: ObjectService; devices: Pick<DeviceService, 'certificatesEnding'> }) =>
  (fromMs: number, toMs: number): readonly EndingThings[] => {
    const isBetween = (value: unknown): boolean => {
      const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return at > fromMs && at <= toMs;
    };
    return [
      {
        what: 'tokens',
        count: objects
          .list({ kind: 'token', limit: most })
          .rows.filter(({ body }) => body['disabled'] !== true && isBetween(body['expiresAt'])).length,
      },
      { what: 'device-certificates', count: devices.certificatesEnding(fromMs, toMs) },
      {
        what: 'risk-acceptances',
        count: objects
          .list({ kind: 'risk-acceptance', limit: most })
          .rows.filter(({ body }) => isBetween(body.expiresAt)).length,
      },
      {
        what: 'mitigations',
        count: objects.list({ kind: 'mitigation', limit: most }).rows.filter(({ body }) => isBetween(body.expiresAt))
          .length,
      },
      {
        what: 'identifications',
        count: objects
          .list({ kind: 'controller-identification', limit: most })
          .rows.filter(({ body }) => isBetween(body.until)).length,
      },
    ];
  };
