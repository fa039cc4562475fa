// How names of products are compared: a model as a device says it, and a product name as an advisory writes it.

/** One spelling: lower case, no brackets that say nothing, single blanks. */
const nameKey = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((?:incl|all versions|discontinued)[^)]*(?:\)|$)/g, ' ')
    .replace(/[®™©]/g, '')
    .replace(
      /\b(?:series|family|families|controllers?|plcs?|devices?|firmware|with firmware|software|all versions|versions?)\b/g,
      ' ',
    )
    .replace(/\bet 200/g, 'et200')
    .replace(/[^a-z0-9!+/*.-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** A code without the blanks and marks that people put into it: `MELSEC Q Q04 UDVCPU` holds `q04udvcpu`. */
export const codeKey = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s_]+/g, '');

// Product lines that a device's own model leaves out.
const lines =
  /^(?:siemens |rockwell automation |allen-bradley |mitsubishi electric |schneider electric |abb |omron |wago |phoenix contact |moxa |honeywell |yokogawa |emerson |hitachi energy )?(?:simatic |siplus |siplus net |melsec |modicon |sysmac )?(?:s7-(?:200|300|400|1200|1500) |et200(?:sp|s|pro|m|mp|al) |iq-[rfl] |q |l |-[qlf] )?/;

/** The spellings by which one product name may be known: whole, and without its line. */
export const nameKeys = (name: string): string[] => {
  const whole = nameKey(name);
  const bare = nameKey(name.replace(/\([^)]*(?:\)|$)/g, ' '));
  const short = bare.replace(lines, '').replace(/^cpu (?=\d{3,4}[a-z]*-)/, '');
  const keys = [whole, bare].filter((key) => key.length >= 3 && /[a-z]/.test(key));
  // Without its line a name must still hold a number, or it would be any CPU.
  return [...new Set(short.length >= 3 && /\d/.test(short) ? [...keys, short] : keys)];
};

/** Words and numbers of a name, for likeness. */
export const nameTokens = (name: string): string[] =>
  [...new Set(nameKey(name).match(/[a-z]+|\d+/g) ?? [])].slice(0, 40);
