import type { BundleOnMediumView, MediumView } from '@sallyport/ui/components/media-list.tsx';
import type { BundleOnMedium, Medium } from './types.ts';

const bundleView = (bundle: BundleOnMedium): BundleOnMediumView => ({
  ...bundle,
  path: bundle.here[0]?.path ?? '',
  names: bundle.here.map(({ name }) => name),
  forSite: bundle.site === '*' ? 'any' : bundle.forThisSite ? 'this' : 'other',
  here: bundle.here.length,
  sizeFits: bundle.here.every(({ sizeFits }) => sizeFits),
  bytes: bundle.here.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
});

const names = (files: ReadonlyArray<{ readonly name: string }>): string[] => files.map(({ name }) => name);

/** A medium as the console lists it. */
export const mediumView = (medium: Medium): MediumView => {
  const { content } = medium;
  return {
    ...medium,
    name: medium.label ?? medium.name,
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
