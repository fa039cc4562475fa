import { type Limiter, limiter } from '../../platform/limiter.ts';

/** Bodies of devices in work at once, of one source; each may hold 8 MiB as it came. */
const maxInWork = 48;
/** Of one device; an agent sends one after the other. */
const maxOfDevice = 4;

/** A body in work; nothing of a known device is ended for another's sake. */
export type Body = { readonly owner: string };

export type ReportPlaces = {
  take(device: number | string): Body | undefined;
  give(body: Body): void;
  /** Whether the device has no other report in work. */
  isAlone(device: number): boolean;
};

/** Bounds the reports of known devices in work, so that none of them can hold the source shut for the others. */
export function reportPlaces(): ReportPlaces {
  const places: Limiter<Body> = limiter({ most: () => maxInWork, mostOf: () => maxOfDevice });
  return {
    take: (device) => {
      const body = { owner: String(device) };
      return places.take(body) ? body : undefined;
    },
    give: places.give,
    isAlone: (device) => places.of(String(device)) === 1,
  };
}
