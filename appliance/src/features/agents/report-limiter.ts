import { type Limiter, limiter } from '../../platform/limiter.ts';

/** Bodies of devices in work at once, at one entry point; each may hold 8 MiB as it came. */
const maxInWork = 48;
/** Of one device; an agent sends one after the other. */
const maxOfDevice = 4;

/** A body in work; nothing of a known device is ended for another's sake. */
export type Body = { readonly owner: string };

export type ReportLimiter = {
  take(device: number | string): Body | undefined;
  give(body: Body): void;
  /** Whether the device has no other report in work. */
  isAlone(device: number): boolean;
};

/** Bounds the reports of known devices in work, so that none of them can keep the entry point shut for the others. */
export function reportLimiter(): ReportLimiter {
  const bodies: Limiter<Body> = limiter({ most: () => maxInWork, mostOf: () => maxOfDevice });
  return {
    take: (device) => {
      const body = { owner: String(device) };
      return bodies.take(body) ? body : undefined;
    },
    give: bodies.give,
    isAlone: (device) => bodies.of(String(device)) === 1,
  };
}
