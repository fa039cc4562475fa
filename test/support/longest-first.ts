import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take about half a minute or more of a whole run, the longest first. One that is missing here only starts later. */
const long = [
  'test/e2e/pages.test.ts',
  'test/fault/upgrade-kill.test.ts',
  'test/e2e/first-hour.test.ts',
  'test/fault/broken-disk.test.ts',
  'test/e2e/flows.test.ts',
  'test/integration/server-certificate.test.ts',
  'test/e2e/scoped-day.test.ts',
  'test/fault/import-kill.test.ts',
  'test/integration/identification-permits.test.ts',
  'test/integration/agent-move.test.ts',
  'test/e2e/new-site.test.ts',
  'test/fault/full-disk.test.ts',
  'test/integration/entry-garbage.test.ts',
  'test/integration/host-proxy.test.ts',
  'test/integration/loop.test.ts',
  'test/fault/foreign-media.test.ts',
  'test/integration/delta.test.ts',
  'test/integration/service-unit.test.ts',
  'test/integration/agent-run.test.ts',
  'test/fault/power-cut.test.ts',
  'test/integration/whole-site.test.ts',
  'test/fault/intake-kill.test.ts',
  'test/interop/glpi-agents.test.ts',
  'test/fault/unwell.test.ts',
  'test/integration/upgrade.test.ts',
  'test/fault/broken-medium.test.ts',
  'test/integration/media.test.ts',
  'test/interop/controllers/job-on-the-wire.test.ts',
  'test/integration/packages.test.ts',
  'test/integration/collections.test.ts',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const at = long.findIndex((path) => moduleId.endsWith(`/${path}`));
  return at === -1 ? long.length : at;
};

/**
 * The longest files start first and the short ones fill up at the end, so that no core waits for the last one. The files of
 * the project `unit`, many and short, come last by its name.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
