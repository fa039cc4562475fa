// The names under which queries go out and come back. The revision rises when the questions change: an answer to older
// ones is not read as an answer to these.

export const inventoryRevision = 1;

type QueryName = { kind: 'inventory'; question: string } | { kind: 'live' | 'carve'; id: string };

export const inventoryName = (question: string): string => `sp:inv:${question}:${inventoryRevision}`;
export const liveName = (id: string): string => `sp:live:${id}`;
export const carveName = (id: string): string => `sp:carve:${id}`;

/** Whose name it is; undefined for a name that is not one of ours, or of other revision. */
export const readQueryName = (name: string): QueryName | undefined => {
  const match = /^sp:(inv|live|carve):([a-z0-9._-]{1,64})(?::(\d{1,6}))?$/.exec(name);
  if (match === null) return undefined;
  const [, kind, id = '', revision] = match;
  if (kind === 'inv') return Number(revision) === inventoryRevision ? { kind: 'inventory', question: id } : undefined;
  return revision === undefined ? { kind: kind === 'live' ? 'live' : 'carve', id } : undefined;
};
