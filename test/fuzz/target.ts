import { AppError } from '@sallyport/appliance/platform/errors';
import { BundleError } from '@sallyport/bundle-tools/errors';

/** One parser of bytes from outside, as the fuzzer calls it. */
export type FuzzTarget = {
  name: string;
  /** Returns for bytes that are taken and throws a refusal for others; anything else that it throws is a finding. */
  run(data: Buffer): unknown;
  /** Inputs to begin with; those that are taken lead deepest. */
  seeds(): Iterable<Uint8Array | string> | Promise<Iterable<Uint8Array | string>>;
  /** Words of the format that chance would take long to find. */
  words?: readonly string[];
  maxBytes?: number;
  /** Repeats a piece of the input many times, which shows work that grows faster than the input. Off where size is bounded. */
  stretch?: false;
};

export const defaultMaxBytes = 4_096;

/** Whether a parser may answer with this: its own error with a closed code, and not the one that means a defect. */
export const isRefusal = (error: unknown): boolean =>
  (error instanceof BundleError || error instanceof AppError) && error.code !== 'INTERNAL';

/** Fails when a law of the format does not hold; a finding like any other. */
export const demand = (holds: boolean, law: string): void => {
  if (!holds) throw new Error(`law broken: ${law}`);
};

/** Runs one input; resolves to whether it was taken. Throws findings. */
export const runInput = (target: FuzzTarget, data: Buffer): boolean | Promise<boolean> => {
  const refused = (error: unknown): false => {
    if (isRefusal(error)) return false;
    throw error;
  };
  try {
    const result = target.run(data);
    return result instanceof Promise
      ? result.then(
          () => true,
          (error: unknown) => refused(error),
        )
      : true;
  } catch (error) {
    return refused(error);
  }
};

const stretchMark = 0xff;
const maxStretchedBytes = 128 * 1024;

/**
 * An input that begins with 0xff and five more bytes says how to stretch what follows: 256 x n repeats of a piece of it.
 */
export const stretched = (data: Buffer): Buffer => {
  if (data.length < 8 || data[0] !== stretchMark) return data;
  const rest = data.subarray(6);
  const at = data.readUInt16LE(1) % rest.length;
  const piece = rest.subarray(at, at + 1 + ((data[3] ?? 0) % 64));
  const count = Math.min(((data[4] ?? 0) + 1) * 256, Math.floor(maxStretchedBytes / piece.length));
  const middle = Buffer.alloc(piece.length * count, piece);
  return Buffer.concat([rest.subarray(0, at), middle, rest.subarray(at)]);
};
