import type { RequestPlatform, SiteRequest, Want } from '@sallyport/bundle-tools/documents/request';
import { ecosystemOf } from '@sallyport/bundle-tools/versions/ecosystem';

// What a request asked for, as this site keeps it. On the way a platform is told by its place in the request; kept is its name,
// so that what an answer lacks can be shown when the request is gone.

/** `Debian:13 amd64`. */
const platformName = ({ vendor, release, arch }: Pick<RequestPlatform, 'vendor' | 'release' | 'arch'>): string =>
  `${ecosystemOf({ vendor, release }) ?? [vendor, release].filter(Boolean).join(' ')} ${arch}`.trim();

/** The wants of a request in their order, `newer` and `suite` with the name of their platform. */
export function askedWants({ wants, platforms }: Pick<SiteRequest, 'wants' | 'platforms'>): Want[] {
  return wants.map((want) => {
    if (want.kind !== 'newer' && want.kind !== 'suite') return want;
    const [place = '', ...suite] = want.id.split('/');
    const platform = platforms[Number(place)];
    return platform === undefined ? want : { ...want, id: [platformName(platform), ...suite].join('/') };
  });
}
