// What a device needs to come in: a token, the CA, and the settings of the client that it runs. The same kit is made by
// the command and by the page.

import type { TokenPurpose } from '../devices/types.ts';

export type Client = 'agent' | 'osquery' | 'glpi-agent' | 'fusioninventory' | 'ocsinventory';
export type System = 'debian' | 'rhel' | 'windows' | 'macos';

export type KitFile = {
  name: string;
  /** Holds the secret: for its owner only. */
  isSecret: boolean;
} & ({ text: string } | { bytes: Uint8Array });

/** A line to run on the device; `what` is a word of the catalogue. */
export type KitCommand = { what: 'place' | 'configure' | 'install' | 'once'; line: string };

export type Kit = { files: readonly KitFile[]; commands: readonly KitCommand[] };

export type KitInput = {
  client: Client;
  system: System;
  /** `https://host:port` */
  server: string;
  secret: string;
  caPem: string;
  /** Of authority and trust root, for files; null while there is no trust root, which only our own agent needs. */
  fingerprint: string | null;
  /** Of the authority: what people compare and type. */
  caFingerprint: string;
  /** Where the files lie on the device. */
  folder: string;
  /** When it is made: the version of the package with the values of the site. */
  atMs: number;
  /** What a GLPI, FusionInventory or OCS client gives beside the token. */
  basic?: { user: string; password: string } | undefined;
};

/** Where the client's calls live. */
export const osqueryPrefix = '/api/osquery';

export const clients: readonly Client[] = ['agent', 'osquery', 'glpi-agent', 'fusioninventory', 'ocsinventory'];

export const systems: readonly System[] = ['debian', 'rhel', 'windows', 'macos'];

const systemsOfClient: Readonly<Record<Client, readonly System[]>> = {
  agent: ['debian', 'rhel', 'windows'],
  osquery: systems,
  'glpi-agent': systems,
  fusioninventory: ['debian', 'rhel', 'windows', 'macos'],
  ocsinventory: ['debian', 'rhel'],
};

/** Whether the client exists for the system. */
export const runsOn = (client: Client, system: System): boolean => systemsOfClient[client].includes(system);

/** What the token has to be for. */
export const purposeOfClient = (client: Client): TokenPurpose =>
  client === 'agent' || client === 'osquery' ? client : 'glpi';

/** Where the files of a kit lie on a device. */
export const folderOn = (system: System): string =>
  system === 'windows'
    ? 'C:\\ProgramData\\Sallyport'
    : system === 'macos'
      ? '/private/etc/sallyport'
      : '/etc/sallyport';

export type TokenWishes = {
  purpose: TokenPurpose;
  name?: string | undefined;
  /** Id of a group. */
  group?: string | undefined;
  uses?: number | undefined;
  lifeMs?: number | undefined;
  approve: 'manual' | 'auto';
  /** With `auto`: only from these addresses or ranges. */
  approveFrom?: readonly string[] | undefined;
  /** Clients give these beside the token. */
  basic?: { user: string; password: string } | undefined;
};

/** A small package: one secret file in a folder that is closed to all but root. */
export type SmallPackage = {
  name: string;
  /** Digits alone: a later one takes the place of an earlier one. */
  version: string;
  summary: string;
  description: string;
  /** The package that has to be there. */
  requires: string;
  /** Without a leading slash. */
  folder: string;
  file: string;
  text: string;
  /** Of a shell. */
  afterInstall: string;
  /** Seconds since 1970. */
  epoch: number;
};
