import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { surveyMedium } from '@sallyport/bundle-tools/media/survey';
import { entriesOf } from '../../../bundle-tools/test/forge.ts';
import { build, createWorld, readVolumeBytes } from '../../../bundle-tools/test/kit.ts';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget } from '../target.ts';

const medium = join(scratchFolder(), 'medium');
mkdirSync(join(medium, 'unpacked'), { recursive: true });
mkdirSync(join(medium, 'receipts'));

// What is listed of a medium before anything is trusted: the same bytes as a volume, a manifest, a request, a receipt.
export const target: FuzzTarget = {
  name: 'medium-survey',
  maxBytes: 16_384,
  stretch: false,
  run: (data) => {
    const files = ['a.tar', 'b.spr', 'unpacked/bundle.dsse.json', 'receipts/c.json'].map((name) => join(medium, name));
    for (const path of files) writeFileSync(path, data);
    const survey = surveyMedium(medium);
    demand(
      survey.damaged.every(({ code }) => code !== 'INTERNAL'),
      'a bad file has a code of its own',
    );
    for (const path of files) rmSync(path);
  },
  seeds: async () => {
    const world = createWorld(['a']);
    const whole = readVolumeBytes(await build(world));
    world.remove();
    const [head] = entriesOf(whole);
    return [
      whole,
      head?.body ?? '',
      whole.subarray(0, 2_048),
      'SPSEAL01\u0001',
      '{"payloadType":"application/vnd.in-toto+json"}',
    ];
  },
  words: ['bundle.dsse.json', 'SPSEAL01', '"payload"', 'application/vnd.in-toto+json'],
};
