import type { Database } from '../../platform/database.ts';

/**
 * Numbers of rows of what no engine declares. Reads person_key, person_erasure, change_log, deviation, baseline_acceptance, plc_program_state, plc_program_change, plc_program_snapshot, device_certificate, session, login_attempt, coord_load,
 * catalog_update, request, bundle_import, receipt, site_card, task, live_query, sample, device_task,
 * osquery_node, job_run, object_revision, object, audit, event and outbound.
 */
export const provisionQueries = (db: Database) => {
  const count = (sql: string): (() => number) => {
    const statement = db.prepare<[], { n: number }>(`select count(*) as n from ${sql}`);
    return () => statement.get()?.n ?? 0;
  };
  // Kept per coordinate: a fleet has a million.
  const findings = db.prepare<[], number>('select coalesce(sum(findings), 0) from coord_load').pluck();
  return {
    changes: count('change_log'),
    personKeys: count('person_key where erased_at is null'),
    erasures: count('person_erasure'),
    deviations: count('deviation'),
    acceptances: count('baseline_acceptance'),
    controllerOrigins: count('plc_origin'),
    programStates: count(
      '(select plc from plc_program_state union all select plc from plc_program_change union all select plc from plc_program_snapshot)',
    ),
    certificates: count('device_certificate'),
    sessions: count('session'),
    attempts: count('login_attempt'),
    findings: () => findings.get() ?? 0,
    catalog: count('catalog_update where in_catalog = 1'),
    requests: count('request'),
    imports: count('bundle_import'),
    receipts: count('receipt'),
    cards: count('site_card'),
    tasks: count('task'),
    liveQueries: count('live_query'),
    samples: count('sample'),
    deviceTasks: count('device_task'),
    osqueryNodes: count('osquery_node'),
    jobs: count('job_run'),
    statuses: count('device_status'),
    tags: count('device_tag'),
    revisions: count('object_revision'),
    tombstones: count('object where deleted_at is not null'),
    audit: count('audit'),
    events: count('event'),
    connections: count('outbound'),
  };
};
