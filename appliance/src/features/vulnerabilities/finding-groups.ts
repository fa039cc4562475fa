import { UBUNTU_PRO } from '@sallyport/bundle-tools/versions/edition';
import { paths } from '@sallyport/ui/paths';
import { z } from 'zod';
import { filterLanguage } from '../../platform/filter/language.ts';
import { fitsIn, type MemoryFields } from '../../platform/filter/memory-filter.ts';
import { type Field, type Filter, vocabularyOf } from '../../platform/filter/types.ts';
import { memoryPage } from '../../platform/list/memory-list.ts';
import type { Scope } from '../../platform/scope.ts';
import type { ControllerFindings } from '../controller-findings/service.ts';
import type { VulnerabilityService } from './service.ts';
import { DECISIONS, decisionSchema, SEVERITIES, severitySchema } from './types.ts';

// Findings by what closes them: on computers by the update, where there is none by the advisory; on controllers by vulnerability and
// zone. Each line counts what the list that it opens has.

const groupings = ['update', 'edition', 'advisory', 'review', 'zone'] as const;

export const findingGroupSchema = z.object({
  by: z
    .enum(groupings)
    .describe(
      'update: a newer version closes them; edition: fixed only in an edition that is paid for; advisory: no fix yet; review: only a person can judge; zone: controllers of a zone',
    ),
  name: z.string().describe('The package, the advisory or the vulnerability'),
  of: z.string().describe('The ecosystem of a package, the edition, the zone of controllers by its id; else empty'),
  fixed: z.string().describe('The version that closes them all; empty without one'),
  summary: z.string().describe('What the advisory says'),
  decision: decisionSchema,
  severity: severitySchema,
  count: z.int().describe('Findings; of a zone its controllers'),
  path: z.string().describe('The page of the console that lists them'),
});
type FindingGroup = z.infer<typeof findingGroupSchema>;

const code = { code: true } as const;
const exact = ['=', '!='] as const;
const fields: readonly Field[] = [
  { name: 'by', type: 'choice', options: groupings, ops: exact, source: code },
  { name: 'decision', type: 'choice', options: DECISIONS, ops: exact, source: code },
  { name: 'severity', type: 'choice', options: SEVERITIES, ops: exact, source: code },
  { name: 'name', type: 'text', ops: ['contains', '=', 'starts'], source: code },
  { name: 'count', type: 'number', ops: ['=', '<', '<=', '>', '>='], source: code },
  { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: code },
];

const values: MemoryFields<Omit<FindingGroup, 'path'>> = {
  by: ({ by }) => by,
  decision: ({ decision }) => decision,
  severity: ({ severity }) => severity,
  name: ({ name }) => name,
  count: ({ count }) => count,
  text: ({ name, of, summary }) => [name, of, summary],
};

/** The language that groups are asked in. */
export const groupLanguage = filterLanguage({ vocabulary: vocabularyOf(fields) });

export const groupSorts = ['decision', 'severity', 'name', 'count'] as const;

type Parts = {
  vulnerabilities: Pick<VulnerabilityService, 'sourceFixes' | 'advisoriesWithoutFix'>;
  controllerFindings: Pick<ControllerFindings, 'byZone'>;
};

/** How a package is named in the list of findings: its ecosystem, a blank, its name. */
const sourceName = (ecosystem: string, source: string): string => `${ecosystem} ${source}`;

type Unlinked = Omit<FindingGroup, 'path'>;

/** The list of what a group counts. */
function pathOf({ by, name, of }: Unlinked): string {
  switch (by) {
    case 'update':
      return paths.vulnerabilities({ source: sourceName(of, name), fix: 'available', verdict: 'affected' });
    case 'edition':
    case 'advisory':
      return paths.vulnerabilities({ advisory: name, fix: 'none', verdict: 'affected' });
    case 'review':
      return paths.vulnerabilities({ advisory: name, verdict: 'review' });
    case 'zone':
      return paths.controllers({ vulnerability: name, ...(of === '' ? { 'zone.unknown': 'yes' } : { zone: of }) });
  }
}

/** All groups in reach. */
function allGroups({ vulnerabilities, controllerFindings }: Parts, scope: Scope): Unlinked[] {
  const none = { of: '', fixed: '', summary: '' };
  return [
    ...vulnerabilities.sourceFixes(scope).map(
      ({ ecosystem, source, fixed, findings, decision, severity }): Unlinked => ({
        ...none,
        by: 'update',
        name: source,
        of: ecosystem,
        fixed,
        decision,
        severity,
        count: findings,
      }),
    ),
    ...vulnerabilities
      .advisoriesWithoutFix(scope)
      .flatMap(({ advisory, summary, decision, severity, none: open, paid, review }): Unlinked[] => {
        const same = { ...none, name: advisory, summary, decision, severity };
        return [
          ...(open === 0
            ? []
            : paid === open
              ? [{ ...same, by: 'edition' as const, of: UBUNTU_PRO, count: open }]
              : [{ ...same, by: 'advisory' as const, count: open }]),
          ...(review === 0 ? [] : [{ ...same, by: 'review' as const, count: review }]),
        ];
      }),
    ...controllerFindings.byZone(scope).map(
      ({ vulnerability, zone, decision, severity, controllers }): Unlinked => ({
        ...none,
        by: 'zone',
        name: vulnerability,
        of: zone,
        decision,
        severity,
        count: controllers,
      }),
    ),
  ];
}

type GroupQuery = {
  readonly filter?: Filter | undefined;
  readonly sort?: (typeof groupSorts)[number];
  readonly descending?: boolean;
  readonly after?: string | undefined;
  readonly limit: number;
};

/** Works the groups in reach out once; gives pages of them, the worst first: of the same decision the graver, then the larger. */
export function findingGroups(
  parts: Parts,
  scope: Scope,
): (query: GroupQuery) => { rows: FindingGroup[]; total: number; next?: string } {
  const all = allGroups(parts, scope);
  return ({ filter, sort = 'decision', descending = false, after, limit }) => {
    const placeOf = (group: Unlinked): string | number =>
      sort === 'name'
        ? group.name.toLowerCase()
        : sort === 'count'
          ? group.count
          : sort === 'severity'
            ? SEVERITIES.indexOf(group.severity)
            : DECISIONS.indexOf(group.decision);
    const { rows, ...page } = memoryPage(filter === undefined ? all : all.filter(fitsIn(filter, values)), {
      keyOf: (group) => [
        placeOf(group),
        SEVERITIES.indexOf(group.severity),
        -group.count,
        `${group.name}\0${group.by}\0${group.of}`,
      ],
      keys: 4,
      descending,
      after,
      limit,
    });
    return { ...page, rows: rows.map((row) => ({ ...row, path: pathOf(row) })) };
  };
}
