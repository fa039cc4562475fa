/** JSON as GLPI agents write it: sorted, three spaces for each level, a space behind the colon, one value on each line. */
export const prettyJson = (value: unknown, level = 0): string => {
  const line = `\n${'   '.repeat(level + 1)}`;
  const end = `\n${'   '.repeat(level)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${value.map((one) => `${line}${prettyJson(one, level + 1)}`).join(',')}${end}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  if (members.length === 0) return '{}';
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, one]) => `${line}${JSON.stringify(key)}: ${prettyJson(one, level + 1)}`).join(',')}${end}}`;
};
