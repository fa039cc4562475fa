const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Fri Mar 04 10:00:00 2022`, without a zone, taken as UTC: the tool does not say where it ran. */
const ofTool = (text: string): number | undefined => {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/.exec(text);
  if (match === null) return undefined;
  const [, month = '', day, hour, minute, second, year] = match;
  const index = months.indexOf(month);
  return index === -1
    ? undefined
    : Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
};

/** The time that a file gives for itself, in milliseconds; undefined for none, for nonsense and for one yet to come. */
export const fileTime = (text: string | undefined, nowMs: number): number | undefined => {
  const trimmed = (text ?? '').trim();
  const found = /^\d{4}-\d{2}-\d{2}/.test(trimmed) ? Date.parse(trimmed) : ofTool(trimmed);
  return found === undefined || Number.isNaN(found) || found < 0 || found > nowMs ? undefined : Math.trunc(found);
};
