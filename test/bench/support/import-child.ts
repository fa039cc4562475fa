import { readControllerFile } from '@sallyport/appliance/features/controller-imports/read-file';

// Reads one file about controllers and says what it cost: time, and the most memory that the process ever held.

const [, , path = ''] = process.argv;
const before = process.memoryUsage().rss;
const start = performance.now();
const found = await readControllerFile(path, { nowMs: Date.UTC(2026, 0, 1) });
const ms = performance.now() - start;
process.stdout.write(
  JSON.stringify({
    ms,
    before,
    peak: process.resourceUsage().maxRSS * 1024,
    readings: found.readings.length,
    looked: found.looked,
  }),
);
