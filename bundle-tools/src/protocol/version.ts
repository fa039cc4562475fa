// On which version of their calls two sides agree, whichever is newer. Each caller says in `Sallyport-Protocol` which ones it
// speaks; the appliance takes the newest that it speaks too and names it in the same header of each answer. A caller that says
// nothing speaks version 1. Where there is none in common, the answer is VERSION (400) with what the appliance speaks, and an agent
// that is answered in a version that it does not speak ends the call with VERSION.

/** The versions that this release speaks. */
export const spokenVersions: readonly number[] = [1];

export const versionHeader = 'sallyport-protocol';

/** The header's value for what this release speaks. */
export const spokenText = spokenVersions.join(', ');

const maxOffered = 16;

/** The newest version that stands in a header and is spoken here; undefined for none, and for a header of another form. */
export function commonVersion(header: string | undefined, spoken = spokenVersions): number | undefined {
  const offered = (header ?? '1').split(',').map((part) => part.trim());
  if (offered.length > maxOffered || !offered.every((part) => /^[1-9]\d{0,3}$/.test(part))) return undefined;
  return offered
    .map(Number)
    .filter((version) => spoken.includes(version))
    .reduce<number | undefined>((best, version) => Math.max(best ?? 0, version), undefined);
}
