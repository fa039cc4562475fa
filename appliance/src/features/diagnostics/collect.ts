import { arch, cpus, release, totalmem } from 'node:os';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../compose.ts';
import type { Finding } from '../../doctor.ts';
import { fromMoment } from '../../engine/events/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sealer } from '../../platform/sealed-stream.ts';
import type { DiagnosticSection } from './types.ts';

// Texts of the program can name things of the site: what has the form of a name or an address is taken out, whatever it is.

const forms: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '[mac]'],
  [/\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?/gi, '[address]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?\b/g, '[address]'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '[id]'],
  [/\b[0-9a-f]{16,}\b/gi, '[id]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[mail]'],
  [/https?:\/\/\S+/gi, '[url]'],
  [/(?:^|(?<=[\s'"(:]))\/[^\s'"():]+/g, '[path]'],
  [/"[^"]*"|“[^”]*”|«[^»]*»/g, '[name]'],
  // A name of a computer with its domain; releases such as 0.2.0 have no letter.
  [/\b(?=[\w.-]*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+){2,}\b/gi, '[name]'],
];

/** A text of the program without what could name a thing, a person or a place. */
export function redacted(text: string): string {
  return forms.reduce((left, [form, word]) => left.replaceAll(form, word), text);
}

// What helps somebody elsewhere to find out why an appliance does not do its work, without names of the site. Each section says what
// is in it before anything is written; nothing of inventories, people and objects is.

type DiagnosticsParts = Pick<
  Appliance,
  'version' | 'schema' | 'objects' | 'health' | 'jobs' | 'events' | 'backups' | 'rollbackDetector'
> & {
  /** What doctor finds; not in the process that serves. */
  examined?: () => Promise<Finding[]>;
};

/** Their names are of a closed set: pages have words for each. */
type Section = {
  name: DiagnosticSection;
  /** What is in it, for who decides whether it leaves. */
  what: string;
  collect: (parts: DiagnosticsParts) => unknown;
};

const failedRuns = 50;
const windowDays = 30;
const dayMs = 86_400_000;

/** Every section, in the order in which it stands in the file. */
export const diagnosticSections: readonly Section[] = [
  {
    name: 'system',
    what: 'Release, schema, runtime, kernel, architecture, processors, memory',
    collect: ({ version, schema }) => ({
      version,
      schema,
      runtime: process.version,
      kernel: release(),
      arch: arch(),
      processors: cpus().length,
      memoryBytes: totalmem(),
    }),
  },
  {
    name: 'settings',
    what: 'Settings that are not the default; of texts and lists only that they are set',
    collect: ({ objects }) =>
      objects
        .settings()
        .filter(({ isDefault }) => !isDefault)
        .map(({ setting, value }) => ({
          name: setting.name,
          value: typeof value === 'number' || typeof value === 'boolean' || setting.type === 'choice' ? value : 'set',
        })),
  },
  {
    name: 'health',
    what: 'Checks of health with their codes, and the space on the disk',
    collect: ({ health }) => {
      const { checks, disk } = health.look();
      return { checks: checks.map(({ detail, ...check }) => ({ ...check, detail: redacted(detail) })), disk };
    },
  },
  {
    name: 'doctor',
    what: 'What doctor finds, with names, addresses and folders taken out; of a server what the nightly check counted',
    // Reading every page and object would hold the thread that serves: there the nightly check has to do.
    collect: async ({ jobs, examined }) =>
      examined === undefined
        ? { lastNight: jobs.list({ kind: 'self-check', limit: 1 })[0]?.result ?? null }
        : (await examined()).map(({ detail, ...finding }) => ({ ...finding, detail: redacted(detail) })),
  },
  {
    name: 'jobs',
    what: `Runs of jobs by kind and state; of the last ${failedRuns} runs those that failed, with code and reason`,
    collect: ({ jobs }) => ({
      counts: jobs.counts(),
      failed: jobs
        .list({ limit: failedRuns })
        .filter(({ state }) => state === 'failed')
        .map(({ kind, createdAt, error }) => ({
          kind,
          at: toTime(createdAt),
          code: error?.code,
          reason: redacted(error?.message ?? ''),
        })),
    }),
  },
  {
    name: 'events',
    what: `How many events of each type there were in ${windowDays} days; none of them`,
    collect: ({ events }) =>
      Object.fromEntries(
        events
          .types()
          .map(({ type }) => [
            type,
            events.list({
              scope: wholeSite('job'),
              type: [type],
              filter: fromMoment(nowMs() - windowDays * dayMs),
              limit: 1,
            }).total,
          ])
          .filter(([, total]) => total !== 0),
      ),
  },
  {
    name: 'backups',
    what: 'How many backups are known, how old the last good one is, when the database went back',
    collect: ({ backups, rollbackDetector }) => {
      const { state, last } = backups.age();
      return {
        known: backups.list().length,
        state,
        last: last && toTime(last.madeAt),
        returns: rollbackDetector.returns().map(({ at, cause }) => ({ at: toTime(at), cause })),
      };
    },
  },
];

type Diagnostics = { format: 'sallyport-diagnostics/1'; madeAt: string; sections: Record<string, unknown> };

/** Everything of the sections that are wanted; a section that fails says so. */
async function collectDiagnostics(parts: DiagnosticsParts, only: readonly string[]): Promise<Diagnostics> {
  const sections: Record<string, unknown> = {};
  for (const { name, collect } of diagnosticSections.filter((one) => only.length === 0 || only.includes(one.name))) {
    try {
      sections[name] = await collect(parts);
    } catch (error) {
      // The section is the report: one that cannot be collected must not hide the others.
      sections[name] = { failed: redacted(error instanceof Error ? error.message : String(error)) };
    }
  }
  return { format: 'sallyport-diagnostics/1', madeAt: toTime(nowMs()), sections };
}

/** The file: JSON, or sealed to the recovery key so that it can be carried. */
export async function diagnosticsFile(
  parts: DiagnosticsParts,
  { only = [], isPlain }: { only?: readonly string[]; isPlain: boolean },
): Promise<{ name: string; bytes: Buffer }> {
  const made = await collectDiagnostics(parts, only);
  const bytes = Buffer.from(`${JSON.stringify(made, null, 2)}\n`);
  const name = `sallyport-diagnostics-${made.madeAt.replaceAll(/[-:]/g, '')}`;
  if (isPlain) return { name: `${name}.json`, bytes };
  const seal = sealer(parts.backups.recipient().key);
  return { name: `${name}.sealed`, bytes: Buffer.concat([seal.head, ...seal.push(bytes), seal.end()]) };
}
