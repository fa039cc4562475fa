// Media: what is mounted where people put media, and what lies on it by its own word. Nothing on a medium is proven
// here; a bundle is proven by its import. The server never reads a medium itself: a process of its own does, in bounded
// time, so that a medium which hangs delays no request.
import type { SurveyedBundle, SurveyedFile } from '@sallyport/bundle-tools/media/survey-types';

/** A mounted medium, or a folder that an administrator named as one. */
export type Mount = {
  /** The last part of its path: what people know it by. */
  readonly name: string;
  readonly path: string;
  readonly label?: string;
  /** `vfat`, `exfat`, …; absent for a folder. */
  readonly fileSystem?: string;
  /** `/dev/sdb1`; absent for a folder. */
  readonly device?: string;
  readonly readOnly: boolean;
  /** `on-request`: it is mounted read-only and made writable for one export. */
  readonly writable: 'yes' | 'on-request' | 'no';
};

export type BundleOnMedium = SurveyedBundle & {
  readonly forThisSite: boolean;
  /** The number of the open request that it answers. */
  readonly answers?: number;
  /** The receipt of its import, when it is in force already or was. */
  readonly imported?: number;
  /** Volumes that do not lie here; empty while it is not known which ones do. */
  readonly missing: readonly number[];
};

type MediumContent = {
  readonly bundles: readonly BundleOnMedium[];
  readonly trustFiles: readonly BundleOnMedium[];
  readonly requests: readonly SurveyedFile[];
  readonly siteCards: readonly SurveyedFile[];
  readonly receipts: readonly SurveyedFile[];
  readonly damaged: ReadonlyArray<SurveyedFile & { readonly code: string }>;
  readonly unknown: readonly SurveyedFile[];
  readonly isComplete: boolean;
};

export type Medium = Mount & {
  readonly sizeBytes?: number;
  readonly freeBytes?: number;
  readonly content?: MediumContent;
  /**
   * Why there is no content: a code of the system (`EIO`), or `silent`, `stopped`, `too-much`, `unknown`. Of a device that was not
   * mounted: `own-mounted`, `own-listed`, `own-swap` (a disk of this computer itself), `own-volume`, `file-system`, `encrypted`, `unmountable`.
   */
  readonly fault?: string;
  /** Of a device that was not mounted: the part of its disk that the reason is about, and what was found there. */
  readonly found?: { readonly part: string; readonly detail: string };
};

export type MediaService = {
  /** What is mounted; touches no medium. */
  mounts(): Mount[];
  /** With what lies on each; one that has not answered after `waitMs` has a fault until it does. Last what was plugged in and is not mounted. */
  list(options?: { readonly waitMs?: number }): Promise<Medium[]>;
  /**
   * Runs `work` while the medium may be written. One that is mounted read-only is mounted anew for it and then read-only
   * again. Throws NOT_FOUND for a path that is no medium, MEDIUM_IO when it does not become writable.
   */
  withWritable<T>(path: string, work: (folder: string) => T | Promise<T>): Promise<T>;
};
