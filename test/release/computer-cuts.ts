import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../bench/support/random.ts';
import { seed } from '../support/chance.ts';
import { mounted } from './computer.ts';
import { makeStick } from './installation.ts';
import { makeNextRelease } from './next-release.ts';
import { must, type Place } from './place.ts';
import { cutWithin } from './power-cut.ts';
import { type BootedComputer, bootComputer } from './qemu-root.ts';
import { expectSameFacts, factsOf, pageServed, well } from './site.ts';

// The power taken from a whole computer within an upgrade: what its kernel had not written yet is gone, which the end of a container's
// processes does not show. It begins with the computer and its site that the part `computer` left.

const cuts = 5;

export async function computerCuts({ work, deb, version, say }: Place): Promise<void> {
  const [golden, folder, carried, image] = ['computer', 'computer-cut', 'next-carried', 'next.img'].map((name) =>
    join(work, name),
  ) as [string, string, string, string];
  const fresh = (): Promise<BootedComputer> => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const name of ['disk.img', 'vmlinuz', 'initrd'])
      execFileSync('cp', ['--sparse=always', join(golden, name), join(folder, name)]);
    return bootComputer(folder);
  };
  let on = await fresh();
  const before = await factsOf(on);
  must(before.release === version, `release ${before.release} serves`);
  const [major, minor] = version.split('.').map(Number);
  const [to, schema] = [`${major}.${(minor ?? 0) + 1}.0`, before.schema + 1];
  rmSync(carried, { recursive: true, force: true });
  mkdirSync(carried);
  makeNextRelease({ deb, from: version, to, schema, server: 'serves' }, join(work, 'next'), join(carried, 'next.deb'));
  makeStick(carried, image, 'NEXT');
  const stickIn = async (): Promise<string> => {
    await on.plug(image, 'next');
    return mounted(on);
  };

  let path = await stickIn();
  const beganMs = Date.now();
  await well(on, `dpkg -i ${path}/next.deb`);
  const tookMs = Date.now() - beganMs;
  expectSameFacts(before, await factsOf(on), to, schema);
  say(`the computer is upgraded to ${to} in ${Math.round(tookMs / 1000)} s`);
  await well(on, 'sallyport release rollback --confirm --reason "line 3 cannot print"');
  expectSameFacts(before, await factsOf(on), version, before.schema);
  say(`and back to ${version} by release rollback`);
  await on.powerOff();

  const chance = random(seed);
  const seen = { old: 0, new: 0 };
  for (let cut = 0; cut < cuts; cut += 1) {
    on = await fresh();
    await pageServed(on);
    path = await stickIn();
    const afterMs = (tookMs * (cut + chance.next())) / cuts;
    await cutWithin(on, `dpkg -i ${path}/next.deb`, afterMs);
    on = await bootComputer(folder);
    const after = await factsOf(on);
    const isOld = after.release === version;
    expectSameFacts(before, after, isOld ? version : to, isOld ? before.schema : schema);
    seen[isOld ? 'old' : 'new'] += 1;
    say(
      `power cut ${cut + 1} of ${cuts} of the computer, ${Math.round(afterMs / 1000)} s after the order: ${after.release} comes up`,
    );
    await on.powerOff();
  }
  say(`${cuts} power cuts (seed ${seed}): ${seen.old} times the release of before came up, ${seen.new} times the next`);
}
