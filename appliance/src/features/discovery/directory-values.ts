// Values of directories that are no text: identities and times of Active Directory, times of LDAP, days of shadow files.

/** `S-1-5-21-…` from its binary form; undefined for what is none. */
export const sidText = (bytes: Uint8Array): string | undefined => {
  const view = Buffer.from(bytes);
  const count = view[1] ?? 0;
  if (view.length !== 8 + count * 4 || view[0] !== 1 || count > 15) return undefined;
  const authority = view.readUIntBE(2, 6);
  const parts = Array.from({ length: count }, (_, at) => view.readUInt32LE(8 + at * 4));
  return ['S', 1, authority, ...parts].join('-');
};

/** The text form of an objectGUID, whose first three parts are little-endian. */
export const guidText = (bytes: Uint8Array): string | undefined => {
  const view = Buffer.from(bytes);
  if (view.length !== 16) return undefined;
  const hex = (part: Buffer): string => part.toString('hex');
  return [
    hex(Buffer.from(view.subarray(0, 4)).reverse()),
    hex(Buffer.from(view.subarray(4, 6)).reverse()),
    hex(Buffer.from(view.subarray(6, 8)).reverse()),
    hex(view.subarray(8, 10)),
    hex(view.subarray(10)),
  ].join('-');
};

const epochDifferenceMs = 11_644_473_600_000n;
const never = 0x7fffffffffffffffn;

const isoOf = (ms: number): string | undefined =>
  // The years that a time of four digits has.
  ms > -62_135_596_800_000 && ms < 253_402_300_800_000
    ? new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
    : undefined;

/** 100 ns steps since 1601 as ISO time; undefined for 0 and for “never”. */
export const filetime = (text: string | undefined): string | undefined => {
  if (text === undefined || !/^\d{1,19}$/.test(text)) return undefined;
  const ticks = BigInt(text);
  if (ticks === 0n || ticks >= never) return undefined;
  return isoOf(Number(ticks / 10_000n - epochDifferenceMs));
};

/** GeneralizedTime (RFC 4517, 3.3.13) as ISO time. */
export const generalizedTime = (text: string | undefined): string | undefined => {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute = '00', second = '00', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3, 5) || '00'}`;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}${offset}`);
  return Number.isNaN(ms) ? undefined : isoOf(ms);
};

/** Days since 1970, as shadow entries count. */
export const shadowDay = (days: number | undefined): string | undefined =>
  days === undefined || days < 1 || days > 100_000 ? undefined : isoOf(days * 86_400_000);

/** A time without its hours: what a directory renews now and then must not look like a change each time. */
export const dayOf = (iso: string | undefined): string | undefined => iso && `${iso.slice(0, 10)}T00:00:00Z`;

// userAccountControl (Microsoft, AD DS schema).
export const accountControl = {
  disabled: 0x2,
  lockout: 0x10,
  passwordNotRequired: 0x20,
  passwordNeverExpires: 0x10000,
  trustedForDelegation: 0x80000,
  smartcardRequired: 0x40000,
  noPreauthentication: 0x400000,
} as const;

const groupScope: Readonly<Record<number, string>> = { 2: 'global', 4: 'domain-local', 8: 'universal' };

/** What a groupType says: scope, and whether it gives rights or only takes mail. */
export const groupKind = (type: number | undefined): string | undefined => {
  if (type === undefined) return undefined;
  const bits = type >>> 0;
  const scope = [2, 4, 8].find((bit) => (bits & bit) !== 0);
  const purpose = (bits & 0x80000000) !== 0 ? 'security' : 'distribution';
  return scope === undefined ? purpose : `${purpose}-${groupScope[scope]}`;
};
