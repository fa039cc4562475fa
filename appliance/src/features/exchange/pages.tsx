import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { missingWords, wrongWords } from '@sallyport/bundle-tools/fingerprint/heard';
import { parseFingerprint } from '@sallyport/bundle-tools/fingerprint/parse';
import { showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { readTrustExport } from '@sallyport/bundle-tools/host/trust-export';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { Exchange, RequestTargets } from '@sallyport/ui/exchange/exchange.tsx';
import { ExchangeCard } from '@sallyport/ui/exchange/exchange-card.tsx';
import { ExchangeReceipts } from '@sallyport/ui/exchange/exchange-receipts.tsx';
import { ExchangeTrust, type ExchangeTrustProps } from '@sallyport/ui/exchange/exchange-trust.tsx';
import type { ExportView } from '@sallyport/ui/exchange/export-progress.tsx';
import { Receipt } from '@sallyport/ui/exchange/receipt.tsx';
import { RequestText } from '@sallyport/ui/exchange/request-text.tsx';
import { type Heard, wordCount } from '@sallyport/ui/exchange/trust-comparison.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type Actor, actorRow, hasRight } from '../../engine/objects/types.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import type { Form } from '../../server/console/form.ts';
import { actorFor, signedIn } from '../../server/console/guard.ts';
import { listState, numberCursor, numberParam, pageRows, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { nextStep } from '../worklist/view.ts';
import { allowWords, waitingWords } from './allow-words.ts';
import { introductionPages, type ReadStaged, showIntroduction } from './introduction-pages.tsx';
import { leaksByValue } from './leak-scan.ts';
import { type ExportOutcome, type ExportPayload, type ExportProgressRow, exportJobKind } from './types.ts';
import { receiptView } from './view.ts';

const maxTrustBytes = 64 * 1024 * 1024;
const shownReceipts = 5;
const dayMs = 86_400_000;
const newsMs = 10 * 60_000;
const uploadPattern = /^[0-9a-f]{24}$/;

/** The numbered words and the fingerprint of the form, as they were typed. */
const heardIn = (form: Form): Omit<Heard, 'wrong'> => ({
  words: Array.from({ length: wordCount }, (_, at) => form.text(`word-${at + 1}`)),
  fingerprint: form.text('fingerprint'),
});

/** What a person typed, as plain hex; undefined when it can be no fingerprint. */
const typedFingerprint = (text: string): string | undefined => {
  try {
    return parseFingerprint(text);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'USAGE') return undefined;
    throw error;
  }
};

/** Sending: what would leave, the request, receipts, the site card, trust. */
export const exchangePages = (deps: ConsoleDeps): Pages => {
  const { exchange, queries, media, jobs, paths: dataPaths } = deps;
  const requestsDir = join(dataPaths.staging, 'requests');

  const newestReceipts = (limit: number, before?: number) => {
    const { rows, total } = exchange.receipts({ limit, ...defined({ before }) });
    return { rows: rows.map(({ number }) => receiptView(exchange.receipt(number), queries)), total };
  };

  /** Requests that were written here as files and are still there to download. */
  const written = () =>
    exchange
      .state()
      .openRequests.map((request) => ({ request, path: join(requestsDir, request.file) }))
      .filter(({ path }) => isThere(path))
      .map(({ request, path }) => ({
        number: request.number,
        at: request.createdAt,
        bytes: request.sizeBytes,
        sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
      }));

  /** Media that a request can be written to. */
  const writableMedia = async () =>
    (await media.list())
      .filter(({ writable, fault }) => writable !== 'no' && fault === undefined)
      .map(({ name, label, path, freeBytes = 0 }) => ({ name: label ?? name, path, freeBytes }));

  /** The request that is being written, or how the last one ended, for as long as that is news. */
  const exportView = (): ExportView | undefined => {
    const [run] = jobs.list({ kind: exportJobKind, limit: 1 });
    if (run === undefined) return undefined;
    const { number, folder, isDownload } = run.payload as ExportPayload;
    const medium = isDownload ? '' : folder;
    if (run.state === 'queued' || run.state === 'running') {
      const row = (run.progress ?? { step: 'build', doneBytes: 0, totalBytes: 0 }) as ExportProgressRow;
      return { state: 'running', number, medium, ...row };
    }
    if (deps.clock() - (run.finishedAt ?? 0) > newsMs) return undefined;
    if (run.state === 'failed' && run.error !== null)
      return { state: 'failed', number, code: run.error.code, detail: run.error.message };
    const { readBack } = run.result as ExportOutcome;
    return { state: 'done', number, medium, readBack };
  };

  const show = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'exchange:read');
    const targets = await writableMedia();
    // Asked every few seconds by a page that waits for a medium; what would leave is not worked out for it.
    if (c.req.query('part') === 'media')
      return c.html(<RequestTargets ctx={viewContext(deps, c, 'part')} media={targets} />);
    // Before what the request leaves: one that ends meanwhile is still shown as being written, and the page is asked for again.
    const writing = exportView();
    const state = exchange.state();
    // Without a host to seal to there is no request; what it would hold is shown all the same.
    const preview = state.trust === null ? undefined : exchange.preview();
    const sealKey = state.trust?.sealedTo[0];
    const waiting = waitingWords(deps, signedIn(c).actor);
    return c.html(
      <Exchange
        ctx={viewContext(deps, c)}
        receiptCount={exchange.receipts({ limit: 1 }).total}
        ready={state.trust === null ? 'no-trust' : 'yes'}
        number={preview?.number ?? state.requestNumber + 1}
        open={state.openRequests.map(({ number, createdAt }) => ({ number, since: createdAt })).reverse()}
        groups={preview?.groups ?? []}
        totalBytes={preview?.totalBytes ?? 0}
        leakScan={preview?.leakScan.searched ?? []}
        leaks={leaksByValue(preview?.leakScan.leaks ?? []).map(({ kind, ...leak }) => ({
          what: kind,
          ...leak,
          waits: leak.isWord && (waiting?.words.includes(leak.value) ?? false),
        }))}
        mayChoose={waiting?.mayAdd ?? true}
        sealedTo={sealKey === undefined ? null : { keys: state.trust?.sealedTo.length ?? 0, fingerprint: sealKey }}
        media={targets}
        receipts={newestReceipts(shownReceipts).rows}
        written={written()}
        next={nextStep(deps, signedIn(c).actor, 'request')}
        writing={writing}
      />,
    );
  };

  const write = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const form = c.get('form');
    const expected = exchange.state().requestNumber + 1;
    // What was looked at is what is written: another request in between would say other things.
    if (form.text('number') !== String(expected))
      throw new AppError('CONFLICT', 'another request was written meanwhile; look at what would leave now');
    const medium = form.text('medium');
    if (exchange.state().trust === null) throw new AppError('NO_ROOT', 'the site has no trust root yet');
    if (exportView()?.state === 'running') throw new AppError('CONFLICT', 'a request is being written already');
    if (medium === '') mkdirSync(requestsDir, { recursive: true, mode: 0o700 });
    else if (!(await writableMedia()).some(({ path }) => path === medium))
      throw new AppError('NOT_FOUND', 'there is no such medium, or it cannot be written');
    const payload: ExportPayload = {
      number: expected,
      folder: medium === '' ? requestsDir : medium,
      isDownload: medium === '',
      actor: actorRow(actor),
    };
    jobs.enqueue(exportJobKind, payload);
    return c.redirect(paths.exchangeSend(), 303);
  };

  const download = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'exchange:write');
    const number = numberParam(c, 'number');
    const request = queries.requests(100).find((row) => row.number === number);
    const path = request === undefined ? '' : join(requestsDir, request.file);
    if (request === undefined || !isThere(path)) throw new AppError('NOT_FOUND', 'the file is not here any more');
    return c.body(new Uint8Array(readFileSync(path)), 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${request.file.replace(/[^a-z0-9.-]/gi, '-')}"`,
    });
  };

  const text = (c: Context<ConsoleEnv>, group?: string): Response | Promise<Response> => {
    actorFor(c, 'exchange:read');
    if (exchange.state().trust === null) throw new AppError('NO_ROOT', 'the site has no trust root yet');
    const preview = exchange.preview(group);
    return c.html(
      <RequestText
        ctx={viewContext(deps, c)}
        number={preview.number}
        {...defined({ group })}
        text={preview.text}
        bytes={Buffer.byteLength(preview.text)}
      />,
    );
  };

  const receipts = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'exchange:read');
    const list = listState(c, []);
    const after = numberCursor(list);
    const { rows, total } = newestReceipts(pageRows, after);
    const last = rows.length === pageRows ? rows.at(-1) : undefined;
    const { ok, at } = await deps.receiptChain();
    return c.html(
      <ExchangeReceipts
        ctx={viewContext(deps, c)}
        list={list}
        page={{ rows, total, next: last === undefined ? undefined : String(last.number) }}
        chain={{ ok, checkedAt: at }}
      />,
    );
  };

  const receipt = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'exchange:read');
    const found = exchange.receipt(numberParam(c, 'number'));
    const { predicate } = found;
    const row = exchange.imports({ limit: 200 }).find(({ receipt: number }) => number === found.number);
    const summary = row?.summary;
    return c.html(
      <Receipt
        ctx={viewContext(deps, c)}
        receipt={receiptView(found, queries)}
        startedAt={predicate.started_at}
        finishedAt={predicate.finished_at}
        bundleId={found.bundleId}
        digest={found.digest}
        prev={found.prev ?? undefined}
        // A receipt leaves the site and has codes only; the importer's message stays here.
        detail={predicate.detail || (row?.message ?? '')}
        warnings={predicate.warnings}
        overrides={predicate.overrides}
        unfulfilled={(summary?.unfulfilled ?? []).map(({ reason, kind, want }) => ({
          reason,
          want: `${kind} ${want}`,
        }))}
        text={JSON.stringify(predicate, null, 2)}
      />,
    );
  };

  /** The card in force; a new one is made when its content has changed, with the right to it. */
  const cardFor = (actor: Actor) => {
    const held = queries.card();
    const rootVersion = exchange.state().trust?.rootVersion ?? 0;
    if (held !== undefined && openSiteCard(held.envelope).card.root.version === rootVersion) return held;
    if (!hasRight(actor, 'exchange:write') && held === undefined)
      throw new AppError('NOT_READY', 'the site card was not made yet');
    if (hasRight(actor, 'exchange:write')) exchange.siteCard(actor);
    return queries.card() ?? held;
  };

  const card = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'exchange:read');
    const held = cardFor(actor);
    if (held === undefined) throw new AppError('NOT_READY', 'the site card was not made yet');
    const { card: content } = openSiteCard(held.envelope);
    return c.html(
      <ExchangeCard
        ctx={viewContext(deps, c)}
        card={{
          number: held.number,
          createdAt: held.createdAt,
          fingerprint: held.digest,
          signKeys: content.sign_keys.map((key) => fingerprintOf(Buffer.from(key, 'base64'))),
          sealKey: fingerprintOf(Buffer.from(content.seal_key, 'base64')),
          rootVersion: content.root.version,
        }}
      />,
    );
  };

  const cardFile = (c: Context<ConsoleEnv>): Response => {
    const { bytes, number } = exchange.siteCard(actorFor(c, 'exchange:write'));
    return c.body(new Uint8Array(bytes), 200, {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${deps.config.site}-${number}.site-card.json"`,
    });
  };

  const heldTrust = (): ExchangeTrustProps['trust'] => {
    const { trust } = exchange.state();
    if (trust === null) return null;
    const root = exchange.root();
    const roles = root === null ? {} : rolesOf(root);
    const expiring = new Set(exchange.keyDates().map(({ role }) => role));
    const imported = deps.events.list({ scope: wholeSite('job'), type: ['trust-imported'], limit: 1 }).rows[0];
    return {
      fingerprint: showFingerprint(trust.rootSha256),
      importedAt: imported?.at ?? 0,
      roles: trust.roles.map(({ role, version, expires }) => ({
        role,
        version,
        expires,
        daysLeft: Math.floor((Date.parse(expires) - deps.clock()) / dayMs),
        soon: expiring.has(role),
        ...roles[role],
      })),
      fulfilKeys: trust.sealedTo,
    };
  };

  const showTrust = (
    c: Context<ConsoleEnv>,
    extra: Pick<ExchangeTrustProps, 'staged' | 'heard' | 'errors'> = {},
  ): Response | Promise<Response> => {
    actorFor(c, 'exchange:read');
    return c.html(
      <ExchangeTrust
        ctx={viewContext(deps, c)}
        trust={heldTrust()}
        staged={extra.staged}
        heard={extra.heard}
        {...defined({ errors: extra.errors })}
      />,
      extra.errors === undefined ? 200 : 422,
    );
  };

  const trustPath = (upload: string): string => {
    const path = join(dataPaths.staging, `trust-${upload}`);
    if (!uploadPattern.test(upload) || !isThere(path))
      throw new AppError('NOT_FOUND', 'the trust file is not here any more; give it again');
    return path;
  };

  const staged: ReadStaged = async (upload) => {
    const { root } = await readTrustExport(trustPath(upload), dataPaths.staging);
    const { keys = 0, threshold = 0 } = rolesOf(root.bytes)['root'] ?? {};
    return { upload, rootVersion: root.version, sha256: root.sha256, keys, threshold };
  };

  const uploadTrust = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'exchange:write');
    const upload = Buffer.from(randomBytes(12)).toString('hex');
    try {
      const { fields } = await receiveFile(deps, c, join(dataPaths.staging, `trust-${upload}`), maxTrustBytes);
      const read = await staged(upload);
      if (fields.has('introduction')) return c.redirect(paths.introduction('root'), 303);
      return await showTrust(c, { staged: read });
    } catch (error) {
      rmSync(join(dataPaths.staging, `trust-${upload}`), { force: true });
      throw error;
    }
  };

  const acceptTrust = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const form = c.get('form');
    const upload = form.text('upload');
    const path = trustPath(upload);
    const shown = await staged(upload);
    const isIntroduction = form.text('introduction') === '1';
    const typed = heardIn(form);
    const refused = (errors: FieldErrors, wrong: readonly number[] = []) => {
      const heard = { ...typed, wrong };
      return isIntroduction
        ? showIntroduction(deps, staged, c, 'root', errors, heard)
        : showTrust(c, { staged: shown, errors, heard });
    };
    if (typed.fingerprint.trim() !== '') {
      const given = typedFingerprint(typed.fingerprint);
      if (given === undefined) return refused({ fingerprint: { key: 'fingerprint.mistyped' } });
      if (given !== shown.sha256) return refused({ fingerprint: { key: 'validation.fingerprint' } });
    } else {
      // No verdict before all are in: it would lead a guess from word to word.
      const missing = missingWords(typed.words);
      const wrong = missing.length > 0 ? missing : wrongWords(shown.sha256, typed.words);
      const key = missing.length > 0 ? 'exchange.wordsMissing' : 'exchange.wordsWrong';
      if (wrong.length > 0) return refused({ words: { key, params: { numbers: wrong.join(', ') } } }, wrong);
    }
    await exchange.importTrust(actor, path, shown.sha256);
    rmSync(path, { force: true });
    return goWith(c, isIntroduction ? paths.introduction() : paths.exchangeTrust(), {
      message: { key: 'toast.trust', params: { version: shown.rootVersion } },
    });
  };

  return new Hono<ConsoleEnv>()
    .route('/', introductionPages(deps, staged))
    .get(paths.exchangeSend.pattern, show)
    .get(paths.exchangeReceipts.pattern, receipts)
    .get(paths.receipt.pattern, receipt)
    .get(paths.exchangeCard.pattern, card)
    .get(paths.exchangeCardFile.pattern, cardFile)
    .get(paths.exchangeTrust.pattern, (c) => showTrust(c))
    .post(paths.exchangeTrustImport.pattern, (c) =>
      (c.req.header('content-type') ?? '').toLowerCase().startsWith('multipart/') ? uploadTrust(c) : acceptTrust(c),
    )
    .get(paths.requestText.pattern, (c) => text(c))
    .get(paths.requestGroup.pattern, (c) => text(c, param(c, 'group')))
    .post(paths.requestWrite.pattern, write)
    .post(paths.requestWords.pattern, allowWords(deps))
    .get(paths.requestFile.pattern, download);
};

type RoleKeys = Readonly<Record<string, { keys: number; threshold: number }>>;

/** Keys and threshold per role, as the pinned root says. */
const rolesOf = (root: Uint8Array): RoleKeys => {
  try {
    const parsed = JSON.parse(Buffer.from(root).toString('utf8')) as {
      signed?: { roles?: Record<string, { keyids?: string[]; threshold?: number }> };
    };
    return Object.fromEntries(
      Object.entries(parsed.signed?.roles ?? {}).map(([role, { keyids = [], threshold = 0 }]) => [
        role,
        { keys: keyids.length, threshold },
      ]),
    );
  } catch (error) {
    throw new AppError('INTERNAL', 'the pinned root cannot be read', {}, { cause: toFailure(error) });
  }
};
