import { engineVersion, parseClamscan } from '@sallyport/bundle-tools/media/clamscan';
import { demand, type FuzzTarget } from '../target.ts';

const paths = ['/a', '/b: c', '/d'];

export const target: FuzzTarget = {
  name: 'scan-answers',
  run: (data) => {
    const text = data.toString('latin1');
    engineVersion(text, '/nonexistent');
    const { infected, faults } = parseClamscan(text, paths);
    const clean = paths.filter((path) => ![...infected, ...faults].some((found) => found.path === path));
    for (const path of clean)
      demand(
        text.includes(`${path}: OK`) || text.includes(`${path}: Empty file`),
        'only what was called clean is clean',
      );
  },
  seeds: () => ['/a: OK\n/b: c: Eicar-Test FOUND\n/d: Empty file\n', 'ClamAV 1.4.6/27831/Mon Nov 24 08:00:00 2026'],
  words: [': OK', ' FOUND', ': Empty file', 'Heuristics.Limits.Exceeded', 'ClamAV '],
};
