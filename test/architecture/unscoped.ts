// Reads of rows of devices and controllers that do not ask what a person reaches, as many as each file has. The test counts them
// anew: a read that is new fails, and so does a number that is too high.

/** They need not: what they read is of the whole site for everybody who gets it. */
export const needNoScope: Readonly<Record<string, { readonly reads: number; readonly why: string }>> = {
  'engine/events/reach-queries.ts': { reads: 2, why: 'of devices that the same reach gave before' },
  'engine/events/store.ts': { reads: 3, why: 'the chain, and how many events are kept' },
  'engine/inventory/array-store.ts': { reads: 3, why: 'of a section, of one device, and checks of the whole' },
  'engine/inventory/change-store.ts': {
    reads: 5,
    why: 'of one device, by numbers that a reach gave, and bounds of the log',
  },
  'engine/inventory/item-device-store.ts': {
    reads: 1,
    why: 'sets of devices, which reader.ts cuts to what is reached',
  },
  'engine/inventory/list-queries.ts': { reads: 1, why: 'which sections do not count' },
  'engine/inventory/store.ts': { reads: 10, why: 'writes reports, and reads what one device has' },
  'engine/inventory/transfer-store.ts': { reads: 3, why: 'moves what two records hold' },
  'features/agents/native/queries.ts': { reads: 1, why: 'an agent asks about its own device' },
  'features/agents/osquery/node-store.ts': { reads: 1, why: 'an agent asks about its own device' },
  'features/device-tasks/store.ts': {
    reads: 5,
    why: 'an agent asks about its own device; jobs end what is late and old',
  },
  'features/devices/arrival-queries.ts': { reads: 1, why: 'a token is of the site, and so is its page' },
  'features/devices/certificate-store.ts': { reads: 2, why: 'who a caller is, by its certificate' },
  'features/devices/duplicate-store.ts': { reads: 3, why: 'records that a reach gave, and pairs that were told apart' },
  'features/devices/forget-queries.ts': { reads: 2, why: 'finds what expires' },
  'features/devices/hint-store.ts': { reads: 1, why: 'finds the device that an agent or a scan means' },
  'features/devices/merge-store.ts': { reads: 3, why: 'of records that merge.ts found in reach' },
  'features/devices/queries.ts': { reads: 3, why: 'rows and names by numbers that a reach gave, and a stamp of all' },
  'features/devices/reporting-queries.ts': { reads: 2, why: 'whose report of an agent it is' },
  'features/devices/source-store.ts': { reads: 9, why: 'which client an agent is, and those of one device' },
  'features/devices/store.ts': { reads: 8, why: 'what agents say, one device by its number, and figures of the site' },
  'features/discovery/store.ts': { reads: 2, why: 'discovery is of the site' },
  'features/devices/evaluate-queries.ts': { reads: 4, why: 'sets of devices, which filter.ts cuts to what is reached' },
  'features/devices/field-queries.ts': {
    reads: 15,
    why: 'values of fields, over devices that are asked about already',
  },
  'features/devices/filter-queries.ts': { reads: 14, why: 'sets of devices, which filter.ts cuts to what is reached' },
  'features/devices/row-store.ts': { reads: 5, why: 'derives rows' },
  'features/erasure/store.ts': { reads: 1, why: 'erasing a person is of the site' },
  'features/exchange/queries.ts': { reads: 1, why: 'the exchange is of the site' },
  'features/controller-findings/field-queries.ts': {
    reads: 1,
    why: 'sets of findings, which queries.ts cuts to what is reached',
  },
  'features/controller-findings/held-store.ts': { reads: 4, why: 'works out what is held back' },
  'features/controller-findings/identity-store.ts': { reads: 9, why: 'derives what parts are' },
  'features/controller-findings/queries.ts': { reads: 8, why: 'findings of controllers that were found in reach' },
  'features/controller-findings/reach-queries.ts': { reads: 1, why: 'of a controller that was found in reach' },
  'features/controller-findings/subject-queries.ts': { reads: 1, why: 'derives what parts are' },
  'features/controller-findings/urgency-queries.ts': { reads: 1, why: 'over controllers that were found in reach' },
  'features/controller-firmware/store.ts': { reads: 2, why: 'of a controller that was found in reach, and what waits' },
  'features/controllers/field-queries.ts': {
    reads: 1,
    why: 'sets of controllers, which list-queries.ts cuts to what is reached',
  },
  'features/controllers/record-store.ts': {
    reads: 19,
    why: 'of a record that was found in reach, and derives records',
  },
  'features/controllers/row-store.ts': { reads: 4, why: 'derives rows; those of lists were found in reach' },
  'features/controllers/store.ts': { reads: 16, why: 'of a record that was found in reach, and derives records' },
  'features/identification/store.ts': { reads: 16, why: 'what a run may and did do, whose job was found in reach' },
  'features/integrity/store.ts': { reads: 4, why: 'of a controller that was found in reach' },
  'features/controllers/request-queries.ts': { reads: 2, why: 'the exchange is of the site' },
  'features/queries/sample-store.ts': { reads: 3, why: 'an agent asks about its own device; jobs end what is old' },
  'features/queries/store.ts': {
    reads: 2,
    why: 'an agent asks about its own device; the text that joins answers to devices',
  },
  'features/patches/target-store.ts': {
    reads: 2,
    why: 'a checklist of a controller that was found in reach; evidence is of the site',
  },
  'features/rollback/store.ts': { reads: 1, why: 'a return to an older state is of the site' },
  'features/rules/age-queries.ts': { reads: 1, why: 'rules look at all devices' },
  'features/updates/need-store.ts': { reads: 5, why: 'derives rows' },
  'features/upgrade/lost-queries.ts': { reads: 4, why: 'an upgrade is of the site' },
  'features/vulnerabilities/coverage-queries.ts': { reads: 2, why: 'derives rows' },
  'features/vulnerabilities/fix-store.ts': { reads: 1, why: 'derives rows' },
  'features/vulnerabilities/rpm-key-queries.ts': { reads: 1, why: 'derives rows' },
  'features/vulnerabilities/source-name-queries.ts': { reads: 1, why: 'derives rows' },
  'features/baselines/deviation-store.ts': {
    reads: 3,
    why: 'compares one device after the other, and counts of one that is asked about already',
  },
  'features/baselines/queries.ts': { reads: 2, why: 'which devices a baseline compares' },
  'features/baselines/store.ts': { reads: 5, why: 'which devices are compared, and what is expected of them' },
  'features/deployments/store.ts': {
    reads: 8,
    why: 'an agent asks about its own device; what is in use of the store; orders by their number',
  },
  'features/rules/store.ts': { reads: 10, why: 'derives rows; tags and facts of devices that are asked about already' },
  'features/updates/store.ts': { reads: 1, why: 'what of the catalogue stays is of the site' },
  'features/vulnerabilities/finding-list-queries.ts': {
    reads: 2,
    why: 'runs over tables of what is reached (reach-store.ts)',
  },
  'features/vulnerabilities/holder-store.ts': {
    reads: 5,
    why: 'derives rows; sets of devices, which who asks for them cuts',
  },
  'features/vulnerabilities/store.ts': { reads: 7, why: 'derives rows' },
  'platform/scope.ts': { reads: 2, why: 'says what is reached' },
};

/** They do not yet: until they do, only who has the right over the whole site gets to them. This list can only get shorter. */
export const askNothingYet: Readonly<Record<string, number>> = {};
