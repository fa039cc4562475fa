import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { UpdateFile } from './types.ts';

export type StoredUpdate = {
  readonly update: Update;
  readonly files: readonly UpdateFile[];
  readonly key: Uint8Array | null;
  /** The key of its source version. */
  readonly sourceKey: Uint8Array | null;
  /** Offered: by the newest catalogue, or by an earlier one and by nothing in its place since. */
  readonly inCatalog: boolean;
  /** Of what the newest catalogue no longer lists: when the last one came that did. */
  readonly asOf?: string | undefined;
  readonly firstSeenAt: string;
};

type Row = {
  id: string;
  doc: string;
  key: Buffer | null;
  source_key: Buffer | null;
  in_catalog: number;
  as_of: string | null;
  first_seen_at: string;
};

/** Parsed documents that are kept: some 40 MB. */
const keptDocuments = 20_000;

/** The catalogue's updates. */
export const updateStore = (db: Database) => {
  const sql = statements(db);
  const put = db.prepare(
    `INSERT INTO catalog_update
       (id, name, version, arch, ecosystem, source, source_key, security, licence, key, in_catalog, first_seen_at, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (id) DO UPDATE SET in_catalog = 1, as_of = NULL, doc = excluded.doc, security = excluded.security,
       licence = excluded.licence, key = excluded.key, source_key = excluded.source_key
     WHERE in_catalog <> 1 OR as_of IS NOT NULL OR doc <> excluded.doc OR key IS NOT excluded.key`,
  );
  const putFile = sql.run(
    `INSERT INTO catalog_update_file (update_id, position, sha256, size_bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const offered = sql.all<[], { id: string; doc: string; as_of: string | null }>(
    'SELECT id, doc, as_of FROM catalog_update WHERE in_catalog = 1',
  );
  const unlist = sql.run('UPDATE catalog_update SET in_catalog = 0, as_of = NULL WHERE id = ?');
  const age = sql.run('UPDATE catalog_update SET as_of = ? WHERE id = ?');
  const one = sql.get<[string], Row>(
    'SELECT id, doc, key, source_key, in_catalog, as_of, first_seen_at FROM catalog_update WHERE id = ?',
  );
  // Firmware of controllers is handed to people and has pages of its own: no agent ever installs it.
  const any = sql.value<[], number>('SELECT 1 FROM catalog_update LIMIT 1');
  const all = sql.all<[], Row>(
    `SELECT id, doc, key, source_key, in_catalog, as_of, first_seen_at FROM catalog_update u
     WHERE u.ecosystem <> 'firmware'
       AND (in_catalog = 1 OR EXISTS (SELECT 1 FROM task t WHERE t.update_id = u.id)) ORDER BY id`,
  );
  const files = sql.all<[string], { sha256: string; size_bytes: number }>(
    'SELECT sha256, size_bytes FROM catalog_update_file WHERE update_id = ? ORDER BY position',
  );
  const allFiles = db.prepare<[], { update_id: string; sha256: string; size_bytes: number }>(
    'SELECT update_id, sha256, size_bytes FROM catalog_update_file ORDER BY update_id, position',
  );
  const changed = sql.run('UPDATE catalog_version SET version = version + 1');
  const catalogueAt = sql.value<[], string | null>('SELECT catalogue_at FROM catalog_version');
  // Lists read the whole catalogue for each page: what says the same is not parsed again.
  const documents = new Map<string, { text: string; update: Update }>();
  const parsed = (id: string, text: string): Update => {
    const held = documents.get(id);
    if (held?.text === text) return held.update;
    if (documents.size >= keptDocuments) documents.clear();
    const update = JSON.parse(text) as Update;
    documents.set(id, { text, update });
    return update;
  };
  const toStored = (row: Row, of: readonly UpdateFile[]): StoredUpdate => ({
    update: parsed(row.id, row.doc),
    files: of,
    key: row.key,
    sourceKey: row.source_key,
    inCatalog: row.in_catalog === 1,
    ...defined({ asOf: row.as_of ?? undefined }),
    firstSeenAt: row.first_seen_at,
  });
  return {
    put: (
      update: Update,
      keys: { key: Uint8Array | null; sourceKey: Uint8Array | null },
      of: readonly UpdateFile[],
      at: string,
    ): void => {
      const { changes } = put.run(
        update.id,
        update.name,
        update.version,
        update.arch,
        update.ecosystem,
        update.source,
        keys.sourceKey,
        update.security ? 1 : 0,
        update.licence ?? null,
        keys.key,
        at,
        JSON.stringify(update),
      );
      if (changes > 0) changed();
      for (const [position, file] of of.entries()) putFile(update.id, position, file.sha256, file.sizeBytes);
    },
    /** Another number after every change of the catalogue. */
    version: sql.count<[]>('SELECT version FROM catalog_version'),
    /** When the last catalogue came, be it an empty one; null before the first. */
    catalogueAt: (): string | null => catalogueAt() ?? null,
    noteCatalogue: sql.run<[at: string]>(
      'UPDATE catalog_version SET version = version + (catalogue_at IS NULL), catalogue_at = ?',
    ),
    /** What is kept about needed updates holds no longer. */
    changed: (): void => {
      changed();
    },
    /** What is offered, each as it was signed. */
    offered: (): { update: Update; asOf: string | null }[] =>
      offered().map((row) => ({ update: parsed(row.id, row.doc), asOf: row.as_of })),
    unlist: (id: string): void => {
      unlist(id);
      changed();
    },
    /** The newest catalogue no longer lists it and has nothing in its place. */
    age: (id: string, asOf: string): void => {
      age(asOf, id);
      changed();
    },
    find: (id: string): StoredUpdate | undefined => {
      const row = one(id);
      return (
        row &&
        toStored(
          row,
          files(id).map((file) => ({ sha256: file.sha256, sizeBytes: file.size_bytes })),
        )
      );
    },
    /** No update was ever offered. */
    isEmpty: (): boolean => any() === undefined,
    /** Updates of the catalogue in force, and older ones that a task names. */
    all: (): StoredUpdate[] => {
      const byUpdate = new Map<string, UpdateFile[]>();
      for (const { update_id, sha256, size_bytes } of allFiles.iterate()) {
        const list = byUpdate.get(update_id) ?? [];
        list.push({ sha256, sizeBytes: size_bytes });
        byUpdate.set(update_id, list);
      }
      return all().map((row) => toStored(row, byUpdate.get(row.id) ?? []));
    },
  };
};

export type UpdateStore = ReturnType<typeof updateStore>;
