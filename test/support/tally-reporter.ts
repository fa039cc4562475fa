import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

/** First lines of why a test failed, for a log of which only the end was kept. */
const maxReasonChars = 500;

/** The message, and of a comparison the lines that differ: `expected [ Array(2) ] to deeply equal []` names neither. */
const reason = ({ message = '', diff = '' }: { message?: string; diff?: string }): string => {
  const differing = stripVTControlCharacters(diff)
    .split('\n')
    .filter((line) => /^[+-] +[^ [\](){}]/.test(line) && !/^(?:- Expected|\+ Received)/.test(line));
  return [message, ...differing].join(' ').replace(/\s+/g, ' ').slice(0, maxReasonChars);
};

/**
 * Names what failed, then prints `N passed, N failed, N skipped` alone on the last line; module failures and unhandled errors
 * count as failed.
 */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, skipped: 0 };
    const failed = unhandledErrors.map((error) => `unhandled: ${String(error).slice(0, maxReasonChars)}`);
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'failed')
          failed.push(`${module.relativeModuleId}: ${test.fullName}: ${reason(errors?.[0] ?? {})}`);
        else count.skipped += 1;
      }
      // What fails around the tests, as a file that does not load or a `beforeAll`, leaves them skipped.
      for (const around of [module, ...module.children.allSuites()]) {
        for (const error of around.errors()) failed.push(`${module.relativeModuleId}: ${reason(error)}`);
      }
    }
    for (const line of failed) process.stdout.write(`\nFAILED ${line}`);
    process.stdout.write(`\n${count.passed} passed, ${failed.length} failed, ${count.skipped} skipped\n`);
  }
}
