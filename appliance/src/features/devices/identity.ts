import type { EnrolDevice } from '@sallyport/bundle-tools/protocol/enrol';
import { cleanMacs, cleanSerial, cleanUuid } from '../../platform/hardware-identity.ts';
import type { Identity } from './types.ts';

/** The same bytes read in the other order: older firmware tables and newer ones disagree about the first three parts. */
export const swappedUuid = (uuid: string): string =>
  uuid.replace(
    /^(..)(..)(..)(..)-(..)(..)-(..)(..)-/,
    (_all, a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string) =>
      `${d}${c}${b}${a}-${f}${e}-${h}${g}-`,
  );

/** Whether two UUIDs name the same hardware. */
export const sameUuid = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && (a === b || swappedUuid(a) === b);

/** What a device claims about its hardware, without placeholders. */
export const toIdentity = (claim: Pick<EnrolDevice, 'uuid' | 'serial' | 'macs'>): Identity => ({
  uuid: cleanUuid(claim.uuid),
  serial: cleanSerial(claim.serial),
  macs: cleanMacs(claim.macs),
});
