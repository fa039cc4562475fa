import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { immediate } from '@sallyport/appliance/platform/database';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { apiPrefix } from '@sallyport/appliance/server/api/types';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { plantReadings } from './controller-records.ts';
import type { Figure, Result } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { deriveFleet } from './support/derived-fleet.ts';
import { openSignedIn } from './support/signed-in.ts';

// How long each address that people and programs read holds the thread that answers devices, too.

const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const profiles = 100;
const packages = 900;
const events = 30_000;
const auditEvents = 10_000;
const namedFromMs = 50;
const samplerMs = 1;

type Site = Awaited<ReturnType<typeof openSignedIn>>;

const fill = async ({ appliance }: Site): Promise<void> => {
  const { db, events: journal, controllers } = appliance;
  await cloneFleet(appliance, { devices, profiles, packages });
  deriveFleet(appliance);
  controllers.ingest(systemActor, { type: 'capture', name: 'plant' }, plantReadings('V2.9.4', 1));
  const [device] = appliance.devices.list({ limit: 1 }).rows;
  immediate(db, () => {
    for (let n = 0; n < events; n += 1)
      journal.record('section-rejected', {
        device: device?.id ?? 1,
        params: { collection: 'software', code: 'MALFORMED' },
      });
    for (let n = 0; n < auditEvents; n += 1)
      journal.record('server-started', { actor: 'system:appliance', params: { version: '0.0.1' } });
  });
};

type Ask = (path: string) => Promise<{ status: number; type: string; text: string }>;

type Answer = { status: number; text: string };

/** The longest that the thread was held while an answer was made; other processes' time is not counted. */
const heldMs = async (ask: () => Promise<Answer>): Promise<Answer & { ms: number }> => {
  const sampler = monitorEventLoopDelay({ resolution: samplerMs });
  sampler.enable();
  await sleep(4 * samplerMs);
  const before = process.threadCpuUsage();
  const { status, text } = await ask();
  const { user, system } = process.threadCpuUsage(before);
  await sleep(2 * samplerMs);
  sampler.disable();
  return { ms: Math.min(Math.max(0, sampler.max / 1e6 - samplerMs), (user + system) / 1000), status, text };
};

/** Whether a path is one of a route's, part by part. */
const isOf = (pattern: string, path: string): boolean => {
  const [wanted, held] = [pattern.split('/'), path.split('/')];
  return wanted.length === held.length && wanted.every((part, at) => part.startsWith(':') || part === held[at]);
};

/** Answers for ever, ends the session, or is a device's. */
const isLeftOut = (pattern: string): boolean =>
  /\/stream$|^\/(logout|login|first|assets|a\/|api\/agent|api\/osquery)/.test(pattern) || pattern.includes('*');

const idOf = (text: string): string | undefined => {
  const { rows, items } = JSON.parse(text) as Record<'rows' | 'items', Record<string, unknown>[] | undefined>;
  const first = (rows ?? items)?.[0];
  const id = first?.['id'] ?? first?.['number'] ?? first?.['name'] ?? first?.['seq'] ?? first?.['kind'];
  return id === undefined || typeof id === 'object' ? undefined : String(id);
};

