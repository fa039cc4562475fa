import type { CoverageView } from '../src/components/coverage.tsx';
import type { DeviceHead } from '../src/components/device-frame.tsx';
import { type Ctx, pageContext } from '../src/context.ts';
import type { DeviceRow } from '../src/devices/devices.tsx';
import { catalogue } from '../src/i18n/catalogue.ts';
import type { Lang } from '../src/i18n/types.ts';
import type { ListState } from '../src/list.ts';
import type { Trend, TrendDay } from '../src/trends/types.ts';
import type { Worklist } from '../src/worklist/worklist.tsx';

export const nowMs = Date.parse('2026-11-23T21:14:00Z');
const hourMs = 3_600_000;

/** A page's context in which a word that the catalogue does not have is an error. */
export const strictContext = (lang: Lang, rights: readonly string[] = ['all']): Ctx => {
  const words = catalogue(lang);
  const ctx = pageContext({
    lang,
    theme: 'system',
    density: 'compact',
    shortcuts: true,
    csrf: 'csrf-value',
    url: '/devices?os=windows',
    person: { id: 'p1', name: 'A. Seitkali' },
    site: { id: 'aqtau-des-1', name: 'Aqtau desalination' },
    badges: { devices: { level: 'critical', count: 7 } },
    advisories: { ageDays: 6.2, limitDays: 14 },
    version: '0.1.0',
    schema: 47,
    nowMs,
    timeZone: 'Asia/Aqtau',
    rights: new Set(rights),
    siteRights: new Set(rights),
    opens: () => true,
    asset: (name) => `/assets/x/${name}`,
  });
  const tDynamic: Ctx['tDynamic'] = (key, params, fallback) => {
    if (fallback === undefined && !words.has(key)) throw new Error(`${lang} has no word ${key}`);
    return words.tDynamic(key, params, fallback);
  };
  return { ...ctx, tDynamic, say: (said) => tDynamic(said.key, said.params) };
};

export const list: ListState = {
  path: '/devices',
  q: 'srv',
  filters: [['status', 'critical']],
  descending: false,
  trail: [],
  columns: [],
  all: false,
};

export const device: DeviceHead = {
  id: 'd1',
  name: 'ENG-WS-03 <b>&',
  state: 'held',
  level: 'critical',
  reasons: [{ key: 'devices.reason.held' }],
  lastSeenAt: nowMs - hourMs,
  visible: true,
  asks: [],
  wasIn: false,
  heldReason: 'two-boots',
  resembles: { id: 'd2', name: 'ENG-WS-04' },
  os: 'Windows 10 22H2',
};

export const row: DeviceRow = {
  id: 'd1',
  name: device.name,
  state: 'managed',
  level: 'warning',
  reasons: [
    { key: 'devices.reason.attend', params: { n: 2 } },
    { key: 'devices.reason.notVisible', params: { hours: 2 } },
  ],
  lastSeenAt: null,
  certificateEnded: false,
  certificateEndsAt: null,
  act: 0,
  findings: 1284,
  coverage: 'partly',
  updates: 3,
};

export const coverage: CoverageView = {
  state: 'partly',
  reasons: [
    { code: 'no-feed', ecosystem: 'PyPI', components: 3 },
    { code: 'not-named', ecosystem: '', components: 2 },
  ],
  judgedBy: [
    { ecosystem: 'Debian:13', components: 310, feeds: [{ feed: 'debian', ageDays: 41, stale: true }] },
    { ecosystem: 'npm', components: 2, feeds: [{ feed: 'npm', ageDays: null, stale: true }] },
  ],
};

const work = {
  params: {},
  level: 'warning',
  band: 'today',
  isPutOff: false,
  does: 'devices:write',
  path: '/devices',
} as const;

export const keptTrends: readonly Trend[] = [
  {
    name: 'act-open',
    unit: 'count',
    since: '2026-07-01',
    kept: [
      { day: '2026-07-01', value: 96, dateInDoubt: false },
      { day: '2026-07-03', value: 73, dateInDoubt: false },
    ],
  },
  { name: 'act-days-to-fix', unit: 'days', since: null, kept: [] },
];
export const trendDays: readonly TrendDay[] = [1, 2, 3].map((n) => ({
  day: `2026-07-0${n}`,
  at: nowMs - (3 - n) * 24 * hourMs,
}));

export const worklist: Omit<Parameters<typeof Worklist>[0], 'ctx'> = {
  view: 'all',
  counts: { all: 4, mine: 1, free: 3, later: 1 },
  bands: { now: 1, today: 2, week: 1 },
  rows: [
    {
      ...work,
      id: 'program-changed.c1',
      kind: 'program-changed',
      params: { name: 'PLC-L3-07 <b>', n: 2 },
      level: 'critical',
      band: 'now',
      dueAt: nowMs - hourMs,
    },
    {
      ...work,
      id: 'finding-act.available',
      kind: 'finding-act',
      params: { n: 9 },
      words: { fix: 'work.fix.available' },
      assigneeName: 'D. Akhmetov',
      since: nowMs - 9 * hourMs,
    },
    { ...work, id: 'device-join.all', kind: 'device-join', params: { n: 1 }, level: 'waiting', dueAt: nowMs + hourMs },
    {
      ...work,
      id: 'trust-ends.root-1',
      kind: 'trust-ends',
      params: { n: 21 },
      words: { role: 'exchange.role.root', ends: 'work.trust-ends.in' },
      band: 'week',
    },
  ],
  next: 'trust-ends.root-1',
  figures: {
    act: 9,
    trends: keptTrends,
    trendDays,
    devices: { total: 1284, silent: 33, hours: 2, unjudged: 4, partly: 12 },
    knowledge: { days: 20, limit: 14, feed: 'debian' },
  },
  zones: [
    {
      id: 'z3',
      name: 'Z-CELL3 Dosing',
      health: 'critical',
      reason: { key: 'health.programBlocks', params: { what: 'OB1, FB12' } },
      abnormal: 2,
      unjudged: 1,
    },
    { id: 'z1', name: 'Z-CELL1 Intake', health: 'ok', abnormal: 0, unjudged: 3 },
  ],
  map: {
    zones: [
      { id: 'z3', name: 'Z-CELL3 Dosing', level: '1', controllers: 12, health: 'critical', abnormal: 2, unjudged: 1 },
      { id: 'z1', name: 'Z-CELL1 Intake', level: '1', controllers: 14, health: 'ok', abnormal: 0, unjudged: 3 },
      { id: 'z2', name: 'Z-OPS Operations', level: '3', controllers: 0, health: 'ok', abnormal: 0, unjudged: 0 },
    ],
    levels: ['3', '2', '1'],
    conduits: [{ from: 'z2', to: 'z3' }],
  },
  running: [{ id: 'x', name: 'Ring 1', done: 3, total: 18 }],
  requestsOut: [{ number: 119, since: nowMs - 10 * hourMs }],
  soon: [
    { href: '/backups', at: nowMs + hourMs },
    { name: 'Night of Sunday', href: '/calendar', at: nowMs + 2 * hourMs },
  ],
};
