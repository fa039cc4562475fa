import { segment } from './parts.ts';

/** What left, what came, what is on the way. */
export const exchangePaths = {
  exchange: () => '/exchange',
  exchangeSend: () => '/exchange/send',
  /** POST: a bundle that waits for volumes is waited for no longer; the first answer is the confirm page. */
  waitingForget: () => '/exchange/waiting/forget',
  /** POST `source`, `reason`: a doubtful time is right; the first answer is the confirm page. */
  clockAgree: () => '/exchange/clock/agree',
  /** The first exchange of two sides; `step` trust, root, card, compare, request, bundle. */
  introduction: (step?: string) => `/exchange/introduction${step === undefined ? '' : `/${segment(step)}`}`,
  /** POST `answer`: what the other side read. */
  introductionCompared: () => '/exchange/introduction/compared',
  exchangeReceive: () => '/exchange/receive',
  exchangeReceipts: () => '/exchange/receipts',
  receipt: (number: number) => `/exchange/receipts/${number}`,
  exchangeCard: () => '/exchange/card',
  exchangeCardFile: () => '/exchange/card/file',
  exchangeTrust: () => '/exchange/trust',
  /** POST a trust file, answers with the fingerprint to compare; POST again with `fingerprint` to accept. */
  exchangeTrustImport: () => '/exchange/trust/import',
  requestText: () => '/exchange/request/text',
  requestGroup: (group: string) => `/exchange/request/group/${segment(group)}`,
  /** POST */
  requestWrite: () => '/exchange/request/write',
  requestFile: (number: number) => `/exchange/requests/${number}/file`,
  /** POST multipart: a bundle file. */
  bundleUpload: () => '/exchange/bundles/upload',
  /** POST: a bundle that lies in the medium folder. */
  bundlePick: () => '/exchange/bundles/pick',
  /** Wizard; `step` check, compare, import, result. */
  bundleImport: (id: string, step?: string) =>
    `/exchange/import/${segment(id)}${step === undefined ? '' : `/${segment(step)}`}`,
  /** POST */
  bundleImportStart: (id: string) => `/exchange/import/${segment(id)}/start`,
  /** POST */
  bundleImportStop: (id: string) => `/exchange/import/${segment(id)}/stop`,
  /** Server-sent events: unnamed messages replace the progress region, `done` ends. */
  bundleImportStream: (id: string) => `/exchange/import/${segment(id)}/stream`,
} as const;

/** The same as patterns. */
export const exchangePatterns: Readonly<Record<keyof typeof exchangePaths, string>> = {
  exchange: '/exchange',
  exchangeSend: '/exchange/send',
  waitingForget: '/exchange/waiting/forget',
  clockAgree: '/exchange/clock/agree',
  introduction: '/exchange/introduction/:step?',
  introductionCompared: '/exchange/introduction/compared',
  exchangeReceive: '/exchange/receive',
  exchangeReceipts: '/exchange/receipts',
  receipt: '/exchange/receipts/:number',
  exchangeCard: '/exchange/card',
  exchangeCardFile: '/exchange/card/file',
  exchangeTrust: '/exchange/trust',
  exchangeTrustImport: '/exchange/trust/import',
  requestText: '/exchange/request/text',
  requestGroup: '/exchange/request/group/:group',
  requestWrite: '/exchange/request/write',
  requestFile: '/exchange/requests/:number/file',
  bundleUpload: '/exchange/bundles/upload',
  bundlePick: '/exchange/bundles/pick',
  bundleImport: '/exchange/import/:id/:step?',
  bundleImportStart: '/exchange/import/:id/start',
  bundleImportStop: '/exchange/import/:id/stop',
  bundleImportStream: '/exchange/import/:id/stream',
};
