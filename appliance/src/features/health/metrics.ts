import { statSync } from 'node:fs';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, nowIn, schemaVersion } from '../../platform/database.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { pendingCounts } from '../../platform/pending.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import type { BackupService } from '../backups/service.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DeviceList } from '../devices/types.ts';
import type { ExchangeService } from '../exchange/service.ts';
import type { ServerCertificateService } from '../server-certificate/service.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { Family, Sample } from './exposition.ts';
import { DURATION_BOUNDS, type EntryPoint, type Meter } from './meter.ts';
import type { HealthService } from './service.ts';

export type MetricsParts = {
  version: string;
  db: Database;
  time: Pick<SiteClock, 'read'>;
  paths: { database: string };
  health: Pick<HealthService, 'current' | 'meter' | 'reportsWaiting'>;
  backups: Pick<BackupService, 'age'>;
  serverCertificate: Pick<ServerCertificateService, 'ends'>;
  jobs: Pick<Jobs, 'counts'>;
  devices: Pick<DeviceService, 'waiting'>;
  deviceList: Pick<DeviceList, 'counts'>;
  vulnerabilities: Pick<VulnerabilityService, 'tallies'>;
  updates: Pick<UpdateService, 'counts'>;
  exchange: Pick<ExchangeService, 'knowledge'>;
};

const gauge = (name: string, help: string, samples: readonly Sample[] | number): Family => ({
  name: `sallyport_${name}`,
  type: 'gauge',
  help,
  samples: typeof samples === 'number' ? [{ value: samples }] : samples,
});

const counter = (name: string, help: string, samples: readonly Sample[] | number): Family => ({
  ...gauge(`${name}_total`, help, samples),
  type: 'counter',
});

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const healthFamilies = ({ version, db, paths, health }: MetricsParts): Family[] => {
  const { isReady, checks, disk, checkedAt } = health.current();
  const schema = String(schemaVersion(db));
  return [
    gauge('build_info', 'The release and the number of its schema.', [{ labels: { version, schema }, value: 1 }]),
    gauge('ready', 'Whether no check has failed, as readyz says.', Number(isReady)),
    gauge(
      'check_ok',
      'Whether a check of readyz found nothing.',
      checks.map(({ name, state }) => ({ labels: { check: name }, value: Number(state === 'ok') })),
    ),
    gauge('checked_timestamp_seconds', 'When the checks were made.', checkedAt / 1_000),
    gauge('disk_free_bytes', 'Free space on the disk of the data directory.', disk.freeBytes),
    gauge('disk_size_bytes', 'Size of the disk of the data directory.', disk.sizeBytes),
    gauge('database_bytes', 'Size of the database.', bytesOf(paths.database)),
    gauge('database_log_bytes', 'Size of the write-ahead log of the database.', bytesOf(`${paths.database}-wal`)),
  ];
};

const certificateFamilies = ({ serverCertificate }: MetricsParts): Family[] => [
  gauge(
    'certificate_end_timestamp_seconds',
    "When the certificate of the site's authority, of the server, of the plant ends.",
    serverCertificate.ends().map(({ certificate, notAfter }) => ({ labels: { certificate }, value: notAfter / 1_000 })),
  ),
];

/** Absent where there is no good one. */
const backupFamilies = ({ backups }: MetricsParts): Family[] => {
  const { last } = backups.age();
  const samples = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }]);
  return [
    gauge('backup_last_timestamp_seconds', 'When the last good backup was made.', samples(last && last.madeAt / 1_000)),
    gauge('backup_last_bytes', 'Size of the last good backup, without objects.', samples(last?.bytes)),
  ];
};

const timeFamilies = ({ time }: MetricsParts): Family[] => {
  const { wallMs, floorMs, nowMs: countsMs, doubt } = time.read();
  return [
    gauge(
      'clock_in_doubt',
      'Whether the clock of the computer is before or too far past what is certain.',
      Number(doubt !== undefined),
    ),
    gauge('clock_timestamp_seconds', 'What the clock of the computer says.', wallMs / 1_000),
    gauge('clock_floor_timestamp_seconds', 'The latest time that is certain.', floorMs / 1_000),
    gauge('clock_counts_timestamp_seconds', 'The time that ends are judged by.', countsMs / 1_000),
  ];
};

