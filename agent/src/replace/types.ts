// How a release of the agent is put in place on a system, and the one before put back.

export type Packager = {
  /** Keeps what is installed, so that it can be put back; a text says why that is not possible. */
  keep(): Promise<string | undefined>;
  /** A text says why the package was not put in place. */
  install(file: string): Promise<string | undefined>;
  /** Asks the installed program for its version; what it printed. */
  version(): Promise<string>;
  /** Puts the kept release back in place of `file`; a text says why not. */
  putBack(file: string): Promise<string | undefined>;
};
