// Some devices, for one request: a byte for each device by its number, 1 for those that are in it. Bytes beyond the end are 0.

export type DeviceSet = Uint8Array;

/** The set of some devices; one may come several times. */
export function setOf(devices: ArrayLike<number>): DeviceSet {
  let most = -1;
  for (let at = 0; at < devices.length; at += 1) if ((devices[at] as number) > most) most = devices[at] as number;
  const set = new Uint8Array(most + 1);
  for (let at = 0; at < devices.length; at += 1) set[devices[at] as number] = 1;
  return set;
}

/** What is in any of the sets. */
export function anyOf(sets: readonly DeviceSet[]): DeviceSet {
  const all = new Uint8Array(Math.max(0, ...sets.map((set) => set.length)));
  for (const set of sets)
    for (let at = 0; at < set.length; at += 1) all[at] = (all[at] as number) | (set[at] as number);
  return all;
}

/** What is in all of the sets, of which there is at least one. */
export function allOf(sets: readonly DeviceSet[]): DeviceSet {
  const common = Uint8Array.from(sets.reduce((least, set) => (set.length < least.length ? set : least)));
  for (const set of sets)
    for (let at = 0; at < common.length; at += 1) common[at] = (common[at] as number) & (set[at] as number);
  return common;
}

/** What is in `set` and not in `other`. */
export function without(set: DeviceSet, other: DeviceSet): DeviceSet {
  const left = Uint8Array.from(set);
  const both = Math.min(set.length, other.length);
  for (let at = 0; at < both; at += 1) left[at] = (left[at] as number) & ~(other[at] as number);
  return left;
}

/** How many devices are in it. */
export function countOf(set: DeviceSet): number {
  let count = 0;
  for (let at = 0; at < set.length; at += 1) count += set[at] as number;
  return count;
}

/** Its devices, rising. */
export function numbersOf(set: DeviceSet): number[] {
  const devices: number[] = [];
  for (let at = set.indexOf(1); at >= 0; at = set.indexOf(1, at + 1)) devices.push(at);
  return devices;
}
