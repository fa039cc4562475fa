import { latest, type Repository, repositoryTime } from './repository.ts';
import { download, refresh, type Session, type Shelf } from './session.ts';

// A client in memory, for tests: what it trusts, what it brought, and how a command of it ended.

const shelf = (): Shelf & { files: Map<string, Uint8Array> } => {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: (name) => files.get(name),
    write: (name, bytes) => {
      files.set(name, bytes);
    },
  };
};

type Visitor = {
  /** Undefined when it went well, else what was thrown. */
  refresh: (now?: Date) => Promise<unknown>;
  download: (...paths: string[]) => Promise<unknown>;
  /** The trusted version of each role. */
  versions: () => Record<string, number>;
  trusted: (role: string) => Uint8Array | undefined;
  /** Downloaded contents by target path. */
  brought: () => Record<string, string>;
};

const outcome = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A client that starts from a trusted root, by default the first that the repository published. */
export const createVisitor = (repository: Repository, trustedRoot?: Uint8Array): Visitor => {
  const metadata = shelf();
  const targets = shelf();
  metadata.write('root', trustedRoot ?? repository.published.get('root')?.[0] ?? latest(repository, 'root'));
  const { source, targetSource } = repository;
  const session = (now: Date): Session => ({ metadata, source, now });
  return {
    refresh: (now = repositoryTime) => outcome(refresh(session(now))),
    download: (...paths) => outcome(download({ ...session(repositoryTime), targets, targetSource }, paths)),
    versions: () =>
      Object.fromEntries(
        [...metadata.files].map(([role, bytes]) => {
          const file = JSON.parse(Buffer.from(bytes).toString()) as { signed: { version: number } };
          return [role, file.signed.version];
        }),
      ),
    trusted: metadata.read,
    brought: () => Object.fromEntries([...targets.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])),
  };
};
