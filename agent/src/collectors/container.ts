import type { RootFiles } from '../platform/root-files.ts';

/** The kind of container that this root runs in; undefined on a machine. What the kernel shows there is the host's. */
export const containerKind = (files: RootFiles): string | undefined => {
  if (files.has('.dockerenv')) return 'docker';
  if (files.has('run/.containerenv')) return 'podman';
  const named = files.text('run/systemd/container')?.trim();
  if (named) return named.slice(0, 50);
  return /(?:^|\0)container=([a-z-]{1,50})/.exec(files.text('proc/1/environ') ?? '')?.[1];
};
