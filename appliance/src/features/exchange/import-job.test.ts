import { describe, expect, it } from 'vitest';
import { actorRow } from '../../engine/objects/types.ts';
import { runImportJob } from './import-job.ts';
import { estimateOf } from './import-view.ts';
import type { ImportDraft, ImportProgressRow } from './types.ts';

const actor = { type: 'account' as const, id: '1', label: 'a', rights: new Set(['all' as const]) };
const payload = { draft: 'd', paths: ['/x.tar'], dryRun: false, actor: actorRow(actor) };

describe('an import of the console', () => {
  const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('the child was ended')), { once: true });
    });

  it('that a person stops is no refusal and no fault', async () => {
    const stopped = { stopped: true } as ImportDraft;
    const run = runImportJob(payload, {
      exchange: { importBundle: (_actor, _paths, options) => untilAborted(options?.signal) },
      drafts: { find: () => stopped },
      progress: () => undefined,
      signal: new AbortController().signal,
      clock: () => 0,
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('that ends with the server is begun again: its error stays what it was', async () => {
    const server = new AbortController();
    const run = runImportJob(payload, {
      exchange: { importBundle: (_actor, _paths, options) => untilAborted(options?.signal) },
      drafts: { find: () => undefined },
      progress: () => undefined,
      signal: server.signal,
      clock: () => 0,
    });
    server.abort();
    await expect(run).rejects.toThrow('the child was ended');
  });

  it('shows a rate of bytes and none of advisories', async () => {
    let now = 0;
    const rows: ImportProgressRow[] = [];
    await runImportJob(payload, {
      exchange: {
        importBundle: async (_actor, _paths, options) => {
          for (const doneBytes of [0, 50, 100]) {
            options?.onProgress?.({ step: 'objects', doneBytes, totalBytes: 200, volume: 1 });
            now += 2_000;
          }
          options?.onProgress?.({ step: 'advisories', doneBytes: 7, totalBytes: 0 });
          return { result: 'already', bundleId: 'b', receipt: 1 };
        },
      },
      drafts: { find: () => undefined },
      progress: (row) => rows.push(row),
      signal: new AbortController().signal,
      clock: () => now,
    });
    expect(rows.map(({ bytesPerSecond, leftMs }) => [bytesPerSecond, leftMs])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [25, 4_000],
      [undefined, undefined],
    ]);
  });
});

describe('the estimate of a dry run', () => {
  const none = { act: 0, attend: 0, 'track-star': 0, track: 0 };
  const fixes = [
    { ecosystem: 'Debian:13', source: 'openssl', byDecision: { ...none, act: 2 } },
    { ecosystem: 'Debian:13', source: 'sudo', byDecision: { ...none, act: 1 } },
    { ecosystem: 'Debian:13', source: 'curl', byDecision: { ...none, track: 4 } },
    { ecosystem: 'Debian:13', source: 'bash', byDecision: { ...none, track: 8 } },
  ];
  const want = (id: string) => ({ kind: 'update', id });

  it('counts findings whose fix was asked for and is not called unfilled', () => {
    const wants = [
      want('Debian:13/openssl'),
      want('Debian:13/sudo'),
      want('Debian:13/curl'),
      { kind: 'newer', id: '0' },
    ];
    const unfulfilled = [{ kind: 'update', want: 'Debian:13/sudo', reason: 'NO_SOURCE' }];
    expect(estimateOf(wants, unfulfilled, fixes)).toEqual([
      { decision: 'act', findings: 2 },
      { decision: 'track', findings: 4 },
    ]);
  });

  it('is empty when nothing was asked for by name', () => {
    expect(estimateOf([], [], fixes)).toEqual([]);
  });
});
