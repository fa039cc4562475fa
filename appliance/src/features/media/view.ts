import type { BundleOnMediumView, MediumView } from '@sallyport/ui/components/media-list.tsx';
import type { BundleOnMedium, Medium } from './types.ts';

const bundleView = (bundle: BundleOnMedium): BundleOnMediumView => ({
  path: bundle.here[0]?.path ?? '',
  names: bundle.here.map(({ name }) => name),
  seq: bundle.seq,
  issuedAt: bundle.issuedAt,
  site: bundle.site,
  forSite: bundle.site === '*' ? 'any' : bundle.forThisSite ? 'this' : 'other',
  answers: bundle.answers,
  imported: bundle.imported,
  volumes: bundle.volumes,
  here: bundle.here.length,
  missing: bundle.missing,
  sizeFits: bundle.here.every(({ sizeFits }) => sizeFits),
  bytes: bundle.here.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
});

const names = (files: ReadonlyArray<{ readonly name: string }>): string[] => files.map(({ name }) => name);

/** A medium as the console lists it. */
export const mediumView = (medium: Medium): MediumView => {
  const { content } = medium;
  return {
    path: medium.path,
    name: medium.label ?? medium.name,
    fileSystem: medium.fileSystem,
    sizeBytes: medium.sizeBytes,
    freeBytes: medium.freeBytes,
    writable: medium.writable,
    fault: medium.fault,
    bundles: (content?.bundles ?? []).map(bundleView),
    trustFiles: (content?.trustFiles ?? []).flatMap(({ here }) => names(here)),
    damaged: (content?.damaged ?? []).map(({ name, code }) => ({ name, code })),
    others: [
      { kind: 'requests', names: names(content?.requests ?? []) },
      { kind: 'siteCards', names: names(content?.siteCards ?? []) },
      { kind: 'receipts', names: names(content?.receipts ?? []) },
      { kind: 'unknown', names: names(content?.unknown ?? []) },
    ],
    isComplete: content?.isComplete ?? true,
  };
};
