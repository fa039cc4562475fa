import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { z } from 'zod';
import { AppError } from './errors.ts';

/** Where everything of one appliance lies; one folder, one owner. */
export type DataPaths = {
  data: string;
  config: string;
  database: string;
  advisories: string;
  objects: string;
  objectsTmp: string;
  staging: string;
  keys: string;
  backups: string;
  diagnostics: string;
  /** Packages of the agent, to be handed out. */
  agentPackages: string;
};

/** The paths inside a data directory. */
export const dataPaths = (dataDir: string): DataPaths => {
  const data = resolve(dataDir);
  return {
    data,
    config: join(data, 'config.json'),
    database: join(data, 'state.db'),
    advisories: join(data, 'advisories'),
    objects: join(data, 'objects'),
    objectsTmp: join(data, 'objects', 'tmp'),
    staging: join(data, 'staging'),
    keys: join(data, 'keys'),
    backups: join(data, 'backups'),
    diagnostics: join(data, 'diagnostics'),
    agentPackages: join(data, 'agent-packages'),
  };
};

/** A site's name in documents (BUNDLES.md 4). */
export const siteName = z.string().regex(/^[a-z0-9-]{1,64}$/);

/** The shape of DATA/config.json. */
export const configSchema = z.strictObject({
  format: z.literal('sallyport-config/1'),
  site: siteName,
  /** Names and addresses in the server certificate. */
  addresses: z.array(z.string().min(1).max(253)).min(1).max(100),
  listen: z.strictObject({ address: z.string().min(1).max(253), port: z.int().min(0).max(65535) }),
});

export type Config = z.infer<typeof configSchema>;

/** `ADDR:PORT`, `[::]:PORT` or `:PORT`, at a port on which no controllers speak: agents connect to it. USAGE. */
export const parseListen = (text: string): Config['listen'] => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) throw new AppError('USAGE', `not an address and port: ${text}`);
  if (isControllerPort(port))
    throw new AppError('USAGE', `controllers speak on port ${port}: the server listens at another one`);
  return { address: match[1] ?? (match[2] || '0.0.0.0'), port };
};

/** Reads DATA/config.json; DATA_DIR when the folder was never initialised. */
export const readConfig = (paths: DataPaths): Config => {
  if (!isThere(paths.config)) {
    throw new AppError(
      'DATA_DIR',
      `${paths.data} is not an appliance's data directory; run: sallyport init --data DIR --site NAME`,
    );
  }
  const parsed = configSchema.safeParse(JSON.parse(readFileSync(paths.config, 'utf8')));
  if (!parsed.success) throw new AppError('DATA_DIR', `${paths.config}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

/** Replaces DATA/config.json durably. */
export const writeConfig = (paths: DataPaths, config: Config): void =>
  writeFileDurable(paths.config, `${JSON.stringify(configSchema.parse(config), null, 2)}\n`, 0o600);
