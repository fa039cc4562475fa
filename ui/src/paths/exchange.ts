import { page } from './page.ts';

/** What left, what came, what is on the way. */
export const exchangePages = {
  exchange: page('/exchange', { bound: 'site', GET: 'exchange:read' }),
  exchangeSend: page('/exchange/send', { bound: 'site', GET: 'exchange:read' }),
  /** POST: a bundle that waits for volumes is waited for no longer; the first answer is the confirm page. */
  waitingForget: page('/exchange/waiting/forget', { bound: 'site', POST: 'exchange:write' }),
  /** POST `source`, `reason`: a doubtful time is right; the first answer is the confirm page. */
  clockAgree: page('/exchange/clock/agree', { bound: 'site', POST: 'exchange:write' }),
  clockBack: page('/exchange/clock/back', { bound: 'site', POST: 'exchange:write' }),
  clockBackDecide: page('/exchange/clock/back/decide', { bound: 'site', decides: true, POST: 'exchange:write' }),
  /** The first exchange of two sides; `step` trust, root, card, compare, request, bundle. */
  introduction: page('/exchange/introduction/:step?', { bound: 'site', GET: 'exchange:read' }),
  /** POST `answer`: what the other side read. */
  introductionCompared: page('/exchange/introduction/compared', { bound: 'site', POST: 'exchange:write' }),
  exchangeReceive: page('/exchange/receive', { bound: 'site', GET: 'exchange:read' }),
  exchangeReceipts: page('/exchange/receipts', { bound: 'site', GET: 'exchange:read' }),
  receipt: page('/exchange/receipts/:number', { bound: 'site', GET: 'exchange:read' }),
  exchangeCard: page('/exchange/card', { bound: 'site', GET: 'exchange:read' }),
  exchangeCardFile: page('/exchange/card/file', { bound: 'site', GET: 'exchange:write' }),
  exchangeTrust: page('/exchange/trust', { bound: 'site', GET: 'exchange:read' }),
  /** POST a trust file, answers with the fingerprint to compare; POST again with `fingerprint` to accept. */
  exchangeTrustImport: page('/exchange/trust/import', { bound: 'site', POST: 'exchange:write', upload: true }),
  requestText: page('/exchange/request/text', { bound: 'site', GET: 'exchange:read' }),
  requestGroup: page('/exchange/request/group/:group', { bound: 'site', GET: 'exchange:read' }),
  /** POST */
  requestWrite: page('/exchange/request/write', { bound: 'site', POST: 'exchange:write' }),
  /** POST `word` several: words of the request that is shown may leave; a second person agrees. */
  requestWords: page('/exchange/request/words', { bound: 'site', POST: 'settings:write' }),
  requestFile: page('/exchange/requests/:number/file', { bound: 'site', GET: 'exchange:write' }),
  /** POST multipart: a bundle file. */
  bundleUpload: page('/exchange/bundles/upload', { bound: 'site', POST: 'exchange:write', upload: true }),
  /** POST: a bundle that lies in the medium folder. */
  bundlePick: page('/exchange/bundles/pick', { bound: 'site', POST: 'exchange:write' }),
  /** Wizard; `step` check, compare, import, result. */
  bundleImport: page('/exchange/import/:id/:step?', { bound: 'site', GET: 'exchange:read' }),
  /** POST */
  bundleImportStart: page('/exchange/import/:id/start', { bound: 'site', POST: 'exchange:write' }),
  /** POST */
  bundleImportStop: page('/exchange/import/:id/stop', { bound: 'site', POST: 'exchange:write' }),
  /** Server-sent events: unnamed messages replace the progress region, `done` ends. */
  bundleImportStream: page('/exchange/import/:id/stream', { bound: 'site', GET: 'exchange:read' }),
} as const;
