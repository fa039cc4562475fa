// Words that the glossary of docs/architecture.md has replaced. `left`: sources that still have one, in its plain sense or
// until they are renamed. The lists only get shorter: a file that is not listed fails, and so does one that is listed and clean.

export type GoneWord = {
  /** Its forms, as parts of names. */
  forms: readonly string[];
  /** What is written instead. */
  now: string;
  left: readonly string[];
};

/** Words of stories, which no text of a source has. */
export const storyWords = /\b(?:nobody|whoever)\b/i;

export const goneWords: readonly GoneWord[] = [
  {
    forms: ['settle', 'settled', 'settles', 'settling', 'unsettled'],
    now: 'the act itself: recompute, derive, destroy, decide',
    left: [
      'appliance/src/cli/serve.ts',
      'appliance/src/cli/upgrade.ts',
      'appliance/src/features/upgrade/settle.ts',
      'appliance/src/derivations.ts',
      'appliance/src/features/agents/glpi/later.ts',
      'appliance/src/features/agents/osquery/log-body.ts',
      'appliance/src/features/updates/need-index.ts',
      'appliance/src/features/updates/service.ts',
      'appliance/src/features/vulnerabilities/covered-devices.ts',
      'appliance/src/features/vulnerabilities/item-components.ts',
      'appliance/src/features/vulnerabilities/store.ts',
      'appliance/src/platform/connect.ts',
      'appliance/src/platform/http/body.ts',
      'appliance/src/schema.sql',
      'appliance/src/server/intake/intake.ts',
      'bundle-tools/src/archive/byte-stream.ts',
      'bundle-tools/src/archive/folder-source.ts',
      'bundle-tools/src/archive/tar-source.ts',
      'bundle-tools/src/builder/plan-bundle.ts',
    ],
  },
  { forms: ['sweep', 'sweeps', 'swept'], now: 'recompute all', left: [] },
  { forms: ['dirty'], now: 'pending', left: [] },
  {
    forms: ['bearers'],
    now: 'devices or controllers by component',
    left: [],
  },
  { forms: ['taker', 'takers'], now: 'ingest', left: [] },
  {
    forms: ['duty', 'duties'],
    now: 'role',
    left: [
      'appliance/src/features/patches/kinds.ts',
      'appliance/src/features/patches/process.ts',
      'appliance/src/features/patches/shapes.ts',
    ],
  },
  { forms: ['said', 'saying', 'sayings'], now: 'fact, message, claim or answer', left: [] },
  {
    forms: ['counterproof'],
    now: 'leak scan',
    // The name of the field in the preview's JSON.
    left: ['appliance/src/cli/request-export.ts', 'appliance/src/features/exchange/operations.ts'],
  },
  {
    forms: ['ledger'],
    now: 'journal',
    left: [],
  },
  { forms: ['rekey'], now: 'reindex', left: [] },
  {
    forms: ['restate', 'restates', 'restated'],
    now: 'recompute',
    left: ['bundle-tools/src/advisories/csaf/leaf-versions.ts'],
  },
  { forms: ['regroup'], now: 'reassign', left: [] },
  { forms: ['recast'], now: 'recompute', left: [] },
  { forms: ['rederive'], now: 'recompute', left: [] },
  { forms: ['loser', 'losers'], now: 'superseded value', left: [] },
  { forms: ['winner', 'winners'], now: 'effective value', left: [] },
];
