import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AgentError } from '../errors.ts';
import { openReplace } from '../replace/order.ts';
import { type Command, defaultStateDir } from './command.ts';

/** What only an agent's folder has; any other folder is not removed. */
const marks = ['agent.json', 'enrolment.json', 'trust', 'log'];

export const command: Command = {
  options: { 'unless-replacing': { help: 'not while a release of the agent takes the place of another' } },
  example: 'sallyport-agent forget',
  run: (context) => {
    const folder = resolve(context.text('state') ?? defaultStateDir);
    const replace = openReplace(join(folder, 'replace'));
    const isReplacing = replace.order() !== undefined && replace.outcome() === undefined;
    if (isReplacing && context.flag('unless-replacing')) return Promise.resolve();
    if (isThere(folder)) {
      const names = readdirSync(folder);
      if (names.length > 0 && !marks.some((mark) => names.includes(mark)))
        throw new AgentError('STATE', `${folder} is not the folder of an agent`);
      rmSync(folder, { recursive: true });
      // The folder of the product on Windows, where nothing else of it is there.
      if (process.platform === 'win32' && readdirSync(dirname(folder)).length === 0) rmdirSync(dirname(folder));
    }
    context.line(`${folder} is removed`);
    context.result({ removed: folder });
    return Promise.resolve();
  },
};
