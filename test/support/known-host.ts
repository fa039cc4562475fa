import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost, type TestHost } from '../../appliance/test/support/host.ts';

type Request = ReturnType<TestHost['open']>['request'];

/** A connected host that a site was introduced to, and what carries its answers there. */
export type KnownHost = {
  host: TestHost;
  /** Carries the site's request to the host and its answer back. */
  bring(answerTo?: (request: Request) => Parameters<TestHost['answer']>[2]): Promise<void>;
};

/** Introduces a new host to a site; `folder` holds its keys, and a medium for each answer. */
export async function knownHost(
  { exchange, objects }: Pick<Appliance, 'exchange' | 'objects'>,
  folder: string,
): Promise<KnownHost> {
  // Its feeds have a record or two.
  objects.setSetting(systemActor, 'vulnerabilities.least-records', 0);
  const host = makeHost(join(folder, 'host'));
  await host.publish();
  const file = await host.trustFile(join(folder, 'introduction'));
  const card = exchange.siteCard(admin).bytes;
  await exchange.importTrust(admin, file, host.rootFingerprint);
  return {
    host,
    bring: async (answerTo = () => ({})) => {
      const medium = mkdtempSync(join(folder, 'medium-'));
      const request = host.open(exchange.exportRequest(admin, medium).path, card);
      await exchange.importBundle(admin, (await host.answer(medium, request, answerTo(request.request))).path);
    },
  };
}
