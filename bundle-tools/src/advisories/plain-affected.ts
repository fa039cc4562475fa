import { type Affected, AffectedSchema, MAX_AFFECTED, MAX_RANGES, MAX_VERSIONS } from './advisory.ts';

// Nearly all of an advisory is what it affects, in a shape that is checked a million times in an import. What this file says
// yes to, the schema would; what it says no to, the schema decides, and says why.

const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const isHex = (code: number): boolean => (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);

const isKey = (value: unknown): boolean => {
  if (typeof value !== 'string' || value.length > 4_096 || value.length % 2 !== 0) return false;
  for (let at = 0; at < value.length; at += 1) if (!isHex(value.charCodeAt(at))) return false;
  return true;
};

const isRange = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const range = value as Record<string, unknown>;
  let needed = 0;
  for (const name in range)
    switch (name) {
      case 'lo':
      case 'hi':
        if (!isKey(range[name])) return false;
        needed += 1;
        break;
      case 'comparable':
        if (typeof range[name] !== 'boolean') return false;
        needed += 1;
        break;
      case 'introduced':
      case 'fixed':
      case 'last_affected':
        if (!isText(range[name], 1_000)) return false;
        break;
      default:
        return false;
    }
  return needed === 3;
};

const isList = (value: unknown, most: number, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= most && value.every(isOne);

const isVersion = (value: unknown): boolean => isText(value, 1_000);

const isAffected = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const affected = value as Record<string, unknown>;
  let needed = 0;
  for (const name in affected)
    switch (name) {
      case 'ecosystem':
        if (!isText(affected[name], 100)) return false;
        needed += 1;
        break;
      case 'package':
        if (!isText(affected[name], 500)) return false;
        needed += 1;
        break;
      case 'ranges':
        if (!isList(affected[name], MAX_RANGES, isRange)) return false;
        needed += 1;
        break;
      case 'versions':
        if (!isList(affected[name], MAX_VERSIONS, isVersion)) return false;
        needed += 1;
        break;
      case 'qualifiers':
        if (!AffectedSchema.shape.qualifiers.safeParse(affected[name]).success) return false;
        break;
      default:
        return false;
    }
  return needed === 4;
};

/** Whether JSON that was just parsed certainly is a list of what an advisory affects. */
export const isPlainAffected = (value: unknown): value is Affected[] => isList(value, MAX_AFFECTED, isAffected);
