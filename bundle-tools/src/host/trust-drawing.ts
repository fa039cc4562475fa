import { daysUntil, lifetimeDays } from './lifetimes.ts';
import { fulfilOf, roleKeysOf } from './role-keys.ts';
import { type Published, toPublished } from './trust-files.ts';

// Who holds what and for how long, as a tree for a terminal; the host and the appliance draw the same.

type TrustRole = 'root' | 'targets' | 'snapshot' | 'timestamp' | 'fulfil';

/** One role: its keys, how many of them must sign, and how long its present file lives. */
export type DrawnRole = {
  readonly role: TrustRole;
  readonly threshold: number;
  readonly keys: ReadonlyArray<{ readonly keyid: string; readonly label?: string }>;
  /** Absent for `fulfil`, which is part of the targets, and for a role whose file is not there. */
  readonly file?: { readonly version: number; readonly expires: string; readonly daysLeft: number };
};

/** What is in force, or would be. */
type TrustFiles = Partial<Readonly<Record<'targets' | 'snapshot' | 'timestamp', Published>>> & {
  readonly root: Published;
};

/** The roles of a chain of trust. */
export const rolesIn = (
  files: TrustFiles,
  atMs: number,
  labels: ReadonlyMap<string, string> = new Map(),
): ReadonlyArray<DrawnRole> => {
  const named = (keyids: ReadonlyArray<string>): DrawnRole['keys'] =>
    keyids.map((keyid) => {
      const label = labels.get(keyid);
      return label === undefined ? { keyid } : { keyid, label };
    });
  const own = (['root', 'targets', 'snapshot', 'timestamp'] as const).map((role): DrawnRole => {
    const { keyids, threshold } = roleKeysOf(files.root, role);
    const file = files[role];
    return {
      role,
      threshold,
      keys: named(keyids),
      ...(file === undefined
        ? {}
        : {
            file: {
              version: file.version,
              expires: file.described.expires,
              daysLeft: daysUntil(file.described.expires, atMs),
            },
          }),
    };
  });
  if (files.targets === undefined) return own;
  const { keyids, threshold } = fulfilOf(files.targets.described.signed);
  return [...own, { role: 'fulfil', threshold, keys: named(keyids) }];
};

/** The same from files as they are stored. */
export const rolesInFiles = (
  files: { readonly root: Uint8Array } & Partial<
    Readonly<Record<'targets' | 'snapshot' | 'timestamp', Uint8Array | undefined>>
  >,
  atMs: number,
): ReadonlyArray<DrawnRole> => {
  const { root, ...others } = files;
  const read = Object.entries(others).flatMap(([role, bytes]) =>
    bytes === undefined ? [] : [[role, toPublished(bytes)] as const],
  );
  return rolesIn({ root: toPublished(root), ...Object.fromEntries(read) }, atMs);
};

const barCells = 20;
const shownDigits = 16;
const factColumn = 24;

const bar = (daysLeft: number, ofDays: number): string => {
  const filled = Math.max(0, Math.min(barCells, Math.ceil((daysLeft / ofDays) * barCells)));
  return '█'.repeat(filled) + '░'.repeat(barCells - filled);
};

const factsOf = ({ role, threshold, keys, file }: DrawnRole): string => {
  const held = `${threshold} of ${keys.length}`.padEnd(8);
  if (role === 'fulfil') return `${held} as long as targets`;
  if (file === undefined) return `${held} not there yet`;
  const { expires, daysLeft } = file;
  const left = daysLeft < 0 ? `expired ${expires}` : `${daysLeft} days, until ${expires.slice(0, 10)}`;
  return `${held} ${bar(daysLeft, lifetimeDays[role])}  ${left}`;
};

const childrenOf: Readonly<Record<TrustRole, ReadonlyArray<TrustRole>>> = {
  root: ['targets', 'snapshot', 'timestamp'],
  targets: ['fulfil'],
  snapshot: [],
  timestamp: [],
  fulfil: [],
};

/** Draws the roles as a tree: who delegates to whom, who holds the keys, how long each file is good for. */
export const drawTrust = (roles: ReadonlyArray<DrawnRole>): ReadonlyArray<string> => {
  const byName = new Map(roles.map((role) => [role.role, role]));
  const draw = (role: DrawnRole, head: string, below: string): string[] => {
    const children = childrenOf[role.role].flatMap((name) => byName.get(name) ?? []);
    const title = `${head}${role.role}${role.file === undefined ? '' : ` ${role.file.version}`}`;
    const stem = `${below}${children.length > 0 ? '│' : ' '}    `;
    return [
      `${title.padEnd(factColumn)} ${factsOf(role)}`,
      ...role.keys.map(({ keyid, label }) =>
        `${stem}${keyid.slice(0, shownDigits)}${label === undefined ? '' : `  ${label}`}`.trimEnd(),
      ),
      ...children.flatMap((child, at) => {
        const isLast = at === children.length - 1;
        return draw(child, `${below}${isLast ? '└─' : '├─'} `, `${below}${isLast ? '  ' : '│ '} `);
      }),
    ];
  };
  const root = byName.get('root');
  return root === undefined ? [] : draw(root, '', '');
};
