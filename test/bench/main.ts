import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backups } from './backups.ts';
import { blocking } from './blocking.ts';
import { bundle } from './bundle.ts';
import { bundlePeers } from './bundle-peers.ts';
import { bundleScale } from './bundle-scale.ts';
import { checkIns } from './check-ins.ts';
import { controllerFindingsBenchmark } from './controller-findings.ts';
import { controllerImports } from './controller-imports.ts';
import { controllerRecords } from './controller-records.ts';
import { controllersBench } from './controllers.ts';
import { eventsOut } from './events-out.ts';
import { firstSeconds } from './first-seconds.ts';
import { fleetLoad } from './fleet.ts';
import { foreignReports } from './foreign-reports.ts';
import { fullSite } from './full-site.ts';
import { inventories } from './inventories.ts';
import { lists } from './lists.ts';
import { matching } from './matching.ts';
import { osqueryPolls } from './osquery-polls.ts';
import { inPairs } from './pairs.ts';
import { type Benchmark, type Result, resultText, timed } from './report.ts';
import { scoped } from './scoped.ts';
import { start } from './start.ts';
import { storage } from './storage.ts';
import { storing } from './storing.ts';
import { strangers } from './strangers.ts';
import { upgrade } from './upgrade.ts';
import { worklist } from './worklist.ts';

// Numbers with their method. `make bench`, or names after `node test/bench/main.ts` for some of them; `--json` for machines;
// `--base DIR` in turn with another tree that was built.

const benchmarks: Readonly<Record<string, Benchmark>> = {
  start,
  'check-ins': checkIns,
  inventories,
  storing,
  'foreign-reports': foreignReports,
  lists,
  scoped,
  'full-site': fullSite,
  worklist,
  'first-seconds': firstSeconds,
  fleet: fleetLoad,
  'osquery-polls': osqueryPolls,
  'events-out': eventsOut,
  bundle,
  'bundle-scale': bundleScale,
  'bundle-peers': bundlePeers,
  matching,
  controllers: controllersBench,
  'controller-imports': controllerImports,
  'controller-findings': controllerFindingsBenchmark,
  'controller-records': controllerRecords,
  storage,
  strangers,
  blocking,
  backups,
  upgrade,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    base: { type: 'string' },
    pairs: { type: 'string', default: '3' },
  },
});
const unknown = positionals.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exit(2);
}

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryBytes: totalmem(),
  system: `${release()} ${arch()}`,
  /** Of the last minute, before the first benchmark: other work makes every figure worse. */
  load: loadavg()[0] ?? 0,
};
const say = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

say(
  `${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB; Node ${machine.node}; load before the run ${machine.load.toFixed(1)}`,
);
say('A dot marks a peer or a limit measured in the same run.\n');
if (values.base !== undefined) {
  await inPairs(resolve(values.base), positionals, Number(values.pairs), say);
  process.exit();
}
const results: Record<string, Result & { seconds: number }> = {};
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  try {
    const { ms, value } = await timed(benchmark);
    results[name] = { ...value, seconds: ms / 1000 };
    say(resultText(name, value, ms / 1000));
  } catch (error) {
    // The others are still worth their time.
    process.exitCode = 1;
    process.stderr.write(
      `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
