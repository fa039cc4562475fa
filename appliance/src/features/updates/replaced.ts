import { FIRMWARE } from '@sallyport/bundle-tools/updates/sources/firmware';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { streamedPackage } from '@sallyport/bundle-tools/versions/module-stream';

// What a new catalogue says of an update that it does not list: something else in its place, or nothing. Nothing is no reason to
// forget it: a source that was taken away makes no device newer.

const placeOf = (update: Update): string => JSON.stringify([update.ecosystem, streamedPackage(update), update.arch]);

/**
 * Tells whether a catalogue has another version in the place of an update: of the same package in one of its suites, or of the same
 * product of a vendor. Firmware is handed over by people, who take a version back by taking it out of the folder.
 */
export function replacedBy(catalogue: readonly Update[]): (update: Update) => boolean {
  const suitesAt = new Map<string, Set<string>>();
  for (const update of catalogue) {
    const place = placeOf(update);
    const held = suitesAt.get(place) ?? new Set();
    for (const suite of update.suites) held.add(suite);
    suitesAt.set(place, held);
  }
  return (update) => {
    if (update.ecosystem === FIRMWARE) return true;
    const suites = suitesAt.get(placeOf(update));
    return suites !== undefined && (update.suites.length === 0 || update.suites.some((suite) => suites.has(suite)));
  };
}
