// Whether firmware that was read is at least the version that a patch brings. Vendors write "V2.9.4", "33.011", "2.9 SP1":
// what cannot be compared part by part stays unknown, and unknown opens no gate (OT ground rule 4).

export type Meets = 'yes' | 'no' | 'unknown';

const partsOf = (text: string): number[] | undefined => {
  const plain = text
    .trim()
    .replace(/^(?:v(?:er(?:sion)?)?\.?|fw|r|rev\.?)\s*(?=\d)/i, '')
    .trim();
  if (!/^\d{1,9}(?:\.\d{1,9}){0,7}$/.test(plain)) return undefined;
  return plain.split('.').map(Number);
};

/** The same text is enough; else numbers part by part. Fewer parts than are wanted decide only where they differ. */
export const meetsVersion = (read: string, wanted: string): Meets => {
  if (read.trim().toLowerCase() === wanted.trim().toLowerCase()) return 'yes';
  const [have, need] = [partsOf(read), partsOf(wanted)];
  if (have === undefined || need === undefined) return 'unknown';
  for (const [at, part] of need.entries()) {
    const own = have[at];
    if (own === undefined) return 'unknown';
    if (own !== part) return own > part ? 'yes' : 'no';
  }
  return 'yes';
};

/** Logix: the editor's major version is the firmware's (OT 7). Undefined where one of them cannot be read. */
export const fitsLogixTool = (tool: string, firmware: string): boolean | undefined => {
  const [editor, controller] = [partsOf(tool), partsOf(firmware)];
  return editor === undefined || controller === undefined ? undefined : editor[0] === controller[0];
};
