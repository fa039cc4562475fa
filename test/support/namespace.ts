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
