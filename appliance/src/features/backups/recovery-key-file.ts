import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { generateSealKey } from '@sallyport/bundle-tools/trust/keys';
import sodium from 'libsodium-wrappers';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { Shape } from '../../platform/shapes.ts';

// The recovery key as the appliance keeps it: the public half, and by what a person shows that the other half is at hand. Four of its
// sixteen groups are asked for; of them a keyed digest is kept, so that 192 bits stay unknown to who has all of the appliance.

const publicName = 'recovery.pub';
const stateName = 'recovery.state';

/** Groups of four hex digits in a recovery key, and how many are typed back. */
const groupCount = 16;
const askedGroups = 4;

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const position = z.int().min(1).max(groupCount);

/** A recovery key that was handed to a person: all that the appliance is told of it. */
export const preparedKey = z.strictObject({
  publicKey: hex64,
  /** Which groups are asked for, from 1, and these groups. */
  positions: z.array(position).length(askedGroups),
  groups: z.string().regex(/^[0-9a-f]{16}$/),
  /** They were typed back already. */
  confirmed: z.boolean(),
});
export type PreparedKey = Shape<typeof preparedKey>;

const recoveryState = z.strictObject({
  format: z.literal('sallyport-recovery/1'),
  publicKey: hex64,
  madeAt: z.int().min(0).nullable(),
  /** None where nothing was kept of it when it was made. */
  positions: z.array(position).max(askedGroups),
  check: hex64.nullable(),
  /** Backups before it are sealed to another key. */
  isRenewed: z.boolean(),
  confirmedAt: z.int().min(0).nullable(),
  /** One person has asked for a new key. */
  asked: z.strictObject({ at: z.int().min(0), by: z.string(), reason: z.string() }).nullable(),
});
export type RecoveryState = Shape<typeof recoveryState>;

/** 64 hex digits in fours, to be written down. */
const grouped = (hex: string): string => hex.replace(/(.{4})(?=.)/g, '$1-');

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Some of the groups of a key in hex. */
const groupsAt = (hex: string, positions: readonly number[]): string =>
  positions.map((at) => hex.slice((at - 1) * 4, at * 4)).join('');

/** Distinct places in rising order. */
const chosenPositions = (): number[] => {
  const left = Array.from({ length: groupCount }, (_, index) => index + 1);
  while (left.length > askedGroups) left.splice((randomBytes(1)[0] ?? 0) % left.length, 1);
  return left;
};

/** A new key: what a person gets, and what the appliance is told. */
export function newRecoveryKey(): { recoveryKey: string; prepared: PreparedKey } {
  const { publicKey, secretKey } = generateSealKey();
  const secret = hexOf(secretKey);
  const positions = chosenPositions();
  return {
    recoveryKey: grouped(secret),
    prepared: { publicKey: hexOf(publicKey), positions, groups: groupsAt(secret, positions), confirmed: false },
  };
}

/** Typed groups without what separates them. */
export const typedGroups = (text: string): string => text.replace(/[\s,-]/g, '').toLowerCase();

/** The public half of a whole key in hex; undefined for what is none. */
export const publicHalfOf = (hex: string): string | undefined =>
  /^[0-9a-f]{64}$/.test(hex)
    ? hexOf(sodium.crypto_scalarmult_base(new Uint8Array(Buffer.from(hex, 'hex'))))
    : undefined;

const checkOf = (keyring: Pick<Keyring, 'mac'>, publicKey: string, groups: string): string =>
  hexOf(keyring.mac('recovery-groups', Buffer.from(`${publicKey} ${groups}`)));

/** Whether these are the groups that are asked for. */
export const areGroups = (keyring: Pick<Keyring, 'mac'>, state: RecoveryState, typed: string): boolean =>
  state.check !== null && checkOf(keyring, state.publicKey, typed) === state.check;

/** What is known of the key that backups are sealed to. KEY. */
export function readRecoveryState(keyring: Pick<Keyring, 'hasFile' | 'readFile'>): RecoveryState {
  const publicKey = hexOf(keyring.readFile(publicName));
  if (keyring.hasFile(stateName)) {
    const parsed = recoveryState.safeParse(JSON.parse(Buffer.from(keyring.readFile(stateName)).toString('utf8')));
    if (!parsed.success) throw new AppError('KEY', `keys/${stateName} is damaged`);
    // Otherwise the power failed between the two files.
    if (parsed.data.publicKey === publicKey) return parsed.data;
  }
  return {
    format: 'sallyport-recovery/1',
    publicKey,
    madeAt: null,
    positions: [],
    check: null,
    isRenewed: false,
    confirmedAt: null,
    asked: null,
  };
}

/** Writes what is known of the key; the key itself stays. */
export const writeRecoveryState = (keyring: Pick<Keyring, 'writeFile'>, state: RecoveryState): void =>
  keyring.writeFile(stateName, Buffer.from(JSON.stringify(state)));

/** What the names of copies of objects end with that are sealed to this key; copies of a first key have no such end. */
export const copyTagOf = ({ isRenewed, publicKey }: RecoveryState): string => (isRenewed ? publicKey.slice(0, 16) : '');

/** From now on backups are sealed to this key. `isRenewed`: another one was before it. */
export function takeRecoveryKey(
  keyring: Pick<Keyring, 'mac' | 'writeFile'>,
  { publicKey, positions, groups, confirmed }: PreparedKey,
  { nowMs, isRenewed }: { nowMs: number; isRenewed: boolean },
): void {
  writeRecoveryState(keyring, {
    format: 'sallyport-recovery/1',
    publicKey,
    madeAt: nowMs,
    positions: [...positions],
    check: checkOf(keyring, publicKey, groups),
    isRenewed,
    confirmedAt: confirmed ? nowMs : null,
    asked: null,
  });
  keyring.writeFile(publicName, Buffer.from(publicKey, 'hex'));
}
