// Inventories of machines without any network, carried in on a medium: the file of our own agent (`once --out`), a GLPI
// inventory in JSON, a FusionInventory or OCS one in XML, plain or packed (.ocs), what their agents found when they searched
// the network or asked it over SNMP, and a zip of many of these.
//
// A file goes the way of every report: decoded, stripped of what is never kept, bound to a device by its hardware, stored
// through the source `offline`, which every live source outranks. A machine that is not approved yet waits for approval like
// any other; switches and printers become records of what was found, as when an agent posts them. What is older than what
// what a medium brought before does not replace it, and the same file again changes nothing.

/** Of a file that is uploaded, and how such a file is named in the staging folder. */
export const maxOfflineUploadBytes = 256 * 1024 * 1024;
export const offlinePrefix = 'offline-';

export type OfflineLimits = {
  /** Of a plain file and of a file in a zip, as they are and inflated. */
  maxFileBytes: number;
  maxFiles: number;
  maxTotalBytes: number;
};

/** Why a file is left out. */
export type OfflineRefusal =
  | 'encrypted'
  | 'too-large'
  | 'ratio'
  | 'damaged'
  | 'name'
  | 'format'
  | 'no-machine'
  | 'too-many-devices';

/**
 * `stored`: its device is managed and takes it. `waits`: the device is not approved yet. `new`: it will wait
 * for approval. `found`: a new record of what was found. `same`, `older`: nothing to store.
 */
type OfflineState = 'stored' | 'waits' | 'new' | 'found' | 'same' | 'older' | 'refused';

export type OfflineRow = {
  /** The name of the file, in a zip with its folders; the same in several rows where it tells of several machines. */
  name: string;
  state: OfflineState;
  reason: OfflineRefusal | null;
  /** Public id; null for what is new or refused. */
  device: string | null;
  hostname: string | null;
  /** ms */
  collectedAt: number | null;
  /** Items by collection, of those that are stored. */
  sections: Readonly<Record<string, number>>;
  /** What is never kept, by its name in the file. */
  dropped: Readonly<Record<string, number>>;
};

export type OfflineResult = { rows: OfflineRow[] };