/** Writes that concern many things at once, or look at all of them. */
const writes = ({ appliance }: Site): readonly (readonly [path: string, body: object, what: string])[] => {
  const ids: string[] = [];
  for (let after: number | undefined; ids.length < devices; ) {
    const page = appliance.devices.list({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    ids.push(...page.rows.map(({ publicId }) => publicId));
    if (page.next === undefined) break;
    after = page.next;
  }
  // Their numbers rise by one from the first.
  const controllers = Array.from(
    { length: 10_000 },
    (_, n) => appliance.controllers.byId(n + 1, wholeSite('job'))?.publicId,
  ).filter((id) => id !== undefined);
  return [
    ['/tags', { tag: 'spare', add: ids }, `${ids.length} devices`],
    ['/conditions/try', { kind: 'tag-rule', condition: 'hostname starts pump' }, 'all devices'],
    ['/objects/tag-rule', { name: 'All', tag: 'all', condition: 'hostname starts pump' }, 'all devices'],
    ['/moving-rules/dry-run', {}, 'all devices'],
    ['/controllers/decide', { controllers, decision: 'authorised' }, `${controllers.length} controllers`],
    ['/audit/verify', {}, 'the whole chain'],
  ];
};

/** Reads every address of the console and the API on a filled site. */
export const blocking = async (): Promise<Result> => {
  const site = await openSignedIn('blocking');
  try {
    await fill(site);
    const ask: Ask = async (path) => {
      const response = await site.get(path);
      return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
    };
    const patterns = [...new Set(site.routes.filter(({ method }) => method === 'GET').map(({ path }) => path))].filter(
      (pattern) => !isLeftOut(pattern),
    );
    const found = new Map<string, string>();
    const lists = new Map<string, string>();
    const note = (text: string): void => {
      for (const [, href = ''] of text.matchAll(/(?:href|hx-get)="(\/[^"]*)"/g)) {
        const path = href.replaceAll('&amp;', '&').replace(/#.*$/, '');
        const pattern = patterns.find((one) => isOf(one, path.replace(/\?.*$/, '')));
        if (pattern?.includes(':') && !found.has(pattern)) found.set(pattern, path);
      }
    };
    /** The address of a thing that is there: by a link of a page, or as the first of the list before it. */
    const pathOf = (pattern: string): string | undefined => {
      if (!pattern.includes(':')) return pattern;
      if (!pattern.startsWith(`${apiPrefix}/`)) return found.get(pattern);
      const parts: string[] = [];
      for (const part of pattern.split('/')) {
        const text = part.startsWith(':') ? lists.get(parts.join('/')) : part;
        if (text === undefined) return undefined;
        parts.push(text);
      }
      return parts.join('/');
    };
    const results: { pattern: string; first: number; again: number }[] = [];
    const left = new Set(patterns.toSorted((a, b) => a.split(':').length - b.split(':').length));
    for (let size = -1; size !== left.size; ) {
      size = left.size;
      for (const pattern of left) {
        const path = pathOf(pattern);
        if (path === undefined) continue;
        left.delete(pattern);
        const first = await heldMs(() => ask(path));
        if (first.status >= 400) continue;
        note(first.text);
        if (path.startsWith(`${apiPrefix}/`) && first.text.startsWith('{')) {
          const id = idOf(first.text);
          if (id !== undefined) lists.set(path, encodeURIComponent(id));
        }
        const again = (await heldMs(() => ask(path))).ms;
        results.push({ pattern, first: first.ms, again });
      }
    }
    const written: Figure[] = [];
    for (const [path, body, what] of writes(site)) {
      const { status, ms } = await heldMs(async () => {
        const response = await site.post(path, body);
        return { status: response.status, text: await response.text() };
      });
      written.push({
        what: `POST ${apiPrefix}${path}: ${what}, answer ${status}`,
        value: ms,
        unit: 'ms',
        target: 'under 50 ms',
      });
    }
    const slow = results
      .filter(({ first, again }) => Math.max(first, again) >= namedFromMs)
      .toSorted((a, b) => b.again - a.again);
    return {
      method: [
        `${devices} devices of ${packages} packages (as for \`lists\`), 10,000 controllers, ${events + auditEvents} events of which ${auditEvents} are in the audit chain. Every GET of the console and of the API, from the router itself, as an administrator: once for code and statements, then once more, through the application's own routes without TLS.`,
        `A timer of ${samplerMs} ms says how long the thread was held at most in one piece; no more than the thread's own processor time is counted, since other work shares the machine. The first call is named where it is above ${namedFromMs} ms.`,
        `${results.length} addresses were read; ${left.size} were not, since nothing on this site leads to them (single updates, findings, patches, imports and the like; objects of kinds that it has none of).`,
      ],
      figures: [
        { what: `addresses that hold it for ${namedFromMs} ms or more`, value: slow.length, unit: '' },
        ...written,
        ...slow.flatMap(({ pattern, first, again }): Figure[] => [
          { what: `GET ${pattern}`, value: again, unit: 'ms', target: 'under 50 ms' },
          ...(first >= namedFromMs ? [{ what: '  its first call', value: first, unit: 'ms' }] : []),
        ]),
      ],
    };
  } finally {
    await site.close();
  }
};
