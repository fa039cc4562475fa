import { isOfApt } from '@sallyport/bundle-tools/versions/ecosystem';
import type { UnfulfilledRow } from './types.ts';

// What the last answer could not bring, in words for commands, the API and `doctor`; pages have theirs in ui/src/exchange/not-filled.tsx.

const unread = 'nothing judges it until then';

const noSource: Readonly<Record<string, string>> = {
  suite:
    'add a source that has it on the host (source add apt), build the catalogue, answer the next request; devices look better than they are until then',
  newer:
    'add a source for the system on the host (source add apt), build the catalogue, answer the next request; devices look better than they are until then',
  unread:
    'nothing here can yet: no host reads its repositories; bring its updates as files (source add files on the host) or by other means; devices look better than they are until then',
  coverage: `add a feed about it on the host (source add osv), answer the next request; ${unread}`,
  advisory: 'the host has the feed no longer: add its source again; what it said before is kept and ages',
};

const byReason: Readonly<Record<string, string>> = {
  NO_SOURCE: 'add a source that has it on the host, answer the next request',
  FETCH_FAILED: 'its source could not be read: try again on the host, answer the next request',
  NOT_APPROVED: 'a catalogue waits for a curator on the host, or its antivirus refused it',
  NO_LICENCE: 'its licence has to be accepted on the host',
  TOO_LARGE: 'it is larger than the host may fetch',
  UNKNOWN: 'the host does not know it: see sallyport-bundle fulfil --json there',
};

/** What a person does about a wish that was not filled. */
export function nextAbout({ reason, kind }: Pick<UnfulfilledRow, 'reason' | 'kind'>): string {
  return (reason === 'NO_SOURCE' ? noSource[kind] : undefined) ?? byReason[reason] ?? '';
}

const isOfSystem = ({ reason, kind }: UnfulfilledRow): boolean =>
  reason === 'NO_SOURCE' && (kind === 'newer' || kind === 'suite');

/**
 * The wishes as they are shown: what no source had of a system whose repositories no host reads is one row (`unread`), by the
 * system, since there is one answer to all of it.
 */
export function shownUnfulfilled(rows: readonly UnfulfilledRow[]): UnfulfilledRow[] {
  const systems = new Map<string, UnfulfilledRow>();
  const others = rows.filter((row) => {
    const [system = ''] = row.want.split('/', 1);
    // A system is its ecosystem, a space, its architecture.
    if (!isOfSystem(row) || isOfApt(system.slice(0, system.lastIndexOf(' ')))) return true;
    const held = systems.get(system);
    const since = held !== undefined && held.since < row.since ? held.since : row.since;
    systems.set(system, { ...row, kind: 'unread', want: system, since });
    return false;
  });
  return [...others, ...systems.values()];
}

/** Most lines that a command or `doctor` says of them; updates by name are one. */
const shown = 20;

/** A line for each, those by name as one. */
export function unfulfilledLines(rows: readonly UnfulfilledRow[]): string[] {
  const listed = rows.filter(({ kind }) => kind !== 'update');
  const updates = rows.length - listed.length;
  return [
    ...listed
      .slice(0, shown)
      .map((row) => `${row.reason} ${row.kind} ${row.want}, since ${row.since.slice(0, 10)}: ${nextAbout(row)}`),
    ...(listed.length > shown ? [`and ${listed.length - shown} more`] : []),
    ...(updates > 0 ? [`${updates} updates by name: see sallyport update list --supply unfulfilled`] : []),
  ];
}
