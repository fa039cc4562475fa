// What `apt-get --simulate dist-upgrade` prints of each package that it would bring to a newer version:
// Inst curl [8.14.1-2+deb13u4] (8.14.1-2+deb13u7 Debian:13.8/stable, Debian-Security:13/stable-security [amd64]) []

export type AptUpdate = {
  name: string;
  installed: string;
  offered: string;
  arch: string;
  /** `Debian-Security:13/stable-security`, … */
  origins: string[];
};

const line = /^Inst (\S+) \[([^\]\s]+)\] \((\S+)((?: [^[()]*)?) \[([a-z0-9-]+)\]\)/;
const maxUpdates = 20_000;

/** Packages of which a newer version is known; what would only be installed beside them is left out. */
export const parseAptSimulation = (text: string): AptUpdate[] =>
  text
    .split('\n')
    .map((one) => line.exec(one))
    .filter((match) => match !== null)
    .map(([, name = '', installed = '', offered = '', origins = '', arch = '']) => ({
      name,
      installed,
      offered,
      arch,
      origins: origins
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    }))
    .slice(0, maxUpdates);

/** Whether one of the places that offer it is a distribution's channel of security fixes. */
export const isSecurityUpdate = (update: AptUpdate): boolean =>
  update.origins.some((origin) => /security/i.test(origin));
