import fc from 'fast-check';
import { runs, seed } from './chance.ts';

// Runs before each file of tests: what fast-check draws follows from the seed.
fc.configureGlobal({ seed, numRuns: runs(100) });
