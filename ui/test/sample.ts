import type { CoverageView } from '../src/components/coverage.tsx';
import type { DeviceHead } from '../src/components/device-frame.tsx';
import { type Ctx, pageContext } from '../src/context.ts';
import type { DeviceRow } from '../src/devices/devices.tsx';
import { catalogue } from '../src/i18n/catalogue.ts';
import type { Lang } from '../src/i18n/types.ts';
import type { ListState } from '../src/list.ts';
import type { OverviewProps } from '../src/overview/overview-model.ts';

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

export const overview: Omit<OverviewProps, 'ctx'> = {
  checkedAt: nowMs,
  devices: { total: 1284, critical: 7, warning: 41, notVisible: 33, ok: 1203, pending: 0, notVisibleHours: 2 },
  notJudged: { wholly: 4, partly: 12 },
  act: { findings: 9, devices: 7 },
  waiting: 2,
  updatesNeeded: 41,
  exchange: {
    trips: [
      { request: 118, leftAt: nowMs - 200 * hourMs, came: { seq: 44, at: nowMs - 120 * hourMs, result: 'partial' } },
      { request: 119, leftAt: nowMs - 10 * hourMs, dueAt: nowMs + 80 * hourMs },
    ],
    nextNumber: 120,
    left: { number: 119, at: nowMs - 10 * hourMs, wants: 47, feeds: 9, bytes: 1_900_000 },
    onTheWay: { number: 119, since: nowMs - 10 * hourMs },
    came: {
      seq: 44,
      at: nowMs - 120 * hourMs,
      receipt: 3,
      advisories: 14_208,
      updates: 63,
      bytes: 3.8e9,
      unfulfilled: 1,
    },
  },
  decisions: [{ decision: 'act', findings: 9, devices: 7, available: 5, none: 1, undetermined: 3 }],
  trend: [96, 73],
  notFilled: [
    { reason: 'NO_SOURCE', kind: 'suite', want: 'Debian:13 amd64/trixie-security', since: '2026-05-01T12:00:00Z' },
    { reason: 'NO_SOURCE', kind: 'update', want: 'Debian:13/bash', since: '2026-05-01T12:00:00Z' },
  ],
  knowledge: [
    { feed: 'debian', ageDays: 20, limitDays: 14 },
    { feed: 'epss', ageDays: null, limitDays: 14 },
  ],
  running: [{ id: 'x', name: 'Ring 1', done: 3, total: 18, failed: 1 }],
  events: [
    {
      id: 1,
      at: nowMs,
      severity: 'warning',
      message: { key: 'event.device-approved', params: { device: 'ENG-WS-03' } },
      device: { id: 'd1', name: 'ENG-WS-03' },
    },
  ],
  eventsSince: nowMs - 6 * hourMs,
  controllers: {
    total: 68,
    warning: 1,
    critical: 1,
    zones: [
      {
        id: 'z3',
        name: 'Z-CELL3 Dosing',
        controllers: 12,
        health: 'critical',
        reason: { key: 'health.programBlocks', params: { what: 'OB1, FB12' } },
        abnormal: 2,
      },
      { id: 'z1', name: 'Z-CELL1 Intake', controllers: 14, health: 'ok', abnormal: 0 },
    ],
  },
};
