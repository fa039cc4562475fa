import type { RegisterEntry } from './types.ts';

// What no engine declares, entry by entry. Every table of the database and every file of the data directory belongs to exactly
// one entry of the register: a test asks a filled data directory for those that have none. A new table gets its line here.

/** An entry without its words, which are `register.<name>.title`, `.source` and `.purpose`. */
export type HeldEntry = Pick<RegisterEntry, 'row' | 'pillar' | 'name'> &
  Partial<Pick<RegisterEntry, 'tables' | 'files' | 'retention' | 'personal' | 'protection' | 'leaves'>>;

const encrypted = ['encrypted'] as const;
const decided = ['encrypted', 'chain'] as const;

export const heldEntries: readonly HeldEntry[] = [
  // Devices.
  {
    row: 'D3',
    pillar: 'inventory',
    name: 'devices',
    tables: [
      'device',
      'device_mac',
      'device_door',
      'device_merge',
      'device_merge_rows',
      'device_distinct',
      'token_use',
    ],
    retention: 'while-device',
    personal: 'possible',
  },
  { row: 'D3', pillar: 'inventory', name: 'device-hints', tables: ['device_hint'], retention: 'while-device' },
  {
    row: 'D5',
    pillar: 'inventory',
    name: 'reports',
    tables: ['section', 'pending'],
    retention: 'while-device',
    personal: 'possible',
    protection: ['disk', 'hash'],
  },
  {
    row: 'S2',
    pillar: 'inventory',
    name: 'changes',
    tables: ['change_log'],
    retention: 'by-type',
    personal: 'yes',
    protection: encrypted,
  },
  {
    row: 'E1',
    pillar: 'event',
    name: 'agent-events',
    tables: ['agent_event'],
    retention: { days: 90 },
    protection: ['hash'],
  },
  {
    row: 'D9',
    pillar: 'object',
    name: 'certificates',
    tables: ['device_certificate'],
    retention: { days: 400 },
  },
  { row: 'D5', pillar: 'local', name: 'nodes', tables: ['osquery_node'], retention: 'while-device' },
  {
    row: 'E5',
    pillar: 'local',
    name: 'queries',
    tables: ['live_query', 'live_answer'],
    retention: { days: 30 },
    personal: 'possible',
    protection: decided,
  },
  {
    row: 'E5',
    pillar: 'local',
    name: 'device-tasks',
    tables: ['device_task'],
    retention: { days: 30 },
    personal: 'possible',
    protection: decided,
  },
  {
    row: 'C4',
    pillar: 'store',
    name: 'samples',
    tables: ['sample', 'sample_block'],
    retention: { days: 90 },
    personal: 'possible',
    protection: decided,
  },
  { row: 'S6', pillar: 'object', name: 'tasks', tables: ['task'] },
  {
    row: 'D10',
    pillar: 'derived',
    name: 'device-status',
    tables: ['device_status', 'device_dirty', 'rule_sweep', 'moving_done'],
    retention: 'while-device',
  },
  { row: 'D11', pillar: 'derived', name: 'device-tags', tables: ['device_tag'], retention: 'while-device' },
  { row: 'D11', pillar: 'object', name: 'tag-changes', tables: ['tag_change'], retention: { days: 1 } },
  {
    row: 'D3',
    pillar: 'derived',
    name: 'device-lists',
    tables: ['device_row'],
    retention: 'derived',
    personal: 'possible',
  },
  // It lies on the devices; the appliance holds none of it.
  { row: 'E5', pillar: 'local', name: 'device-log', personal: 'possible' },

  // The network.
  { row: 'D1', pillar: 'event', name: 'connections', tables: ['outbound'], retention: { days: 400 } },
  { row: 'D2', pillar: 'event', name: 'discovery-runs', tables: ['discovery_subject'] },

  // Decisions and persons.
  {
    row: 'O7',
    pillar: 'object',
    name: 'decisions',
    tables: ['object', 'object_index'],
    personal: 'yes',
    protection: decided,
  },
  {
    row: 'O7',
    pillar: 'object',
    name: 'revisions',
    tables: ['object_revision'],
    personal: 'yes',
    protection: decided,
  },
  {
    row: 'O8',
    pillar: 'object',
    name: 'tombstones',
    retention: { days: 90 },
    personal: 'yes',
    protection: decided,
  },
  {
    row: 'D6',
    pillar: 'object',
    name: 'person-keys',
    tables: ['person_key'],
    files: ['keys/persons*'],
    personal: 'possible',
    protection: encrypted,
  },
  {
    row: 'E9',
    pillar: 'object',
    name: 'erasures',
    tables: ['person_erasure'],
    personal: 'possible',
    protection: decided,
  },
  {
    row: 'O4',
    pillar: 'object',
    name: 'account-persons',
    tables: ['person_of', 'person_address', 'person_same', 'account_touch'],
    personal: 'yes',
    protection: ['hash'],
  },
  {
    row: 'O4',
    pillar: 'object',
    name: 'approvals',
    tables: ['approval'],
    retention: { days: 1_095 },
    personal: 'possible',
  },
  {
    row: 'O4',
    pillar: 'object',
    name: 'sessions',
    tables: ['session', 'login_attempt', 'totp_step'],
    retention: { days: 1 },
    personal: 'yes',
    protection: ['hash'],
  },
  {
    row: 'O10',
    pillar: 'local',
    name: 'import-drafts',
    tables: ['import_draft', 'controller_import_draft'],
    files: ['staging/**'],
    retention: { days: 7 },
    personal: 'possible',
  },

  // Baselines.
  {
    row: 'S2',
    pillar: 'derived',
    name: 'deviations',
    tables: ['deviation', 'baseline_stale', 'baseline_state'],
    retention: { days: 1_095 },
    personal: 'yes',
    protection: encrypted,
  },
  {
    row: 'S2',
    pillar: 'object',
    name: 'acceptances',
    tables: ['baseline_acceptance'],
    personal: 'yes',
    protection: decided,
  },
  {
    row: 'S2',
    pillar: 'object',
    name: 'baseline-contents',
    tables: ['baseline_content'],
    personal: 'yes',
    protection: decided,
  },

  // Controllers.
  { row: 'P1', pillar: 'inventory', name: 'controller-origins', tables: ['controller_origin'], personal: 'possible' },
  {
    row: 'P1',
    pillar: 'inventory',
    name: 'controller-changes',
    tables: ['controller_change'],
    retention: { days: 3_650 },
    personal: 'possible',
  },
  {
    row: 'P2',
    pillar: 'derived',
    name: 'program-states',
    tables: ['controller_program_state', 'controller_program_change', 'controller_program_snapshot'],
  },
  {
    row: 'P1',
    pillar: 'event',
    name: 'identifications',
    tables: [
      'identification_run',
      'identification_exchange',
      'identification_packet',
      'identification_permit',
      'identification_approval',
    ],
    retention: { days: 1_095 },
    personal: 'possible',
  },
  { row: 'P1', pillar: 'object', name: 'identification-halts', tables: ['identification_halt', 'identification_hold'] },
  {
    row: 'S3',
    pillar: 'derived',
    name: 'controller-findings',
    tables: [
      'controller_match',
      'controller_match_count',
      'controller_match_state',
      'controller_identity',
      'controller_part_identity',
      'controller_part_identity_log',
      'controller_document',
      'controller_document_vulnerability',
      'controller_leaf',
      'controller_priority',
      'controller_threat',
      'controller_held',
    ],
    retention: 'derived',
  },
  {
    row: 'S4',
    pillar: 'object',
    name: 'firmware-handovers',
    tables: ['controller_firmware_handover'],
    personal: 'possible',
  },
  {
    row: 'S4',
    pillar: 'object',
    name: 'patches',
    tables: [
      'ot_patch',
      'ot_patch_move',
      'ot_patch_target',
      'ot_patch_check',
      'ot_patch_import',
      'ot_patch_import_row',
      'ot_notice',
    ],
    personal: 'possible',
  },
  {
    row: 'S4',
    pillar: 'object',
    name: 'patch-signatures',
    tables: ['ot_patch_signature', 'ot_patch_request'],
    personal: 'yes',
  },
  {
    row: 'E4',
    pillar: 'store',
    name: 'patch-evidence',
    tables: ['ot_evidence', 'ot_file'],
    personal: 'possible',
    protection: ['hash', 'signed'],
  },

  // The gap.
  {
    row: 'G1',
    pillar: 'sync',
    name: 'requests',
    tables: ['request'],
    protection: ['signed', 'sealed'],
    leaves: { file: 'request', fields: ['register.requests.leaves'] },
  },
  {
    row: 'G2',
    pillar: 'sync',
    name: 'bundles',
    tables: ['bundle_import', 'waiting_bundle', 'missing_object', 'unfulfilled'],
    protection: ['signed'],
  },
  {
    row: 'G3',
    pillar: 'sync',
    name: 'receipts',
    tables: ['receipt', 'receipt_task', 'override'],
    protection: ['signed', 'chain'],
    leaves: { file: 'request', fields: ['register.receipts.leaves'] },
  },
  {
    row: 'G4',
    pillar: 'sync',
    name: 'site-card',
    tables: ['site_card'],
    protection: ['signed'],
    leaves: { file: 'site-card', fields: ['register.site-card.leaves'] },
  },
  {
    row: 'G2',
    pillar: 'sync',
    name: 'trust-state',
    tables: ['trust_metadata', 'trust_root', 'exchange_state'],
    protection: ['signed'],
    leaves: { file: 'request', fields: ['register.trust-state.leaves'] },
  },
  {
    row: 'S4',
    pillar: 'sync',
    name: 'catalog',
    tables: ['catalog_update', 'catalog_update_file', 'catalog_version'],
    protection: ['signed'],
  },
  {
    row: 'G2',
    pillar: 'sync',
    name: 'advisories',
    tables: ['feed'],
    files: ['advisories/**'],
    protection: ['hash'],
  },
  {
    row: 'S8',
    pillar: 'store',
    name: 'objects',
    tables: ['store_unreferenced', 'scanned_object'],
    files: ['objects/**'],
    protection: ['hash'],
    leaves: { file: 'request', fields: ['register.objects.leaves'] },
  },

  // Worked out.
  {
    row: 'S3',
    pillar: 'derived',
    name: 'findings',
    tables: ['match', 'match_advisory', 'device_findings', 'coord_load', 'coord_count', 'coord_fix', 'source_fix'],
    retention: 'derived',
    leaves: { file: 'request', fields: ['register.findings.leaves'] },
  },
  { row: 'E7', pillar: 'derived', name: 'finding-days', tables: ['finding_day'], retention: { days: 400 } },
  {
    row: 'S1',
    pillar: 'derived',
    name: 'coordinates',
    tables: ['coord', 'device_coord', 'item_coord', 'item_aside', 'source_package'],
    retention: 'derived',
  },
  { row: 'S1', pillar: 'derived', name: 'coordinate-changes', tables: ['device_coord_log'], retention: 'while-device' },
  {
    row: 'S4',
    pillar: 'derived',
    name: 'update-needs',
    tables: ['update_need', 'update_need_of', 'update_need_state', 'update_device'],
    retention: 'derived',
  },

  // The appliance itself.
  {
    row: 'E1',
    pillar: 'event',
    name: 'events',
    tables: ['event'],
    retention: 'by-type',
    personal: 'possible',
    protection: ['disk', 'chain'],
  },
  { row: 'O7', pillar: 'event', name: 'audit', tables: ['audit', 'audit_head'], protection: ['chain'] },
  { row: 'E6', pillar: 'local', name: 'jobs', tables: ['job_run', 'schedule_run'], retention: { days: 90 } },
  { row: 'O10', pillar: 'local', name: 'configuration', files: ['config.json', '*.lock', '*.lock-journal'] },
  {
    row: 'O4',
    pillar: 'local',
    name: 'keys',
    files: ['keys/**'],
    protection: encrypted,
  },
  {
    row: 'E9',
    pillar: 'local',
    name: 'database',
    files: ['state.db', 'state.db-*'],
    personal: 'yes',
    protection: ['disk', 'encrypted'],
  },
  {
    row: 'F1',
    pillar: 'local',
    name: 'backups',
    files: ['backups/**'],
    personal: 'yes',
    protection: ['encrypted', 'sealed'],
  },
  { row: 'E6', pillar: 'local', name: 'diagnostics', files: ['diagnostics/**'], personal: 'possible' },
];

/** Tables of the record of controllers, which all collections of facts share. */
export const controllerTables: readonly string[] = [
  'controller',
  'controller_reading',
  'controller_fact',
  'controller_part',
  'controller_winner',
  'controller_key',
  'controller_pair',
  'controller_agreed',
  'controller_merge',
  'controller_row',
  'controller_derivation',
];

/** Whether a path below the data directory is one of a pattern: `*` within a folder, `**` below it. */
export function isFileOf(pattern: string, path: string): boolean {
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -2) : undefined;
  if (folder !== undefined) return path.startsWith(folder);
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return path === pattern;
  return path.startsWith(head) && path.endsWith(tail) && !path.slice(head.length).includes('/');
}
