import type { Database } from '../../appliance/src/platform/database.ts';

// What people entered, as the tables of the database have it. Each table of the register is here: a new one says whether
// people enter something in it.

/** SQL of the rows that people entered or decided, and the columns that say what; `days`: from `at` on, the register says no more. */
type Entered = { readonly select: string; readonly days?: number };

const worked = 'the appliance works it out or notes it by itself';
type Row = Entered | typeof worked;

const all = (table: string, columns: string, more = ''): Entered => ({
  select: `select ${columns} from "${table}" ${more}`,
});
/** `at`: a column with the milliseconds from which its days count. */
const kept = (days: number, at: string, entered: Entered): Entered => ({
  select: entered.select.replace('select ', `select ${at} as "until", `),
  days,
});

const ofPerson = "where source = 'person'";
const purgedWith = 'where (kind, id) in (select kind, id from object where deleted_at is null)';

export const enteredRows: Readonly<Record<string, Row>> = {
  // Objects and their past.
  object: all('object', 'kind, id, revision, created_at, updated_at, title, body', 'where deleted_at is null'),
  object_revision: all('object_revision', 'kind, id, revision, actor, persons, operation, comment, body', purgedWith),
  object_index: worked,
  group_path: worked,
  person_key: worked,
  person_of: all(
    'person_of',
    'subject, person',
    "where subject in (select kind || ':' || id from object where deleted_at is null)",
  ),
  person_same: all('person_same', 'person, same, at'),
  person_address: worked,
  account_touch: all('account_touch', 'account, person, since, at'),
  approval: kept(1_095, 'at', all('approval', 'act, thing, type, actor, persons, one_person')),
  person_erasure: all('person_erasure', 'id, reference, reason, asked_by, asked_at, decided_by, decided_at'),
  session: worked,
  login_attempt: worked,
  totp_step: worked,
  list_view: all('list_view', 'account, list, name, query'),
  list_columns: all('list_columns', 'account, list, columns'),
  announcement: worked,
  notification: worked,
  notification_position: worked,
  receiver_position: worked,
  announcement_read: all('announcement_read', 'announcement, account'),
  import_draft: kept(7, 'created_at', all('import_draft', 'id, name, made_by')),
  controller_import_draft: kept(
    7,
    'created_at',
    all('controller_import_draft', 'id, name, form, csv, mapping, made_by'),
  ),

  // Devices.
  device: all('device', 'id, public_id, state, approved_at, revoked_at', 'where approved_at is not null'),
  device_source: all('device_source', 'id, device, source, state', "where state in ('approved', 'revoked')"),
  device_merge: kept(365, 'at', all('device_merge', 'keep, other_public_id, actor, undone_at')),
  device_merge_rows: worked,
  device_distinct: all('device_distinct', 'one, two, at, actor'),
  device_tag: all('device_tag', 'tag, device', "where source = 'hand'"),
  task: all('task', 'id, deployment, device, update_id'),
  deployment_ring: all('deployment_ring', 'deployment, ring, comment, decided_by', 'where decided_by is not null'),
  live_query: kept(30, 'created_at', all('live_query', 'id, sql, created_by')),
  device_task: kept(30, 'asked_at', all('device_task', 'id, device, kind, what, reason, asked_by')),
  sample: kept(90, 'asked_at', all('sample', 'id, device, path, reason, asked_by')),
  deviation: all('deviation', 'id, work_order, work_order_actor', 'where work_order is not null and until is null'),
  baseline_acceptance: all('baseline_acceptance', 'id, baseline, device, reason, actor, expires_at'),
  baseline_content: all('baseline_content', 'baseline, content, collection, rows'),

  // Controllers.
  controller: all('controller', 'id, public_id'),
  protected_address: all('protected_address', 'id, address, because, object, label, left_at, left_by, batch, request'),
  protected_release: all('protected_release', 'id, asked_at, asked_by, reason'),
  import_batch: all('import_batch', 'id, type, name, at, actor, undone_at, undone_by, state'),
  controller_reading: all('controller_reading', 'id, batch, controller, method, pinned, ended', ofPerson),
  controller_fact: all(
    'controller_fact',
    'f.id, reading, type, key, field, side, value, raw',
    `f join controller_reading r on r.id = f.reading ${ofPerson}`,
  ),
  controller_effective: all(
    'controller_effective',
    'w.part, w.field, w.side, w.value',
    `w join controller_fact f on f.id = w.fact join controller_reading r on r.id = f.reading ${ofPerson}`,
  ),
  controller_pair: all('controller_pair', 'one, two, same, at, actor, reason'),
  controller_merge: all('controller_merge', 'id, keep, other, at, actor, undone_at'),
  identification_approval: kept(
    1_095,
    'at',
    all('identification_approval', 'id, job, revision, digest, plan, by, persons'),
  ),
  identification_run: kept(
    1_095,
    'coalesce(finished_at, started_at)',
    all('identification_run', 'id, job, approval, started_by'),
  ),
  controller_program_snapshot: all(
    'controller_program_snapshot',
    'id, controller, at, actor, moment, work_order, content_hash',
  ),
  controller_firmware_handover: all('controller_firmware_handover', 'id, controller, handed_by, done_by, outcome'),
  ot_patch: all('ot_patch', 'id, key, patch_id, vendor, product, product_version, target_version, verdict, created_by'),
  ot_patch_move: all('ot_patch_move', 'id, patch, type, from_state, to_state, actor, signed, reason'),
  ot_patch_request: all('ot_patch_request', 'id, patch, type, target, asked_by, reason, evidence, verdict'),
  ot_patch_signature: all('ot_patch_signature', 'request, person, at, agrees, comment, roles'),
  ot_patch_target: all('ot_patch_target', 'patch, controller, added_at, added_by'),
  ot_patch_check: all('ot_patch_check', 'patch, controller, item, answer, note, value, actor'),
  ot_patch_import: all('ot_patch_import', 'id, at, actor, name, undone_at'),
  ot_patch_import_row: all('ot_patch_import_row', 'import, patch, line'),
  ot_file: all('ot_file', 'name, at, actor'),
  ot_evidence: all('ot_evidence', 'id, from_at, to_at, lang, actor'),

  // The gap.
  request: all('request', 'number, request_id, created_at, file, written_by'),
  receipt: all('receipt', 'number, digest, created_at, result'),
  override: all('override', 'id, at, code, reason, operator'),
  trust_root: all('trust_root', 'version, bytes'),
  site_card: all('site_card', 'number, digest'),
  audit: all('audit', 'seq, at, actor, kind, object, revision, hash'),

  ...Object.fromEntries(
    [
      'schema_step section pending array_change change_log audit_head event job_run schedule_run shared_value device_mac',
      'device_certificate token_use agent_event exchange_state trust_metadata bundle_import feed catalog_update',
      'catalog_update_file catalog_version unfulfilled component component_count component_load component_fix source_fix',
      'source_package package_name device_component device_component_log item_component item_aside waiting_bundle',
      'store_unreferenced missing_object receipt_task scanned_object staged_release device_status device_findings',
      'device_coverage rule_round moving_done device_hint discovery_subject outbound live_answer sample_block osquery_node',
      'baseline_state device_row tag_change controller_part controller_key controller_agreed controller_change',
      'controller_row controller_derivation identification_exchange identification_permit identification_hold',
      'identification_packet identification_halt controller_identity controller_part_identity',
      'controller_part_identity_log controller_document controller_document_vulnerability controller_leaf controller_match',
      'controller_match_count controller_match_state controller_priority controller_threat controller_held ot_notice',
      'controller_program_state controller_program_change match match_advisory finding_device update_need update_need_of',
      'update_device update_need_state daily_value',
    ]
      .flatMap((names) => names.split(' '))
      .map((name) => [name, worked] as const),
  ),
};

