import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '@sallyport/bundle-tools/archive/medium-errors';
import type { Medium } from './types.ts';

// What was plugged in and is not mounted: the script of the mount units (systemd/sallyport-media) leaves a file of the device's
// name that says why. Its lines are a code, the device that it is about, and what was found there.

/** Where the mount units say what they did not mount, and where the kernel says which devices there are. */
export type RefusedPlaces = { readonly refusedDir: string; readonly blockDir: string };

export const systemRefused: RefusedPlaces = { refusedDir: '/run/sallyport/refused', blockDir: '/sys/class/block' };

const codes: ReadonlySet<string> = new Set([
  'own-mounted',
  'own-listed',
  'own-swap',
  'own-volume',
  'file-system',
  'encrypted',
  'unmountable',
]);
const maxShown = 32;
const maxLetters = 200;

/** What `read` gives; nothing where there is no such file or folder. */
const present = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Devices that are there and were not mounted, each as a medium with the reason as its fault; at most 32. */
export const refusedDevices = ({ refusedDir, blockDir }: RefusedPlaces): Medium[] => {
  const names = present(() => readdirSync(refusedDir)) ?? [];
  if (names.length === 0) return [];
  const devices = new Set(present(() => readdirSync(blockDir)));
  return names
    .filter((name) => devices.has(name))
    .sort()
    .slice(0, maxShown)
    .flatMap((name): Medium[] => {
      const text = present(() => readFileSync(join(refusedDir, name), 'utf8'));
      if (text === undefined) return [];
      const [code = '', part = '', detail = ''] = text.split('\n').map((line) => line.slice(0, maxLetters));
      const path = `/dev/${name}`;
      const fault = codes.has(code) ? code : 'unknown';
      return [{ name, path, device: path, readOnly: false, writable: 'no', fault, found: { part, detail } }];
    });
};
