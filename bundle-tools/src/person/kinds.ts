import { resolve } from 'node:path';

// What a command does with a path that a person names. Each option and argument that names one says so in its declaration; the
// part that keeps the person's rights opens, lists and makes no more than that (docs/decisions/087-what-a-person-names.md).

/** Kinds that are opened with the person's rights. */
export type HandedKind =
  /** A file, or a folder with all below it: read. */
  | 'input'
  /** A key: read, or made where it is not there. */
  | 'key'
  /** A file to write, or a folder to write in; nothing that is there is replaced unless `--replace` is given. */
  | 'output'
  /** A folder that is carried between computers: read and written, files of this program replaced. */
  | 'medium';

/** Kinds that are not. */
type KeptKind =
  /** The data folder or the state that the command works on: opened by its owner alone. */
  | 'own'
  /** Of commands that change the system and run as root. */
  | 'system'
  /** Kept as text, and tried with the rights of the service that will read it. */
  | 'service'
  /** On another computer. */
  | 'elsewhere';

type PathKind = HandedKind | KeptKind;

/** `beside` has the names of what belongs to it in the same folder. */
export type PathUse = PathKind | { readonly kind: HandedKind; readonly beside: readonly string[] };

/** A path of the command line as it is handed over. */
export type Place = {
  readonly path: string;
  readonly kind: HandedKind;
  readonly beside?: readonly string[];
  /** The person's shell opened it: a pipe, or a terminal. */
  readonly isStream?: true;
};

const handed: ReadonlySet<PathKind> = new Set<HandedKind>(['input', 'key', 'output', 'medium']);

/** Names of a descriptor that the person's shell opened: a pipe, or a terminal. */
const isStream = (path: string): boolean =>
  path === '-' || /^\/(?:dev\/(?:std(?:in|out|err)|fd\/\d+)|proc\/self\/fd\/\d+)$/.test(path);

/** The place that a declared path stands for; undefined where it is not handed over. */
export const placeOf = (typed: string, use: PathUse): Place | undefined => {
  const { kind, beside } = typeof use === 'object' ? use : { kind: use, beside: undefined };
  if (!handed.has(kind)) return undefined;
  const path = resolve(typed);
  if (isStream(typed)) return { path, kind: kind as HandedKind, isStream: true };
  return { path, kind: kind as HandedKind, ...(beside === undefined ? {} : { beside }) };
};
