// Whether firmware that was read is at least the version that a patch brings. Vendors write "V2.9.4", "33.011", "2.9 SP1":
// what cannot be compared part by part stays unknown, and unknown opens no gate (OT ground rule 4).

type Meets = 'yes' | 'no' | 'unknown';

const partsOf = (text: string): number[] | undefined => {
  const plain = text
    .trim()
    .replace(/^(?:v(?:er(?:sion)?)?\.?|fw|r|rev\.?)\s*(?=\d)/i, '')
    .trim();
  if (!/^\d{1,9}(?:\.\d{1,9}){0,7}$/.test(plain)) return undefined;
  return plain.split('.').map(Number);
};

/**
 * Where firmware that was read stands to a version. Fewer parts than the version has decide only where they differ: "2.9"
 * may be before or after "2.9.4".
 */
export const versionOrder = (read: string, version: string): 'less' | 'equal' | 'greater' | 'unknown' => {
  if (read.trim() !== '' && read.trim().toLowerCase() === version.trim().toLowerCase()) return 'equal';
  const [have, need] = [partsOf(read), partsOf(version)];
  if (have === undefined || need === undefined) return 'unknown';
  for (const [at, part] of need.entries()) {
    const own = have[at];
    if (own === undefined) return 'unknown';
    if (own !== part) return own > part ? 'greater' : 'less';
  }
  return have.slice(need.length).some((part) => part > 0) ? 'greater' : 'equal';
};

/** Whether firmware that was read is at least a version. */
export const meetsVersion = (read: string, wanted: string): Meets => {
  const order = versionOrder(read, wanted);
  return order === 'unknown' ? 'unknown' : order === 'less' ? 'no' : 'yes';
};

/** Logix: the editor's major version is the firmware's (OT 7). Undefined where one of them cannot be read. */
export const fitsLogixTool = (tool: string, firmware: string): boolean | undefined => {
  const [editor, controller] = [partsOf(tool), partsOf(firmware)];
  return editor === undefined || controller === undefined ? undefined : editor[0] === controller[0];
};
