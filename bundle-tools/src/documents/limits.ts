/** BUNDLES format `/1`, section "Numbers". Sizes are bytes. */
export const MiB = 1024 * 1024;

export const limits = {
  manifestBytes: 64 * 1024,
  rootBytes: 512_000,
  rootSteps: 256,
  timestampBytes: 16_384,
  snapshotBytes: 2_000_000,
  targetsBytes: 5_000_000,
  policyBytes: 64 * 1024,
  /** Everything before the inventory. */
  preludeBytes: 8 * MiB,
  inventoryBytes: 64 * MiB,
  inventoryLines: 100_000,
  inventoryLineBytes: 1 * MiB,
  objectBytes: 64 * 1024 * MiB,
  chunkBytes: 8 * MiB,
  /** 1023 x 8 MiB: the largest tar entry that 11 octal digits and whole chunks allow. */
  entryBytes: 1023 * 8 * MiB,
  volumes: 999,
  /** How far a bundle's number may be above the one in force. */
  seqStep: 1_000_000,
  requestBytes: 64 * MiB,
  /** Earlier heads of the journal in a request. */
  journalHeads: 32,
  openRequests: 8,
  /** In the file of a release. */
  releaseFiles: 64,
  announcementBytes: 64 * 1024,
  /** That are out at one time. */
  announcements: 200,
  /** Ecosystems that a site names as not judged. */
  uncovered: 4096,
  reserveBytes: 64 * MiB,
  targets: 500,
  receiptBytes: 1 * MiB,
  siteCardBytes: 64 * 1024,
  custodyBytes: 16 * 1024,
  /** Lines that one file has on its way, and what all chains of a receipt may take. */
  custodyLines: 64,
  custodyReceiptBytes: 512 * 1024,
} as const;
