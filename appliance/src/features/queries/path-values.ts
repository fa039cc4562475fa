// Which paths a live query may name. Windows takes a path for the name of another computer or of a device by how it begins, and
// opens a connection or the device; so a path is taken only in the forms that cannot.

/** Why a query is refused for a value; the codes of the words that people read. */
export type ValueFault =
  | 'computer'
  | 'device'
  | 'relative'
  | 'dots'
  | 'wildcard'
  | 'top'
  | 'depth'
  | 'literal'
  | 'flat'
  | 'width'
  | 'growth'
  | 'pattern'
  | 'repeat';

/** At most so many levels of a path may be patterns. */
export const maxWalkLevels = 4;

/** Folders in which systems mount another computer when its name is said. */
const mounted = /^\/+(?:system\/volumes\/data\/+)?(?:net|network|afs)(?:\/|$)/i;

/** What Windows opens as a device in whatever folder it stands, also with an ending, a stream or spaces behind it. */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:[.:].*)?$/i;

const rooted = /^(?:\/(?!\/|\?)|[a-z]:\/)/i;

/** Whether a text begins as the name of another computer or of a device, however the strokes lean. */
export const namesComputer = (text: string): boolean => {
  const path = text.trim().replaceAll('\\', '/');
  return (
    path.startsWith('//') || path.startsWith('/??/') || mounted.test(path) || /^[a-z][a-z0-9+.-]+:\/\//i.test(path)
  );
};

/** Why a path is not taken; undefined for one of this computer's own files and folders. */
export function pathFault(text: string): ValueFault | undefined {
  if (namesComputer(text)) return 'computer';
  // A single leading backslash also begins names of the kernel.
  if (text.startsWith('\\') || /[\u0000-\u001f]/.test(text)) return 'device';
  const path = text.replaceAll('\\', '/');
  if (!rooted.test(path)) return 'relative';
  const parts = path.split('/');
  if (parts.some((part) => /^\s*\.{1,2}[\s.]*$/.test(part))) return 'dots';
  return parts.some((part) => deviceName.test(part)) ? 'device' : undefined;
}

/** Why a pattern of LIKE is not taken: it is walked from its first wildcard on. */
export function walkFault(text: string): ValueFault | undefined {
  const fault = pathFault(text);
  if (fault !== undefined) return fault;
  // The client hands what is no `%` to the pattern language of its system, where two stars go down without an end.
  if (/[*?[\]{}<>"|]/.test(text)) return 'wildcard';
  if (!text.includes('%')) return undefined;
  if (text.includes('%%')) return 'depth';
  const parts = text.replaceAll('\\', '/').split('/');
  const first = parts.findIndex((part) => part.includes('%'));
  const named = parts.slice(0, first).filter((part) => part !== '' && !/^[a-z]:$/i.test(part));
  if (named.length === 0) return 'top';
  return parts.filter((part) => part.includes('%')).length > maxWalkLevels ? 'depth' : undefined;
}
