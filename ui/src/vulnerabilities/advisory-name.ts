import type { Ctx } from '../context.ts';

const suiteId = /^suite:([^:]+):([^:]+):(.+)$/;

/** Whether a record was made of a newer version in a security suite, which names no CVE and rates nothing (BUNDLES.md 3). */
export const isSuite = (advisory: string): boolean => suiteId.test(advisory);

/** An advisory as people read it: its id, or for a newer version in a security suite what that is. */
export function advisoryName(ctx: Pick<Ctx, 't'>, advisory: string): string {
  const [, suite, source, version] = suiteId.exec(advisory) ?? [];
  return suite === undefined || source === undefined || version === undefined
    ? advisory
    : ctx.t('vuln.suite', { suite, version });
}
