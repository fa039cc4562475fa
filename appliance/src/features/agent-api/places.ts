/** Reports in work at once; each may hold 8 MiB as it came. */
const maxInWork = 48;
/** Of one device; an agent sends one after the other. */
const maxOfDevice = 4;

export type ReportPlaces = {
  take(device: number): boolean;
  /** Whether the device has no other report in work. */
  isAlone(device: number): boolean;
  give(device: number): void;
};

/** Bounds the reports in work, so that no device can hold the door shut for the others. */
export const reportPlaces = (): ReportPlaces => {
  const byDevice = new Map<number, number>();
  let total = 0;
  return {
    take: (device) => {
      const own = byDevice.get(device) ?? 0;
      if (total >= maxInWork || own >= maxOfDevice) return false;
      total += 1;
      byDevice.set(device, own + 1);
      return true;
    },
    isAlone: (device) => byDevice.get(device) === 1,
    give: (device) => {
      total -= 1;
      const own = (byDevice.get(device) ?? 1) - 1;
      if (own === 0) byDevice.delete(device);
      else byDevice.set(device, own);
    },
  };
};
