// Which tables of osquery no live query may read, and why. A live query has one author and no second person, and what a
// device answers is shown to its readers; so whatever would let the query itself choose a file, a key, a log or an address
// to be read stays out. A table that neither this list nor osquery-tables.generated.ts has is refused too: it belongs to
// an extension or to a newer client, and was not reviewed.

const elsewhere = 'it makes the device connect elsewhere';
const contents = 'it shows what files hold; a file is fetched only as an approved sample';
const registry = 'it shows any value of the registry, secrets of the system among them';
const search = 'it searches what files hold';
const disk = 'it reads disks beside their file systems';
const secrets = 'it holds secrets';
const typed = 'it shows what people typed';
const logs = 'it shows whole logs of the system, what people typed and secrets on command lines among it';

// authenticode asks the servers that the certificates of the file name whether they were revoked.
const reasons: ReadonlyArray<readonly [why: string, names: string]> = [
  [
    elsewhere,
    `curl curl_certificate prometheus_metrics azure_instance_metadata azure_instance_tags ec2_instance_metadata
     ec2_instance_tags ycloud_instance_metadata wifi_survey authenticode`,
  ],
  ['files are fetched only as an approved sample', 'carves'],
  // A digest confirms a guess, and a short secret is guessed; magic reads its rules from a file that the query names.
  [
    contents,
    `augeas configurations plist preferences managed_policies hash magic extended_attributes mdls package_bom
     package_receipts packages system_profiler yara yara_file yara_process`,
  ],
  [registry, 'registry'],
  [search, 'mdfind windows_search'],
  [disk, 'device_file device_hash device_partitions'],
  [
    secrets,
    `process_envs docker_container_envs default_environment lxd_instance_config keychain_items keychain_acls
     osquery_flags`,
  ],
  [typed, 'shell_history powershell_events user_interaction_events'],
  [logs, 'windows_eventlog windows_events asl unified_log syslog_events'],
];

export const deniedTables: Readonly<Record<string, string>> = Object.fromEntries(
  reasons.flatMap(([why, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): [string, string] => [name, why]),
  ),
);

/** Columns of other tables, as table.column. */
export const deniedColumns: Readonly<Record<string, string>> = {
  'docker_containers.env_variables': secrets,
  'es_process_events.env': secrets,
  // The key of the wireless network and the token of the owner's account lie there.
  'nvram.value': secrets,
  // Instructions of a build hold what was given to it.
  'docker_image_history.created_by': secrets,
};

const builtIn = `
  abs coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim max min
  nullif octet_length printf quote replace round rtrim sign soundex substr substring trim typeof unhex unicode unistr
  unlikely upper char
  avg count group_concat median percentile string_agg sum total
  cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
  current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch
  -> ->> json json_array json_array_length json_extract json_group_array json_group_object json_object json_quote
  json_type json_valid
  acos asin atan atan2 ceil ceiling cos cot degrees exp floor ln log log10 log2 mod pi pow power radians sin sqrt tan trunc`;

/** Functions of osquery with their numbers of arguments. `carve`, `sleep` and `find_file_path_in_cmd` are not among them. */
export const osqueryFunctions: Readonly<Record<string, number>> = {
  // -1: any.
  concat: -1,
  concat_ws: -1,
  version_compare: -1,
  is_path_deterministic: -1,
  conditional_to_base64: 1,
  to_base64: 1,
  from_base64: 1,
  md5: 1,
  sha1: 1,
  sha256: 1,
  parent_directory: 1,
  inet_aton: 1,
  cot: 1,
  in_cidr_block: 2,
  split: 3,
  regex_split: 3,
  regex_match: 3,
  community_id_v1: -1,
  community_id_v1_strict: -1,
};

/** Every function that a query may call; none reads a file, waits, or makes a value out of nothing. */
export const allowedFunctions: ReadonlySet<string> = new Set([
  ...builtIn.trim().split(/\s+/),
  ...Object.keys(osqueryFunctions),
]);
