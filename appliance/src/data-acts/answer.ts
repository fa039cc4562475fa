import { createReadStream, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { applianceName } from '@sallyport/bundle-tools/protocol/site';
import { stagedReleases } from '../features/releases/store.ts';
import { databaseOfBefore, forgetBefore, hasBefore } from '../features/upgrade/before.ts';
import { readUpgrade, writeUpgrade } from '../features/upgrade/file.ts';
import { lostSince } from '../features/upgrade/lost-queries.ts';
import { finishUpgrade } from '../features/upgrade/settle.ts';
import { type DataPaths, dataPaths, readConfig, writeConfig } from '../platform/config.ts';
import { askOwnServer } from '../platform/connect.ts';
import { openDatabase } from '../platform/database.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import { takeServerLock } from '../platform/process-lock.ts';
import { type ActAnswer, type ActInput, type ActName, actShapes, questionShape } from './shapes.ts';

// The data folder's side of root's commands, in a process of that folder's user (bin/data-acts.js).

type Acts = { [N in ActName]: (paths: DataPaths, input: ActInput<N>) => ActAnswer<N> | Promise<ActAnswer<N>> };

const askMs = 5_000;

const masterKeyFile = (paths: DataPaths): string => join(paths.keys, 'master.key');
const sealedFile = (paths: DataPaths): string => join(paths.data, 'master.cred');
const held = (path: string): string | null => (isThere(path) ? readFileSync(path, 'base64') : null);

const serves = async (paths: DataPaths): Promise<boolean> => {
  const { listen } = readConfig(paths);
  const status = await askOwnServer({
    listen,
    path: '/login',
    proof: { by: 'ca', pem: readFileSync(join(paths.keys, 'ca.pem'), 'utf8'), name: applianceName },
    timeoutMs: askMs,
  });
  return status === 200;
};

/** The configuration last, so that the command can be given again; keys first: what a power cut leaves cannot be read. */
const remove = (paths: DataPaths): void => {
  takeServerLock(paths.data).release();
  rmSync(paths.keys, { recursive: true, force: true });
  for (const name of readdirSync(paths.data).filter((entry) => join(paths.data, entry) !== paths.config))
    rmSync(join(paths.data, name), { recursive: true });
  rmSync(paths.config, { force: true });
};

const lostIn = (paths: DataPaths, to: string): ActAnswer<'upgrade.lost'> => {
  const before = openDatabase(databaseOfBefore(paths, to), { readonly: true });
  const now = openDatabase(paths.database, { readonly: true });
  try {
    return lostSince(before, now);
  } finally {
    before.close();
    now.close();
  }
};

const acts: Acts = {
  'site.read': (paths) => ({
    config: isThere(paths.config) ? readConfig(paths) : null,
    isMade: isThere(join(paths.keys, 'recovery.pub')),
  }),
  'site.initialise': async (paths, input) => {
    const [{ initialise }, { openLog }] = await Promise.all([import('../init.ts'), import('../platform/log.ts')]);
    return initialise({ dataDir: paths.data, log: openLog('warn'), ...input });
  },
  'site.write-config': (paths, { config }) => {
    writeConfig(paths, config);
    return {};
  },
  'site.remove': (paths) => {
    remove(paths);
    return {};
  },
  'master-key.read': (paths) => ({
    key: held(masterKeyFile(paths)),
    sealed: held(sealedFile(paths)),
  }),
  'master-key.remove': (paths, { what }) => {
    rmSync(what === 'key' ? masterKeyFile(paths) : sealedFile(paths));
    return {};
  },
  'upgrade.read': (paths) => ({ upgrade: readUpgrade(paths.data) ?? null }),
  'upgrade.write': (paths, { upgrade }) => {
    writeUpgrade(paths.data, upgrade);
    return {};
  },
  'upgrade.finish': (paths, { upgrade }) => {
    finishUpgrade(paths, upgrade);
    return {};
  },
  'upgrade.serves': async (paths) => ({ serves: await serves(paths) }),
  'upgrade.has-before': (paths, { to }) => ({ has: hasBefore(paths, to) }),
  'upgrade.forget-before': (paths, { to }) => {
    forgetBefore(paths, to);
    return {};
  },
  'upgrade.lost': (paths, { to }) => lostIn(paths, to),
  'upgrade.try': async (paths) => {
    const { tryRelease } = await import('../try-release.ts');
    return tryRelease(paths.data, (line) => void process.stderr.write(`${line}\n`));
  },
  'release.staged': (paths, { version }) => {
    const db = openDatabase(paths.database, { readonly: true });
    try {
      const { all } = stagedReleases(db);
      return { staged: all().find((one) => one.version === version) ?? null };
    } finally {
      db.close();
    }
  },
};

const reply = async (paths: DataPaths, line: string): Promise<unknown> => {
  try {
    const { act, input } = questionShape.parse(JSON.parse(line));
    if (!Object.hasOwn(acts, act)) throw new AppError('INTERNAL', `there is no act ${act}`);
    const name = act as ActName;
    const run = acts[name] as (paths: DataPaths, input: unknown) => unknown;
    return { answer: await run(paths, actShapes[name].input.parse(input)) };
  } catch (error) {
    const { code, message } = toFailure(error);
    const isUnknown = code === 'INTERNAL' && error instanceof Error;
    // What the system refused says itself what and where; of the rest nothing but the stack does.
    const isOfSystem = isUnknown && 'syscall' in error;
    if (isUnknown && !isOfSystem) process.stderr.write(`${error.stack ?? error.message}\n`);
    return { error: { code, message: (isOfSystem ? error.message : message).slice(0, 4_096) } };
  }
};

/** Answers questions from stdin on stdout, one after the other, until stdin ends. */
export async function answerActs(dataDir: string): Promise<void> {
  const paths = dataPaths(dataDir);
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await reply(paths, line))}\n`);
}

/** Writes an object of the store to stdout. */
export async function writeObject(dataDir: string, sha256: string): Promise<void> {
  const path = join(dataPaths(dataDir).objects, 'sha256', sha256.slice(0, 2), sha256);
  await pipeline(createReadStream(path), process.stdout);
}