/** Rows as texts, by table. */
export type EnteredSite = ReadonlyMap<string, readonly { readonly row: string; readonly untilMs?: number }[]>;

const textOf = (row: Record<string, unknown>): string =>
  JSON.stringify(row, (_key, value: unknown) => (Buffer.isBuffer(value) ? value.toString('base64') : value));

/** What is entered now. */
export function enteredSite(db: Database): EnteredSite {
  return new Map(
    Object.entries(enteredRows).flatMap(([table, entered]) => {
      if (entered === worked) return [];
      const rows = db.prepare<[], Record<string, unknown>>(entered.select).all();
      return [
        [
          table,
          rows.map(({ until, ...row }) => ({
            row: textOf(row),
            ...(entered.days === undefined ? {} : { untilMs: Number(until) + entered.days * 86_400_000 }),
          })),
        ] as const,
      ];
    }),
  );
}

/** What of the evening before is there no more at a later time, though no act and no end of its own took it. */
export function lostOf(evening: EnteredSite, morning: EnteredSite, nowMs: number): string[] {
  return [...evening].flatMap(([table, rows]) => {
    const held = new Set((morning.get(table) ?? []).map(({ row }) => row));
    return rows
      .filter(({ row, untilMs }) => !held.has(row) && (untilMs === undefined || untilMs > nowMs))
      .map(({ row }) => `${table} ${row.slice(0, 400)}`);
  });
}
