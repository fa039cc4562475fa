import { BundleError } from '../errors.ts';

export type Entry = { name: string; size: number };

/** A run of an object's bytes in a file of its own. */
export type Piece = Entry & { offset: number };

/** Where a bundle's entries come from: a volume or an unpacked folder. Everything is read once, in order. */
export type BundleSource = {
  readonly kind: 'tar' | 'folder';
  /** The entry that comes next, by its own word; undefined where none does. Does not move on. */
  peek(): Promise<Entry | undefined>;
  /** Moves into the entry that `peek` showed. */
  enter(): Promise<Entry>;
  /** Moves into the entry that a signed list wants here. */
  expect(name: string, size: number): Promise<void>;
  /** The body of the entry that was entered, in pieces valid until the next is asked for. Ends with the padding checked. */
  body(): AsyncGenerator<Uint8Array>;
  /** True if an entry whose name fits comes later: tells a wrong order from an absent entry. */
  comesLater(fits: (name: string) => boolean): Promise<boolean>;
  /** Checks that here everything ends: the end marker and `volumeBytes`, or no file beside `names`. */
  finish(volumeBytes: number, names: ReadonlySet<string>): Promise<void>;
  /** True for a folder that says it is one of several portions: objects may be absent or lie there in pieces. */
  readonly isPortion: boolean;
  /** Whether an entry under `o/` of this name is there; known of a folder only. */
  has(name: string): boolean;
  /** Pieces of an object in a portion, by offset in bytes. */
  pieces(sha256: string): readonly Piece[];
  /** SHA-256 of the whole volume after `finish`; undefined for a folder. */
  digest(): string | undefined;
  close(): Promise<void>;
};

/** Reads the body of the entered entry into memory. */
export const readBody = async (source: BundleSource, size: number): Promise<Uint8Array> => {
  const whole = Buffer.alloc(size);
  let at = 0;
  for await (const piece of source.body()) {
    whole.set(piece, at);
    at += piece.length;
  }
  if (at !== size) throw new BundleError('INTERNAL', `read ${at} of ${size} bytes`);
  return whole;
};
