/** A wish that the last answer did not bring. */
export type NotFilledRow = {
  readonly reason: string;
  readonly kind: string;
  readonly want: string;
  readonly since: string;
};

const longestKey = 400;
const named: ReadonlySet<string> = new Set(['suite', 'newer', 'unread', 'coverage', 'advisory', 'firmware', 'product']);

const wantText = (want: string): string => want.replace('/', ': ').replace(/: \*$/, '');

const todoKey = ({ reason, kind }: Pick<NotFilledRow, 'reason' | 'kind'>): string => {
  if (reason !== 'NO_SOURCE') return `unfulfilled.todo.${reason}`;
  const of =
    kind === 'unread'
      ? 'unread'
      : kind === 'newer' || kind === 'suite'
        ? 'suite'
        : kind === 'coverage' || kind === 'advisory'
          ? 'coverage'
          : 'other';
  return `unfulfilled.todo.NO_SOURCE.${of}`;
};

/** A wish in printable ASCII without spaces. */
export const wantKey = ({ kind, want }: Pick<NotFilledRow, 'kind' | 'want'>): string =>
  `${kind}:${want}`.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, longestKey);

/** The words of a wish: keys of the catalogue, and the `want` that they name. */
export const notFilledWords = ({ reason, kind, want }: Pick<NotFilledRow, 'reason' | 'kind' | 'want'>) => ({
  want: wantText(named.has(kind) ? want : `${kind} ${want}`),
  what: `unfulfilled.kind.${named.has(kind) ? kind : 'other'}`,
  why: `unfulfilled.${reason}`,
  todo: todoKey({ reason, kind }),
});
