import { target } from 'sallyport:target';
import { defaultMaxBytes, runInput, stretched } from './target.ts';

// What the fuzzer loads: one target, with a look at the memory that is still held between inputs.

const sampleMs = 10_000;
/** Caches fill up first; after that the heap that is left by a full collection must not rise. */
const warmUpSamples = 3;
const maxGrowthBytes = 48 * 1024 * 1024;

let lastSample = Date.now();
const heaps: number[] = [];

const watchMemory = (): void => {
  const now = Date.now();
  if (now - lastSample < sampleMs) return;
  lastSample = now;
  globalThis.gc?.();
  heaps.push(process.memoryUsage().heapUsed);
  const settled = heaps.slice(warmUpSamples);
  const [first] = settled;
  if (first === undefined || settled.length < 4) return;
  // The smallest of the last three: one sample may hold what is on its way out.
  if (Math.min(...settled.slice(-3)) - first > maxGrowthBytes)
    throw new Error(`memory grew: heap after collection ${settled.join(', ')} bytes`);
};

/** Called by the fuzzer with each input. */
export const fuzz = (data: Buffer): undefined | Promise<void> => {
  watchMemory();
  const input = Buffer.from(
    target.stretch === false ? data.subarray(0, target.maxBytes ?? defaultMaxBytes) : stretched(data),
  );
  const taken = runInput(target, input);
  return taken instanceof Promise ? taken.then(() => undefined) : undefined;
};
