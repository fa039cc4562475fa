import { page } from './page.ts';

/** What left, what came, what is on the way. */
export const exchangePages = {
  exchange: page('/exchange', { GET: 'exchange:read' }),
  exchangeSend: page('/exchange/send', { GET: 'exchange:read' }),
  /** POST: a bundle that waits for volumes is waited for no longer; the first answer is the confirm page. */
  waitingForget: page('/exchange/waiting/forget', { POST: 'exchange:write' }),
  /** POST `source`, `reason`: a doubtful time is right; the first answer is the confirm page. */
  clockAgree: page('/exchange/clock/agree', { POST: 'exchange:write' }),
  /** The first exchange of two sides; `step` trust, root, card, compare, request, bundle. */
  introduction: page('/exchange/introduction/:step?', { GET: 'exchange:read' }),
  /** POST `answer`: what the other side read. */
  introductionCompared: page('/exchange/introduction/compared', { POST: 'exchange:write' }),
  exchangeReceive: page('/exchange/receive', { GET: 'exchange:read' }),
  exchangeReceipts: page('/exchange/receipts', { GET: 'exchange:read' }),
  receipt: page('/exchange/receipts/:number', { GET: 'exchange:read' }),
  exchangeCard: page('/exchange/card', { GET: 'exchange:read' }),
  exchangeCardFile: page('/exchange/card/file', { GET: 'exchange:write' }),
  exchangeTrust: page('/exchange/trust', { GET: 'exchange:read' }),
  /** POST a trust file, answers with the fingerprint to compare; POST again with `fingerprint` to accept. */
  exchangeTrustImport: page('/exchange/trust/import', { POST: 'exchange:write', upload: true }),
  requestText: page('/exchange/request/text', { GET: 'exchange:read' }),
  requestGroup: page('/exchange/request/group/:group', { GET: 'exchange:read' }),
  /** POST */
  requestWrite: page('/exchange/request/write', { POST: 'exchange:write' }),
  requestFile: page('/exchange/requests/:number/file', { GET: 'exchange:write' }),
  /** POST multipart: a bundle file. */
  bundleUpload: page('/exchange/bundles/upload', { POST: 'exchange:write', upload: true }),
  /** POST: a bundle that lies in the medium folder. */
  bundlePick: page('/exchange/bundles/pick', { POST: 'exchange:write' }),
  /** Wizard; `step` check, compare, import, result. */
  bundleImport: page('/exchange/import/:id/:step?', { GET: 'exchange:read' }),
  /** POST */
  bundleImportStart: page('/exchange/import/:id/start', { POST: 'exchange:write' }),
  /** POST */
  bundleImportStop: page('/exchange/import/:id/stop', { POST: 'exchange:write' }),
  /** Server-sent events: unnamed messages replace the progress region, `done` ends. */
  bundleImportStream: page('/exchange/import/:id/stream', { GET: 'exchange:read' }),
} as const;
