import { spawnSync } from 'node:child_process';

/** A network namespace with a loopback interface and nothing else: no route leads out of it. */
export type Namespace = { name: string; prefix: readonly string[]; remove: () => void };

const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' });

/** Makes one, or undefined where this process may not (it takes root and iproute2). */
export const makeNamespace = (name: string): Namespace | undefined => {
  if (ip('netns', 'add', name).status !== 0) return undefined;
  const remove = () => {
    ip('netns', 'delete', name);
  };
  if (ip('-n', name, 'link', 'set', 'lo', 'up').status !== 0) {
    remove();
    return undefined;
  }
  return { name, prefix: ['ip', 'netns', 'exec', name], remove };
};

/** The routes of a namespace, as `ip route` prints them: none means that nothing leads out. */
export const routesOf = (namespace: Namespace): string => ip('-n', namespace.name, 'route', 'show').stdout.trim();

/** Two namespaces with a cable between them. */
type Cable = { ours: string; theirs: string; remove: () => void };

/** Makes one with addresses of networks of 64 at both ends; undefined where this process may not, or has no tcpdump to look with. */
export function makeCable(name: string, ours: string, theirs: readonly string[]): Cable | undefined {
  const cable = { ours: `sp-ours-${name}`, theirs: `sp-theirs-${name}` };
  const both = [cable.ours, cable.theirs];
  const remove = (): void => {
    for (const one of both) ip('netns', 'delete', one);
  };
  const steps = [
    ...both.map((one) => ['netns', 'add', one]),
    ['link', 'add', 'cable', 'netns', cable.ours, 'type', 'veth', 'peer', 'name', 'cable', 'netns', cable.theirs],
    ['-n', cable.ours, 'address', 'add', `${ours}/26`, 'dev', 'cable'],
    ...theirs.map((host) => ['-n', cable.theirs, 'address', 'add', `${host}/26`, 'dev', 'cable']),
    ...both.flatMap((one) => ['lo', 'cable'].map((link) => ['-n', one, 'link', 'set', link, 'up'])),
  ];
  const may = process.getuid?.() === 0 && spawnSync('tcpdump', ['--version']).status === 0;
  if (may && steps.every((step) => ip(...step).status === 0)) return { ...cable, remove };
  remove();
  return undefined;
}

/** What is given to `ip` to run a command in a namespace. */
export function within(name: string, ...args: string[]): string[] {
  return ['netns', 'exec', name, ...args];
}
