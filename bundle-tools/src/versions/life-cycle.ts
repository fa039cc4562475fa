// Red Hat's life-cycles: beside the main line a minor release may have fixes of its own for some years (EUS, AUS, E4S, TUS), and
// OSV names both (`Red Hat:enterprise_linux:9::baseos`, `Red Hat:rhel_eus:9.4::baseos`). A build of a minor release says so in its
// release (`…-27.el9_4.2`). Which life-cycle a host follows is a matter of its subscription, which its packages do not tell.

/** What stands between `Red Hat:` and the repository in a feed's name: `enterprise_linux:9`, `rhel_eus:9.4`; '' elsewhere. */
export function lifeCycleOf(named: string): string {
  return named.startsWith('Red Hat:') ? (named.slice('Red Hat:'.length).split('::', 1)[0] ?? '') : '';
}

/** The minor release that a build is of (`9.4`), by its release; '' for one of the main line alone. */
function minorOfBuild(version: string): string {
  const match = /\.el(\d{1,3})_(\d{1,3})(?![\d])/.exec(version);
  return match === null ? '' : `${match[1]}.${match[2]}`;
}

/**
 * Whether a fix of a life-cycle is one of an installed build below it, where both are of one major release. A build of a minor
 * release may be of its extended support, whose fixes are other versions than those of later minor releases.
 */
export function isOfLine(lifeCycle: string, fixed: string, installed: string): boolean {
  const minor = minorOfBuild(installed);
  if (minor === '') return true;
  const [, extended = ''] = /^rhel_[a-z0-9_]+:(\d{1,3}\.\d{1,3})$/.exec(lifeCycle) ?? [];
  return minor === (extended === '' ? minorOfBuild(fixed) : extended);
}
