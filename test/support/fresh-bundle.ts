import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { BuildOptions } from '../../bundle-tools/src/builder/build-bundle.ts';
import { build, makeRoot, publish, type World } from '../../bundle-tools/test/kit.ts';

/** A bundle of a test's world that is in time by this computer's clock, for tools that judge dates by it. */
export const buildFresh = async (world: World, options: Partial<BuildOptions> = {}) => {
  const ahead = (days: number): string => toTime(nowMs() + days * 86_400_000);
  const published = publish(world.keys, {
    version: 1,
    catalog: 1,
    inventory: world.inventory,
    policy: world.policy,
    expires: { timestamp: ahead(30), snapshot: ahead(300), targets: ahead(300) },
  });
  const root = makeRoot(1, world.keys, { expires: ahead(1_000) });
  const issuedAt = toTime(nowMs());
  const tuf = { root, roots: [], ...published };
  return { root, built: await build(world, { issuedAt, expires: ahead(30), tuf, ...options }) };
};