const siteFamilies = (parts: MetricsParts): Family[] => {
  const { db, jobs, devices, deviceList, vulnerabilities, updates, exchange } = parts;
  const byState = new Map<string, number>();
  for (const { state, devices: n } of deviceList.counts(wholeSite('figures')))
    byState.set(state, (byState.get(state) ?? 0) + n);
  const { matrix } = vulnerabilities.tallies(wholeSite('figures'));
  const { undecided } = updates.counts(wholeSite('figures'));
  const pending = pendingCounts(db);
  return [
    gauge(
      'devices',
      'Devices by state.',
      [...byState].map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge('devices_waiting', 'Devices that wait for a person.', devices.waiting()),
    gauge(
      'findings',
      'Open findings by decision and state of the fix.',
      Object.entries(matrix).flatMap(([decision, row]) =>
        Object.entries(row).map(([fix, value]) => ({ labels: { decision, fix }, value })),
      ),
    ),
    gauge('updates_undecided', 'Needed updates that wait for a decision.', undecided),
    gauge(
      'knowledge_age_days',
      'Age of each feed of advisories; a feed without a date is absent.',
      exchange
        .knowledge()
        .flatMap(({ feed, ageDays }) => (ageDays === undefined ? [] : [{ labels: { feed }, value: ageDays }])),
    ),
    gauge(
      'pending',
      'What is noted and not yet derived.',
      pending.map(({ entity, count }) => ({ labels: { entity }, value: count })),
    ),
    gauge(
      'pending_age_seconds',
      'Age of the oldest of it.',
      pending.map(({ entity, since }) => ({ labels: { entity }, value: Math.max(0, (nowIn(db) - since) / 1_000) })),
    ),
    gauge(
      'jobs',
      'Runs of jobs that are kept, by kind and state.',
      jobs.counts().map(({ kind, state, runs }) => ({ labels: { kind, state }, value: runs })),
    ),
  ];
};

const durations = (calls: ReturnType<Meter['calls']>): Sample[] =>
  [...calls].flatMap(([entryPoint, { within, seconds, total }]) => {
    const labels = { entry_point: entryPoint satisfies EntryPoint };
    return [
      ...DURATION_BOUNDS.map((bound, index) => ({
        suffix: '_bucket',
        labels: { ...labels, le: String(bound) },
        value: within[index] ?? 0,
      })),
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: total },
      { suffix: '_sum', labels, value: seconds },
      { suffix: '_count', labels, value: total },
    ];
  });

/** What only the process that serves knows; nothing in a command. */
const serverFamilies = ({ health }: MetricsParts): Family[] => {
  const waiting = health.reportsWaiting();
  if (waiting === undefined) return [];
  const calls = health.meter.calls();
  const { user, system } = process.cpuUsage();
  return [
    gauge('intake_waiting', 'Reports that wait to be stored.', waiting),
    counter(
      'requests',
      'Requests by entry point and class of status.',
      [...calls].flatMap(([entryPoint, { byStatus }]) =>
        [...byStatus].map(([status, value]) => ({ labels: { entry_point: entryPoint, status }, value })),
      ),
    ),
    {
      name: 'sallyport_request_duration_seconds',
      type: 'histogram',
      help: 'Time until a request was answered, by entry point.',
      samples: durations(calls),
    },
    counter(
      'event_loop_busy_seconds',
      'Time in which the serving thread was at work.',
      performance.eventLoopUtilization().active / 1_000,
    ),
    counter('cpu_seconds', 'Processor time of the server.', (user + system) / 1e6),
    gauge('resident_memory_bytes', 'Memory of the server.', process.memoryUsage.rss()),
    gauge('start_time_seconds', 'When the server was started.', nowMs() / 1_000 - process.uptime()),
  ];
};

/** Everything that monitoring may ask, as families of the text format. */
export function metricFamilies(parts: MetricsParts): Family[] {
  return [
    ...healthFamilies(parts),
    ...backupFamilies(parts),
    ...certificateFamilies(parts),
    ...timeFamilies(parts),
    ...siteFamilies(parts),
    ...serverFamilies(parts),
  ];
}
