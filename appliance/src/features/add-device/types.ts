// What a device needs to come in: a token, the CA, and the settings of the client that it runs. The same kit is made by
// the command and by the page.

export type Client = 'agent' | 'osquery' | 'glpi-agent' | 'fusioninventory' | 'ocsinventory';
export type System = 'debian' | 'rhel' | 'windows' | 'macos';

export type KitFile = {
  name: string;
  text: string;
  /** Holds the secret: for its owner only. */
  isSecret: boolean;
};

/** A line to run on the device; `what` is a word of the catalogue. */
export type KitCommand = { what: 'place' | 'configure' | 'enrol' | 'start' | 'once'; line: string };

export type Kit = { files: readonly KitFile[]; commands: readonly KitCommand[] };

export type KitInput = {
  client: Client;
  system: System;
  /** `https://host:port` */
  server: string;
  secret: string;
  caPem: string;
  /** Of the site; null while it has no trust root, which only our own agent needs. */
  fingerprint: string | null;
  /** Where the files lie on the device. */
  folder: string;
  /** What a GLPI, FusionInventory or OCS client gives beside the token. */
  basic?: { user: string; password: string } | undefined;
};

/** Where the client's calls live. */
export const osqueryPrefix = '/api/osquery';
