import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { repositoryRoot } from '../support/sources.ts';
import { targetFile } from './load.ts';

const here = import.meta.dirname;
const ours = /^(?:\.|\/|@sallyport\/|sallyport:)/;

/** Puts a target and the code that it reaches into one module, so that branches of ours alone are counted and steered by. */
export const bundleTarget = async (name: string, folder: string): Promise<string> => {
  const built = await rolldown({
    input: join(here, 'harness.ts'),
    platform: 'node',
    external: (id) => !ours.test(id),
    resolve: { conditionNames: ['@sallyport/source', 'import', 'node'] },
    plugins: [
      {
        name: 'target',
        resolveId: (id) => (id === 'sallyport:target' ? targetFile(name) : null),
      },
      {
        // What a module reads beside itself lies where the module is, not where the bundle is.
        name: 'place',
        transform: (code, id) =>
          code.includes('import.meta.dirname')
            ? code.replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
            : null,
      },
    ],
    cwd: repositoryRoot,
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const file = join(folder, 'target.js');
  await built.write({ file, format: 'esm', codeSplitting: false });
  await built.close();
  return file;
};
